// SPDX-License-Identifier: MIT
// What the ledger knows of good builds, and how it forgets.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/artifact.h"
#include "runtime/ledger.h"
#include "runtime/ledger_loads.h"
#include "runtime/ledger_prints.h"
#include "runtime/ledger_vault.h"
#include "tests/unit/scratch.h"

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct ledger *ledger;
    struct buf seen; // what the last question gave
    struct err err;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));

    scratch_make(b->folder);
    b->arena = arena_new();
    *state = b;
    if (!file_make_dirs(path_join(b->arena, b->folder, ".c41"), &b->err))
        return 1;
    b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
    return !b->ledger;
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    ledger_close(b->ledger, &b->err);
    scratch_remove(b->folder);
    buf_release(&b->seen);
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static void put_of(struct bench *b, const char *key, const char *step, const char *bytes,
                   const struct maker *maker)
{
    struct artifact artifact = {.name = "image",
                                .digest = digest_of(bytes, strlen(bytes)),
                                .ext = "png",
                                .facts = json_pack("{s:i}", "bytes", (int)strlen(bytes))};
    struct result r = {.kind = "image",
                       .step = step,
                       .preset = "draft",
                       .machine = "here",
                       .preimage = "{}",
                       .maker = maker,
                       .seconds = 2,
                       .made_ms = 5,
                       .artifacts = &artifact,
                       .n_artifacts = 1};

    snprintf(r.key, sizeof(r.key), "%s", key);
    assert_true(ledger_put(b->ledger, &r, &b->err));
    json_decref(artifact.facts);
}

static void put(struct bench *b, const char *key, const char *step, const char *bytes)
{
    put_of(b, key, step, bytes, NULL);
}

static void put_last(struct bench *b, const char *film, const char *step, const char *key)
{
    assert_true(ledger_put_last(b->ledger, film, step, key, &b->err));
}

static void see_row(void *user, const struct ledger_row *row)
{
    buf_printf(user, "%s %s %s %.1f %lld%s; ", row->key, row->step, row->kind, row->seconds,
               (long long)row->bytes, row->needed ? " needed" : "");
}

static const char *rows(struct bench *b)
{
    buf_clear(&b->seen);
    assert_true(ledger_rows(b->ledger, see_row, &b->seen, &b->err));
    return buf_text(&b->seen);
}

static void see_good(void *user, const char *film, const char *step, const char *key)
{
    buf_printf(user, "%s:%s=%s ", film, step, key);
}

static const char *good(struct bench *b)
{
    buf_clear(&b->seen);
    assert_true(ledger_good_steps(b->ledger, see_good, &b->seen, &b->err));
    return buf_text(&b->seen);
}

// A part whose steps are letters of a text.
static bool is_letter(void *user, const char *step)
{
    return strstr(user, step) != NULL;
}

static struct ledger_part part_of(char *letters)
{
    return (struct ledger_part){is_letter, letters, strlen(letters)};
}

struct good_case {
    const char *about;
    const char *film;
    const char *last; // pairs STEP KEY that a build leaves behind, each of one letter
    char good[4];     // steps that were good; none: the build failed
    bool whole;
    const char *then; // film:step=key…
};

// In order: each stands on what those before it have left.
static const struct good_case good_cases[] = {
    {"nothing was built", "f", "", "", false, ""},
    {"a first build fails", "f", "a1b2", "", false, ""},
    {"and is good", "f", "", "ab", true, "f:a=1 f:b=2 "},
    {"one that fails leaves it alone", "f", "a3", "", false, "f:a=1 f:b=2 "},
    {"a part of the film", "f", "b4", "b", false, "f:a=1 f:b=4 "},
    {"another film", "g", "a5", "a", true, "f:a=1 f:b=4 g:a=5 "},
    {"a step goes, one comes", "f", "c6", "ac", true, "f:a=3 f:c=6 g:a=5 "},
    {"back to what was", "f", "a1", "ac", true, "f:a=1 f:c=6 g:a=5 "},
};

static void knows_what_was_good(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(good_cases) / sizeof(*good_cases); i++) {
        const struct good_case *c = &good_cases[i];
        char steps[sizeof(c->good)];
        struct ledger_part part = part_of(memcpy(steps, c->good, sizeof(steps)));

        for (const char *at = c->last; *at; at += 2)
            put_last(b, c->film, (char[]){at[0], 0}, (char[]){at[1], 0});
        if (part.n)
            assert_true(ledger_put_good(b->ledger, c->film, &part, &b->err));
        if (c->whole)
            assert_true(ledger_drop_good(b->ledger, c->film, &part, &b->err));
        if (strcmp(good(b), c->then) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", c->about, buf_text(&b->seen), c->then);
    }
    assert_true(ledger_forget_film(b->ledger, "f", &b->err));
    assert_string_equal(good(b), "g:a=5 ");
    assert_string_equal(ledger_last_key(b->ledger, "f", "a", b->arena), "1");
}

