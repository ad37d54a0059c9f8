// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/artifact.h"
#include "runtime/ledger.h"
#include "runtime/ledger_history.h"
#include "runtime/ledger_notes.h"
#include "runtime/store.h"
#include "tests/unit/scratch.h"

struct bench {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    const char *path;
    struct ledger *ledger;
    struct err err;
};

static int set_up(void **state)
{
    struct bench *b = mem_new(sizeof(*b));

    scratch_make(b->folder);
    b->arena = arena_new();
    b->path = path_join(b->arena, b->folder, ".c41/ledger.db");
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
    arena_free(b->arena);
    mem_free(b);
    return 0;
}

static void open_again(struct bench *b, enum ledger_mode mode)
{
    assert_true(ledger_close(b->ledger, &b->err));
    b->ledger = ledger_open(b->folder, mode, clock_system(), &b->err);
}

static struct result a_result(struct artifact *artifact, const char *key)
{
    struct result r = {.kind = "image",
                       .step = "a/b/image",
                       .preset = "draft",
                       .machine = "here",
                       .preimage = "{}",
                       .note = "a note",
                       .seconds = 2,
                       .made_ms = 5,
                       .artifacts = artifact,
                       .n_artifacts = 1};

    snprintf(r.key, sizeof(r.key), "%s", key);
    return r;
}

static void keeps_results(void **state)
{
    struct bench *b = *state;
    struct artifact artifact = {.name = "image",
                                .digest = digest_of("x", 1),
                                .ext = "png",
                                .facts = json_pack("{s:i}", "width", 8)};
    struct result r = a_result(&artifact, "k1"), found;

    assert_true(ledger_put(b->ledger, &r, &b->err));
    assert_true(ledger_put_last(b->ledger, "film", "a/b/image", "k1", &b->err));
    open_again(b, LEDGER_READ); // what was put is committed when it ends
    assert_false(ledger_find(b->ledger, "k2", b->arena, &found));
    assert_true(ledger_find(b->ledger, "k1", b->arena, &found));
    assert_string_equal(found.note, "a note");
    assert_true(found.seconds == 2 && found.made_ms == 5);
    assert_int_equal(found.n_artifacts, 1);
    assert_string_equal(found.artifacts[0].ext, "png");
    assert_memory_equal(&found.artifacts[0].digest, &artifact.digest, sizeof(struct digest));
    assert_true(json_equal(found.artifacts[0].facts, artifact.facts));
    assert_string_equal(ledger_preimage(b->ledger, "k1", b->arena), "{}");
    assert_string_equal(ledger_last_key(b->ledger, "film", "a/b/image", b->arena), "k1");
    assert_null(ledger_last_key(b->ledger, "film2", "a/b/image", b->arena));
    json_decref(found.artifacts[0].facts);
    json_decref(artifact.facts);
}

// Who made what, and when: for telling what has changed.
static void tells_runs(void **state)
{
    static const char *const keys[] = {"k1", "k2", "k3"};
    struct bench *b = *state;
    struct artifact artifact = {
        .name = "image", .digest = digest_of("x", 1), .ext = "png", .facts = json_object()};
    char hex[DIGEST_HEX_BYTES];
    struct run runs[2], run;

    digest_hex(&artifact.digest, hex);
    for (size_t i = 0; i < 3; i++) {
        struct result r = a_result(&artifact, keys[i]);

        r.made_ms = (int64_t)i;
        r.kind = i == 2 ? "pick" : "image";
        r.step = i == 2 ? "a/pick" : "a/b/image";
        assert_true(ledger_put(b->ledger, &r, &b->err));
    }
    assert_int_equal(ledger_runs(b->ledger, "a/b/image", b->arena, runs, 2), 2);
    assert_string_equal(runs[0].key, "k2"); // the last first
    assert_string_equal(runs[1].key, "k1");
    assert_int_equal(ledger_runs(b->ledger, "a/b/image", b->arena, runs, 1), 1);
    assert_int_equal(ledger_runs(b->ledger, "a/c", b->arena, runs, 2), 0);
    assert_true(ledger_find_run(b->ledger, "k1", b->arena, &run));
    assert_true(run.made_ms == 0 && strcmp(run.preimage, "{}") == 0);
    assert_false(ledger_find_run(b->ledger, "k9", b->arena, &run));
    assert_true(ledger_find_maker(b->ledger, hex, NULL, b->arena, &run));
    assert_string_equal(run.key, "k2"); // a pick makes nothing
    assert_true(ledger_find_maker(b->ledger, hex, "a/pick", b->arena, &run));
    assert_string_equal(run.key, "k3");
    assert_false(ledger_find_maker(b->ledger, hex, "a/c", b->arena, &run));
    json_decref(artifact.facts);
}

