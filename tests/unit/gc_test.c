// SPDX-License-Identifier: MIT
// What gc would take of a small store, and in which order.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/artifact.h"
#include "runtime/gc.h"
#include "runtime/ledger.h"
#include "runtime/ledger_vault.h"
#include "runtime/store.h"
#include "runtime/vault.h"
#include "tests/unit/scratch.h"

// A result and what its file holds; the same letter is the same file.
struct row {
    const char *key, *kind, *step;
    double seconds;
    char letter;
    unsigned bytes;
    bool good;
};

// Seconds for 100 bytes: a 1, b 10, c 100, d (good) 1, e and f share a file, g is good and shares
// with h; the pick p chose a's. b is of a film whose build has not ended well.
static const struct row rows[] = {
    {"a", "image", "one/a", 1, 'A', 100, false},   {"b", "animate", "one/b", 20, 'B', 200, false},
    {"c", "image", "two/c", 100, 'C', 100, false}, {"d", "image", "two/d", 1, 'D', 100, true},
    {"e", "image", "one/e", 3, 'E', 100, false},   {"f", "image", "two/f", 3, 'E', 100, false},
    {"g", "mix", "one/g", 1, 'G', 100, true},      {"h", "mix", "one/h", 1, 'G', 100, false},
    {"p", "pick", "one/p", 0, 'A', 100, false},
};

struct gc_case {
    const char *about;
    struct gc_options options;
    const char *glob;
    char pinned;      // the letter of a file that a pick names
    const char *goes; // keys in order, choices last
    unsigned bytes;
    double seconds;
    unsigned short_bytes;
};

#define ALL -1, -1

static const struct gc_case cases[] = {
    {"all that could go, the cheapest first; both of those that share, or none",
     {NULL, 0, NULL, NULL, 0, ALL},
     NULL,
     0,
     "aefcbp",
     507,
     127,
     0},
    {"as much as is asked for", {NULL, 0, NULL, NULL, 0, -1, 8}, NULL, 0, "ap", 107, 1, 0},
    {"what is shared goes with its last holder",
     {NULL, 0, NULL, NULL, 0, -1, 200},
     NULL,
     0,
     "aefp",
     207,
     7,
     0},
    {"litter alone is enough", {NULL, 0, NULL, NULL, 0, -1, 7}, NULL, 0, "", 7, 0, 0},
    {"nothing is asked for", {NULL, 0, NULL, NULL, 0, -1, 0}, NULL, 0, "", 7, 0, 0},
    {"small enough already", {NULL, 0, NULL, NULL, 0, 5000, -1}, NULL, 0, "", 7, 0, 0},
    {"as small as it can be", {NULL, 0, NULL, NULL, 0, 0, -1}, NULL, 0, "aefcbp", 507, 127, 200},
    {"a pick names a's file", {NULL, 0, NULL, NULL, 0, ALL}, NULL, 'A', "efcb", 407, 126, 0},
    {"a kind", {NULL, 0, "animate", NULL, 0, ALL}, NULL, 0, "b", 200, 20, 0},
    {"a scene: what it shares with another one stays",
     {NULL, 0, NULL, "one", 0, ALL},
     NULL,
     0,
     "abp",
     300,
     21,
     0},
    {"the beginning of a name is no scene", {NULL, 0, NULL, "on", 0, ALL}, NULL, 0, "", 0, 0, 0},
    {"a glob", {NULL, 0, NULL, NULL, 0, ALL}, "two/?", 0, "c", 100, 100, 0},
    {"older than anything", {NULL, 0, NULL, NULL, 1, ALL}, NULL, 0, "", 0, 0, 0},
    {"made by then", {NULL, 0, NULL, NULL, 6, ALL}, NULL, 0, "aefcbp", 500, 127, 0},
};

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct ledger *ledger;
    char pin[DIGEST_HEX_BYTES];
    struct err err;
};

static struct digest digest_of_file(char letter, unsigned bytes, char *text)
{
    memset(text, letter, bytes);
    return digest_of(text, bytes);
}