static void tells_every_artifact(void **state)
{
    struct bench *b = *state;
    char steps[] = "a";
    struct ledger_part part = part_of(steps);

    put(b, "k2", "b", "xyz");
    put(b, "k1", "a", "x");
    put_last(b, "f", "a", "k1");
    assert_true(ledger_put_good(b->ledger, "f", &part, &b->err));
    assert_string_equal(rows(b), "k1 a image 2.0 1 needed; k2 b image 2.0 3; ");
}

static void forgets_results_for_good(void **state)
{
    struct bench *b = *state;
    const char *const keys[] = {"k1", "k3"};
    struct result found;

    put(b, "k1", "a", "x");
    put(b, "k2", "b", "x");
    put(b, "k3", "c", "y");
    assert_true(ledger_drop(b->ledger, keys, 2, &b->err));
    assert_true(ledger_close(b->ledger, &b->err));
    b->ledger = ledger_open(b->folder, LEDGER_READ, clock_system(), &b->err);
    assert_string_equal(rows(b), "k2 b image 2.0 1; ");
    assert_false(ledger_find(b->ledger, "k1", b->arena, &found));
}

static void weighs_what_steps_leave(void **state)
{
    struct bench *b = *state;

    assert_true(ledger_mean_bytes(b->ledger, "image") == 0);
    put(b, "k1", "a", "1");
    put(b, "k2", "b", "22222");
    assert_true(ledger_mean_bytes(b->ledger, "image") == 3);
    assert_true(ledger_mean_bytes(b->ledger, "speak") == 0);
}

// Makes the ledger one in which all went by keys; how tells how results were kept.
#define BY_KEYS(how)                                                                               \
    "CREATE TABLE older (key TEXT PRIMARY KEY NOT NULL, kind TEXT NOT NULL, step TEXT NOT NULL,"   \
    " preset TEXT NOT NULL, machine TEXT NOT NULL, seconds REAL NOT NULL,"                         \
    " made_ms INTEGER NOT NULL, note TEXT, preimage TEXT NOT NULL)" how ";"                        \
    "INSERT INTO older SELECT key, kind, step, preset, machine, seconds, made_ms, note, preimage"  \
    " FROM results;"                                                                               \
    "CREATE TABLE made (key TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL,"         \
    " digest TEXT NOT NULL, ext TEXT NOT NULL, facts TEXT NOT NULL,"                               \
    " PRIMARY KEY (key, position)) WITHOUT ROWID;"                                                 \
    "INSERT INTO made SELECT key, position, name, digest, ext, facts"                              \
    " FROM results r JOIN artifacts ON result = r.id;"                                             \
    "DROP TABLE artifacts; DROP TABLE results; DROP TABLE prints; DROP TABLE loads;"               \
    "ALTER TABLE older RENAME TO results; ALTER TABLE made RENAME TO artifacts;"                   \
    "CREATE INDEX artifacts_digest ON artifacts (digest);"

static const char version_1[] =
    BY_KEYS(" WITHOUT ROWID") "DROP TABLE steps; DROP TABLE unsettled;"
                              "CREATE INDEX results_kind ON results (kind, preset, seconds);"
                              "CREATE TABLE steps (film TEXT NOT NULL, step TEXT NOT NULL, key "
                              "TEXT NOT NULL,"
                              " PRIMARY KEY (film, step)) WITHOUT ROWID;"
                              "INSERT INTO steps VALUES ('f', 'a', 'k1'), ('g', 'b', 'k2');"
                              "PRAGMA user_version = 1;";

static const char version_3[] = BY_KEYS(
    "") "CREATE INDEX results_kind ON results (kind, preset, made_ms, seconds);"
        "CREATE INDEX results_step ON results (step, made_ms);"
        "CREATE TABLE makers (key TEXT PRIMARY KEY, service TEXT NOT NULL, print TEXT NOT NULL)"
        " WITHOUT ROWID;"
        "CREATE TABLE prints (service TEXT PRIMARY KEY, print TEXT NOT NULL, seen_ms INTEGER NOT "
        "NULL)"
        " WITHOUT ROWID;"
        "INSERT INTO steps VALUES ('f', 'a', 'k1', 'k1'), ('g', 'b', 'k2', 'k2');"
        "INSERT INTO makers VALUES ('k1', 'gpu/comfy', '{\"version\":\"1\"}'), ('k3', 'gpu/comfy', "
        "'');"
        "INSERT INTO prints VALUES ('gpu/comfy', '{\"version\":\"2\"}', 7);"
        // What a kill has left: of no result.
        "INSERT INTO artifacts VALUES ('gone', 0, 'image', 'd', 'png', '{\"bytes\":9}');"
        "PRAGMA user_version = 3;";