// Enough runs that the first are of no account any more.
static void expects_what_the_last_took(void **state)
{
    struct bench *b = *state;
    struct artifact artifact = {
        .name = "image", .digest = digest_of("x", 1), .ext = "png", .facts = json_object()};

    for (int i = 0; i < 64; i++) {
        struct result r = a_result(&artifact, arena_printf(b->arena, "k%d", i));

        r.made_ms = i;
        r.seconds = i < 32 ? 100 : i;
        assert_true(ledger_put(b->ledger, &r, &b->err));
    }
    assert_true(ledger_took(b->ledger, "image", "draft", NULL).mean_seconds == 47.5);
    json_decref(artifact.facts);
}

static void replaces_a_result(void **state)
{
    struct bench *b = *state;
    struct artifact artifact = {
        .name = "image", .digest = digest_of("x", 1), .ext = "png", .facts = json_object()};
    struct result r = a_result(&artifact, "k1"), found;

    assert_true(ledger_put(b->ledger, &r, &b->err));
    artifact.digest = digest_of("y", 1);
    r.seconds = 4;
    assert_true(ledger_put(b->ledger, &r, &b->err));
    assert_true(ledger_find(b->ledger, "k1", b->arena, &found));
    assert_int_equal(found.n_artifacts, 1);
    assert_memory_equal(&found.artifacts[0].digest, &artifact.digest, sizeof(struct digest));
    assert_true(ledger_took(b->ledger, "image", "draft", NULL).mean_seconds == 4);
    assert_true(ledger_took(b->ledger, "image", "other", NULL).mean_seconds == 0);
    json_decref(found.artifacts[0].facts);
    json_decref(artifact.facts);
}

static void finds_artifacts_by_digest(void **state)
{
    struct bench *b = *state;
    struct artifact artifact = {.name = "image",
                                .digest = digest_of("x", 1),
                                .ext = "png",
                                .facts = json_object()},
                    found;
    struct result r = a_result(&artifact, "k1");

    assert_true(ledger_put(b->ledger, &r, &b->err));
    assert_true(ledger_find_artifact(b->ledger, "a/b/image", "2d711642", b->arena, &found));
    assert_memory_equal(&found.digest, &artifact.digest, sizeof(struct digest));
    json_decref(found.facts);
    assert_false(ledger_find_artifact(b->ledger, "a/b/image", "2d711643", b->arena, &found));
    json_decref(artifact.facts);
}

static void remembers_files_by_their_stamp(void **state)
{
    struct bench *b = *state;
    struct file_stamp stamp = {1, 2, 3, 4, 5};
    struct digest digest = digest_of("x", 1), found;
    json_t *facts = json_object(), *back = NULL;

    assert_true(ledger_put_file(b->ledger, "a.png", &stamp, &digest, facts, &b->err));
    assert_true(ledger_find_file(b->ledger, "a.png", &stamp, &found, &back));
    assert_memory_equal(&found, &digest, sizeof(digest));
    json_decref(back);
    stamp.status_ns++;
    assert_false(ledger_find_file(b->ledger, "a.png", &stamp, &found, &back));
    json_decref(facts);
}

static void reading_needs_no_ledger(void **state)
{
    struct bench *b = *state;
    struct result found;

    assert_true(ledger_close(b->ledger, &b->err));
    assert_int_equal(unlink(b->path), 0);
    b->ledger = ledger_open(b->folder, LEDGER_READ, clock_system(), &b->err);
    assert_non_null(b->ledger);
    assert_false(ledger_find(b->ledger, "k1", b->arena, &found));
    assert_false(file_exists(b->path));
}