static void put_row(struct bench *b, const struct row *row)
{
    char text[256], temp[SCRATCH_BYTES + 32];
    struct store store = {.project = b->folder};
    struct artifact artifact = {.name = "image",
                                .digest = digest_of_file(row->letter, row->bytes, text),
                                .ext = "png",
                                .facts = json_object()};
    struct result r = {.kind = row->kind,
                       .step = row->step,
                       .preset = "p",
                       .machine = "here",
                       .preimage = "{}",
                       .seconds = row->seconds,
                       .made_ms = 5,
                       .artifacts = &artifact,
                       .n_artifacts = 1};
    uint64_t bytes;

    snprintf(r.key, sizeof(r.key), "%s", row->key);
    snprintf(temp, sizeof(temp), "%s/.c41/store/tmp/x", b->folder);
    assert_true(file_write(temp, text, row->bytes, &b->err));
    assert_true(store_import(&store, temp, "png", &artifact.digest, &bytes, &b->err));
    assert_true(ledger_put(b->ledger, &r, &b->err));
    if (row->good)
        assert_true(ledger_put_last(b->ledger, "film", row->step, row->key, &b->err));
    json_decref(artifact.facts);
}

static bool is_any(void *user, const char *step)
{
    return !user && step;
}

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));
    struct store store = {.project = b->folder};
    const struct ledger_part all = {.has = is_any, .n = 2};

    scratch_make(b->folder);
    b->arena = arena_new();
    *state = b;
    if (!store_init(&store, b->folder, &b->err) ||
        !(b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err)))
        return 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        put_row(b, &rows[i]);
    if (!ledger_put_last(b->ledger, "other", "one/b", "b", &b->err))
        return 1;
    return !file_write(path_join(b->arena, b->folder, ".c41/store/tmp/left"), "litter!", 7,
                       &b->err) ||
           !ledger_put_good(b->ledger, "film", &all, &b->err);
}

static int tear_down(void **state)
{
    struct bench *b = *state;

    ledger_close(b->ledger, &b->err);
    scratch_remove(b->folder);
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static struct gc choose(struct bench *b, const struct gc_case *c)
{
    struct vault *v = arena_make(b->arena, struct vault);
    struct vault_pin *pin = arena_make(b->arena, struct vault_pin);
    struct gc_options options = c->options;
    struct gc gc;
    char text[256];
    struct digest digest = digest_of_file(c->pinned, 100, text);

    *pin = (struct vault_pin){digest_hex(&digest, b->pin), "film.picks.yaml:1"};
    b->pin[12] = 0;
    options.globs = c->glob ? &c->glob : NULL;
    options.n_globs = c->glob != NULL;
    assert_true(vault_read(v, b->arena, b->ledger, b->folder, pin, c->pinned != 0, &b->err));
    gc_choose(&gc, b->arena, v, &options);
    return gc;
}

static void chooses_the_cheapest(void **state)
{
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct gc gc = choose(b, &cases[i]);
        struct buf keys = {0};

        for (size_t k = 0; k < gc.n_results; k++)
            buf_puts(&keys, gc.results[k]->key);
        if (strcmp(buf_text(&keys), cases[i].goes) != 0 || gc.bytes != cases[i].bytes ||
            gc.seconds != cases[i].seconds || gc.short_bytes != cases[i].short_bytes)
            fail_msg("%s: %s, %llu bytes, %g s, %llu short", cases[i].about, buf_text(&keys),
                     (unsigned long long)gc.bytes, gc.seconds, (unsigned long long)gc.short_bytes);
        buf_release(&keys);
    }
}

static void removes_record_and_file(void **state)
{
    struct bench *b = *state;
    struct gc gc = choose(b, &cases[0]);
    struct result found;

    assert_true(gc_run(&gc, b->ledger, &b->err));
    assert_false(ledger_find(b->ledger, "a", b->arena, &found));
    assert_false(ledger_find(b->ledger, "p", b->arena, &found));
    for (size_t i = 0; i < gc.n_files; i++)
        assert_false(file_exists(path_join(b->arena, b->folder, gc.files[i]->path)));
    assert_true(ledger_find(b->ledger, "h", b->arena, &found));
    assert_true(file_exists(path_join(b->arena, b->folder, found.artifacts[0].path)));
    json_decref(found.artifacts[0].facts);
    gc = choose(b, &cases[0]);
    assert_int_equal(gc.n_files + gc.n_results, 0);
}

#define WITH_STORE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(chooses_the_cheapest),
        WITH_STORE(removes_record_and_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