static void make_old(struct bench *b, const char *version)
{
    sqlite3 *db;

    put(b, "k1", "a", "x");
    put(b, "k3", "c", "yy");
    assert_true(ledger_close(b->ledger, &b->err));
    assert_int_equal(sqlite3_open(path_join(b->arena, b->folder, ".c41/ledger.db"), &db),
                     SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, version, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static const char *maker_of(struct bench *b, const char *key)
{
    struct maker maker;

    return ledger_find_maker_of(b->ledger, key, b->arena, &maker)
               ? arena_printf(b->arena, "%s %s", maker.service, maker.print)
               : "nobody";
}

static void check_old(struct bench *b)
{
    struct result found;

    assert_string_equal(good(b), "f:a=k1 g:b=k2 ");
    assert_string_equal(ledger_last_key(b->ledger, "g", "b", b->arena), "k2");
    assert_string_equal(rows(b), "k1 a image 2.0 1 needed; k3 c image 2.0 2; ");
    assert_true(ledger_find(b->ledger, "k3", b->arena, &found));
    assert_int_equal(found.n_artifacts, 1);
    json_decref(found.artifacts[0].facts);
    assert_string_equal(ledger_preimage(b->ledger, "k1", b->arena), "{}");
    assert_true(ledger_took(b->ledger, "image", "draft", NULL).mean_seconds == 2);
}

// Read first, by one that may not write; then brought up to date; then opened again.
static void take_over(struct bench *b, const char *version, void (*check)(struct bench *b))
{
    static const enum ledger_mode modes[] = {LEDGER_READ, LEDGER_WRITE, LEDGER_WRITE, LEDGER_READ};

    make_old(b, version);
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        b->ledger = ledger_open(b->folder, modes[i], clock_system(), &b->err);
        assert_non_null(b->ledger);
        check_old(b);
        check(b);
        if (i + 1 < sizeof(modes) / sizeof(*modes))
            assert_true(ledger_close(b->ledger, &b->err));
    }
}

static void check_nobody(struct bench *b)
{
    assert_string_equal(maker_of(b, "k1"), "nobody");
    assert_null(ledger_print(b->ledger, "gpu/comfy", b->arena));
}

static void takes_the_oldest_ledger_over(void **state)
{
    take_over(*state, version_1, check_nobody);
}

static void check_makers(struct bench *b)
{
    assert_string_equal(maker_of(b, "k1"), "gpu/comfy {\"version\":\"1\"}");
    assert_string_equal(maker_of(b, "k3"), "gpu/comfy ");
    assert_string_equal(maker_of(b, "k2"), "nobody");
    assert_string_equal(ledger_print(b->ledger, "gpu/comfy", b->arena), "{\"version\":\"2\"}");
}

static void takes_a_ledger_of_keys_over(void **state)
{
    take_over(*state, version_3, check_makers);
}

// A result that is put again has the artifacts of the last time alone.
static void puts_in_the_place_of(void **state)
{
    struct bench *b = *state;

    put(b, "k1", "a", "x");
    put(b, "k2", "b", "yy");
    put(b, "k1", "a", "zzz");
    assert_string_equal(rows(b), "k1 a image 2.0 3; k2 b image 2.0 2; ");
}

#define WITH_LEDGER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

// With its result, and what each service was when it was last seen.
static void remembers_makers(void **state)
{
    struct bench *b = *state;
    struct maker maker = {"gpu/comfy", "{\"version\":\"0.21.0\"}"}, found;
    const char *keys[] = {"k1"};

    put_of(b, "k1", "a", "x", &maker);
    put(b, "k2", "b", "y");
    assert_true(ledger_find_maker_of(b->ledger, "k1", b->arena, &found));
    assert_string_equal(found.service, maker.service);
    assert_string_equal(found.print, maker.print);
    assert_false(ledger_find_maker_of(b->ledger, "k2", b->arena, &found));
    assert_true(ledger_drop(b->ledger, keys, 1, &b->err));
    assert_false(ledger_find_maker_of(b->ledger, "k1", b->arena, &found));
    assert_null(ledger_print(b->ledger, "gpu/comfy", b->arena));
    assert_true(ledger_put_print(b->ledger, "gpu/comfy", "{}", 41, &b->err));
    assert_true(ledger_put_print(b->ledger, "gpu/comfy", maker.print, 42, &b->err));
    assert_string_equal(ledger_print(b->ledger, "gpu/comfy", b->arena), maker.print);
}

static void knows_what_loading_takes(void **state)
{
    struct bench *b = *state;

    assert_true(ledger_load_seconds(b->ledger, "wan") < 0); // never loaded
    assert_true(ledger_put_load(b->ledger, "wan", "gpu/comfy", 60, &b->err));
    assert_true(ledger_put_load(b->ledger, "wan", "gpu/comfy", 40, &b->err));
    assert_true(ledger_put_load(b->ledger, "wan", "box/comfy", 30, &b->err));
    assert_true(ledger_put_load(b->ledger, "voices", "mac/voices", 0, &b->err));
    assert_true(ledger_load_seconds(b->ledger, "wan") == 40); // 50 there and 30 here
    assert_true(ledger_load_seconds(b->ledger, "voices") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LEDGER(knows_what_was_good),         WITH_LEDGER(tells_every_artifact),
        WITH_LEDGER(forgets_results_for_good),    WITH_LEDGER(takes_the_oldest_ledger_over),
        WITH_LEDGER(takes_a_ledger_of_keys_over), WITH_LEDGER(puts_in_the_place_of),
        WITH_LEDGER(weighs_what_steps_leave),     WITH_LEDGER(remembers_makers),
        WITH_LEDGER(knows_what_loading_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