static void refuses_a_newer_schema(void **state)
{
    struct bench *b = *state;
    sqlite3 *db;

    assert_int_equal(sqlite3_open(b->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    open_again(b, LEDGER_WRITE);
    assert_null(b->ledger);
    assert_non_null(strstr(b->err.text, "newer c41"));
}

static void tells_a_damaged_file(void **state)
{
    struct bench *b = *state;
    static const char noise[] =
        "this is no database, and long enough to be read as one, is it not? "
        "It is a hundred bytes and more.";

    assert_true(ledger_close(b->ledger, &b->err));
    assert_true(file_write(b->path, noise, sizeof(noise), &b->err));
    b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
    assert_null(b->ledger);
    assert_non_null(strstr(b->err.text, "damaged"));
    assert_non_null(strstr(b->err.text, "move it away"));
}

// An artifact in the store, as a step leaves it.
static struct artifact an_artifact(struct bench *b, const char *text)
{
    struct store store;
    struct artifact made = {.name = "image", .ext = "txt", .facts = json_object()};
    const char *temp;
    uint64_t bytes;

    assert_true(store_init(&store, b->folder, &b->err));
    temp = store_temp(&store, b->arena, text, "txt");
    assert_true(file_put(temp, text, strlen(text), &b->err));
    assert_true(store_import(&store, temp, "txt", &made.digest, &bytes, &b->err));
    made.path = path_join(b->arena, b->folder, store_path(b->arena, &made.digest, "txt"));
    return made;
}

// In a process of its own, which ends as a power cut would end it: recorded, and nothing synced.
static void record_and_die(struct bench *b, const struct result *results, size_t n)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct ledger *l = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
        bool ok = l != NULL;

        for (size_t i = 0; ok && i < n; i++)
            ok = ledger_put(l, &results[i], &b->err);
        if (ok && ledger_tick(l, true, &b->err) && ledger_unsettled(l) == n)
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static bool has_result(struct bench *b, const char *key)
{
    struct result found;
    bool has = ledger_find(b->ledger, key, b->arena, &found);

    for (size_t i = 0; has && i < found.n_artifacts; i++)
        json_decref(found.artifacts[i].facts);
    return has;
}

static size_t count_marks(struct bench *b)
{
    sqlite3_stmt *s;
    sqlite3 *db;
    int n;

    assert_int_equal(sqlite3_open(b->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM unsettled", -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return (size_t)n;
}

// A power cut may lose the bytes of a file that was renamed, all of them or their end.
static void a_power_cut_leaves_no_row_without_its_file(void **state)
{
    struct bench *b = *state;
    struct artifact made[] = {an_artifact(b, "whole"), an_artifact(b, "emptied"),
                              an_artifact(b, "zeroed"), an_artifact(b, "missing")};
    static const char *const keys[] = {"whole", "emptied", "zeroed", "missing"};
    struct result results[4];

    for (size_t i = 0; i < 4; i++)
        results[i] = a_result(&made[i], keys[i]);
    assert_true(ledger_close(b->ledger, &b->err));
    record_and_die(b, results, 4);
    assert_int_equal(count_marks(b), 4);
    assert_int_equal(chmod(made[1].path, 0600), 0);
    assert_int_equal(truncate(made[1].path, 0), 0);
    assert_true(file_write(made[2].path, "\0\0\0\0\0\0", 6, &b->err));
    assert_int_equal(unlink(made[3].path), 0);

    b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
    assert_non_null(b->ledger);
    assert_true(has_result(b, "whole"));
    for (size_t i = 1; i < 4; i++) {
        assert_false(has_result(b, keys[i]));
        assert_false(file_exists(made[i].path)); // what is left of it is in nobody's way
    }
    assert_int_equal(ledger_unsettled(b->ledger), 1); // it may be in memory alone still
    assert_true(ledger_close(b->ledger, &b->err));
    assert_int_equal(count_marks(b), 0);
    b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
    assert_true(has_result(b, "whole"));
    for (size_t i = 0; i < 4; i++)
        json_decref(made[i].facts);
}

// What was synced is believed: a file that somebody damaged later is for verify to find.
static void what_was_synced_is_not_read_again(void **state)
{
    struct bench *b = *state;
    struct artifact made = an_artifact(b, "whole");
    struct result r = a_result(&made, "k1");

    assert_true(ledger_put(b->ledger, &r, &b->err));
    assert_int_equal(ledger_unsettled(b->ledger), 1);
    open_again(b, LEDGER_WRITE);
    assert_int_equal(count_marks(b), 0);
    assert_true(file_write(made.path, "whale", 5, &b->err));
    open_again(b, LEDGER_WRITE);
    assert_true(has_result(b, "k1"));
    json_decref(made.facts);
}

// By ticks alone, as in a build.
static void ticks_settle_what_was_put(void **state)
{
    struct bench *b = *state;
    struct artifact made = an_artifact(b, "whole");
    struct result r = a_result(&made, "k1");

    for (int round = 0; round < 3; round++) {
        assert_true(ledger_put(b->ledger, &r, &b->err));
        while (ledger_unsettled(b->ledger))
            assert_true(ledger_tick(b->ledger, true, &b->err));
        assert_int_equal(count_marks(b), 0);
    }
    json_decref(made.facts);
}

static size_t synced; // times that SQLite has synced a file

// In the place of the C library's, for SQLite too.
int fdatasync(int fd)
{
    synced++;
    return fsync(fd);
}

static size_t count_notes(struct bench *b, struct note **list)
{
    size_t n;

    assert_true(ledger_notes(b->ledger, b->arena, list, &n, &b->err));
    return n;
}

// Sent only after this: whatever ends the machine then, the next build finds the job.
static void a_note_is_on_the_disk_before_its_job_is_sent(void **state)
{
    struct bench *b = *state;
    struct artifact made = an_artifact(b, "whole");
    struct result r = a_result(&made, "k1");
    struct note note = {"a-1", "k1", "gpu/comfy", "FILM", "a/s0/image", false, 7}, *found;

    assert_true(ledger_put(b->ledger, &r, &b->err)); // a transaction is open
    synced = 0;
    assert_true(ledger_put_note(b->ledger, &note, NULL, &b->err));
    assert_true(synced >= 1);
    synced = 0;
    note.job = "a-2"; // it is sent again
    assert_true(ledger_put_note(b->ledger, &note, "a-1", &b->err));
    assert_true(synced >= 1);
    synced = 0;
    assert_true(ledger_put(b->ledger, &r, &b->err));
    assert_true(ledger_tick(b->ledger, true, &b->err));
    assert_int_equal(synced, 0); // results do not wait for the disk
    assert_int_equal(count_notes(b, &found), 1);
    assert_string_equal(found->job, "a-2");
    assert_string_equal(found->key, "k1");
    assert_string_equal(found->service, "gpu/comfy");
    assert_string_equal(found->film, "FILM");
    assert_string_equal(found->step, "a/s0/image");
    assert_false(found->spare);
    assert_int_equal(found->sent_ms, 7);
    json_decref(made.facts);
}

// Puts a result and drops its note, and ends before or after the transaction does.
static void finish_and_die(struct bench *b, const struct result *r, bool commit)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct ledger *l = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);

        if (l && ledger_put(l, r, &b->err) && ledger_drop_note(l, "a-1", &b->err) &&
            (!commit || ledger_tick(l, true, &b->err)))
            raise(SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    b->ledger = ledger_open(b->folder, LEDGER_WRITE, clock_system(), &b->err);
    assert_non_null(b->ledger);
}

static void a_kill_leaves_the_note_or_the_result(void **state)
{
    struct bench *b = *state;
    struct artifact made = an_artifact(b, "whole");
    struct result r = a_result(&made, "k1");
    struct note note = {"a-1", "k1", "gpu/comfy", "FILM", "a/s0/image", false, 7}, *found;

    assert_true(ledger_put_note(b->ledger, &note, NULL, &b->err));
    assert_true(ledger_close(b->ledger, &b->err));
    finish_and_die(b, &r, false);
    assert_int_equal(count_notes(b, &found), 1);
    assert_false(has_result(b, "k1"));
    assert_true(ledger_close(b->ledger, &b->err));
    finish_and_die(b, &r, true);
    assert_int_equal(count_notes(b, &found), 0);
    assert_true(has_result(b, "k1"));
    json_decref(made.facts);
}

#define WITH_LEDGER(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LEDGER(keeps_results),
        WITH_LEDGER(expects_what_the_last_took),
        WITH_LEDGER(replaces_a_result),
        WITH_LEDGER(tells_runs),
        WITH_LEDGER(finds_artifacts_by_digest),
        WITH_LEDGER(remembers_files_by_their_stamp),
        WITH_LEDGER(reading_needs_no_ledger),
        WITH_LEDGER(refuses_a_newer_schema),
        WITH_LEDGER(tells_a_damaged_file),
        WITH_LEDGER(a_power_cut_leaves_no_row_without_its_file),
        WITH_LEDGER(what_was_synced_is_not_read_again),
        WITH_LEDGER(ticks_settle_what_was_put),
        WITH_LEDGER(a_note_is_on_the_disk_before_its_job_is_sent),
        WITH_LEDGER(a_kill_leaves_the_note_or_the_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
