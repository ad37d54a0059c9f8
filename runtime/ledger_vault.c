// SPDX-License-Identifier: MIT
#include "runtime/ledger_vault.h"

#include <sqlite3.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/stamp.h"
#include "base/vec.h"
#include "runtime/ledger.h"
#include "runtime/ledger_db.h"

// Rows are asked for and changed one by one, by what the caller has at hand: handing a list of all
// steps to SQL costs ten times as much where nothing has moved.
static const char moved[] = "SELECT step FROM steps WHERE film = ?1 AND good IS NOT key";
static const char put_good[] = "UPDATE steps SET good = key WHERE film = ?1 AND step = ?2";
static const char count_good[] = "SELECT count(*) FROM steps WHERE film = ?1 AND good NOT NULL";
static const char all_of_film[] = "SELECT step FROM steps WHERE film = ?1 AND good NOT NULL";
static const char drop_good[] = "UPDATE steps SET good = NULL WHERE film = ?1 AND step = ?2";
static const char forget_film[] = "UPDATE steps SET good = NULL WHERE film = ?1";

// The last column: made for a film since its last good build, and not put in the place of
// by anything since.
static const char all_rows[] =
    "SELECT r.key, r.kind, r.step, r.seconds, r.made_ms,"
    " r.key IN (SELECT good FROM steps WHERE good NOT NULL),"
    " a.digest, a.ext, json_extract(a.facts, '$.bytes'),"
    " r.key IN (SELECT s.key FROM steps s JOIN results q USING (key) LEFT JOIN"
    "  (SELECT film, max(ended_ms) AS ended_ms FROM builds WHERE good GROUP BY film) b"
    "  ON b.film = s.film WHERE s.good IS NOT s.key AND q.made_ms > coalesce(b.ended_ms, 0))"
    " FROM results r JOIN artifacts a ON a.result = r.id ORDER BY r.key, a.position";
static const char handed_out[] =
    "SELECT path, device, inode, bytes, changed_ns, status_ns, digest FROM files"
    " WHERE digest IN (SELECT digest FROM artifacts) ORDER BY path";
static const char mean_bytes[] =
    "SELECT avg(bytes) FROM (SELECT sum(json_extract(a.facts, '$.bytes')) AS bytes"
    " FROM results r JOIN artifacts a ON a.result = r.id WHERE r.kind = ?1 GROUP BY r.id)";
static const char all_good[] =
    "SELECT film, step, good FROM steps WHERE good NOT NULL ORDER BY film, step";

static const char *text(sqlite3_stmt *s, int at)
{
    return (const char *)sqlite3_column_text(s, at);
}

// Runs one statement with what it is given; each (may be NULL) sees every row.
static bool run(struct ledger_db *d, const char *sql, const char *const *given, size_t n,
                void (*each)(void *user, sqlite3_stmt *row), void *user, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL);

    for (size_t i = 0; code == SQLITE_OK && i < n; i++)
        code = sqlite3_bind_text(s, (int)i + 1, given[i], -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(s)) == SQLITE_ROW)
            if (each)
                each(user, s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

// Runs sql once for each text, which is its last value; those before it are given.
static bool run_each(struct ledger_db *d, const char *sql, const char *given,
                     const char *const *texts, size_t n, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL), last = given ? 2 : 1;

    if (code == SQLITE_OK && given)
        code = sqlite3_bind_text(s, 1, given, -1, SQLITE_STATIC);
    for (size_t i = 0; (code == SQLITE_OK || code == SQLITE_DONE) && i < n; i++) {
        sqlite3_bind_text(s, last, texts[i], -1, SQLITE_STATIC);
        code = sqlite3_step(s);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_OK || code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

// The steps of a part, or those outside of it, that a question gives.
struct choice {
    const struct ledger_part *part;
    bool outside;
    struct arena *arena;
    VEC(const char *) steps;
};

static void choose(void *user, sqlite3_stmt *row)
{
    struct choice *c = user;

    if (c->part->has(c->part->user, text(row, 0)) != c->outside)
        vec_push(&c->steps, arena_strdup(c->arena, text(row, 0)));
}

// Runs change for every chosen step of what ask gives.
static bool change_each(struct ledger *l, const char *film, const char *ask, const char *change,
                        struct choice *c, struct err *err)
{
    struct ledger_db *d = ledger_look(l);
    bool ok;

    c->arena = arena_new();
    ok = run(d, ask, &film, 1, choose, c, err) &&
         (c->steps.n == 0 ||
          (ledger_begin(l, err) && run_each(d, change, film, c->steps.at, c->steps.n, err)));
    vec_release(&c->steps);
    arena_free(c->arena);
    return ok;
}

bool ledger_put_good(struct ledger *l, const char *film, const struct ledger_part *part,
                     struct err *err)
{
    return change_each(l, film, moved, put_good, &(struct choice){.part = part}, err);
}

static void take_count(void *user, sqlite3_stmt *row)
{
    *(int64_t *)user = sqlite3_column_int64(row, 0);
}

bool ledger_drop_good(struct ledger *l, const char *film, const struct ledger_part *part,
                      struct err *err)
{
    int64_t n = 0;

    if (!run(ledger_look(l), count_good, &film, 1, take_count, &n, err))
        return false;
    return (size_t)n <= part->n || // there is no other
           change_each(l, film, all_of_film, drop_good,
                       &(struct choice){.part = part, .outside = true}, err);
}

bool ledger_forget_film(struct ledger *l, const char *film, struct err *err)
{
    struct ledger_db *d = ledger_begin(l, err);

    return d && run(d, forget_film, &film, 1, NULL, NULL, err);
}

struct rows {
    void (*each)(void *user, const struct ledger_row *row);
    void *user;
};

static void give_row(void *user, sqlite3_stmt *s)
{
    const struct rows *rows = user;
    struct ledger_row row = {
        .key = text(s, 0),
        .kind = text(s, 1),
        .step = text(s, 2),
        .seconds = sqlite3_column_double(s, 3),
        .made_ms = sqlite3_column_int64(s, 4),
        .needed = sqlite3_column_int(s, 5),
        .digest = text(s, 6),
        .ext = text(s, 7),
        .bytes = sqlite3_column_int64(s, 8),
        .fresh = sqlite3_column_int(s, 9),
    };

    rows->each(rows->user, &row);
}

bool ledger_rows(struct ledger *l, void (*each)(void *user, const struct ledger_row *row),
                 void *user, struct err *err)
{
    struct rows rows = {each, user};

    return run(ledger_look(l), all_rows, NULL, 0, give_row, &rows, err);
}

struct good {
    void (*each)(void *user, const char *film, const char *step, const char *key);
    void *user;
};

static void give_good(void *user, sqlite3_stmt *s)
{
    const struct good *good = user;

    good->each(good->user, text(s, 0), text(s, 1), text(s, 2));
}

bool ledger_good_steps(struct ledger *l,
                       void (*each)(void *user, const char *film, const char *step,
                                    const char *key),
                       void *user, struct err *err)
{
    struct good good = {each, user};

    return run(ledger_look(l), all_good, NULL, 0, give_good, &good, err);
}

bool ledger_drop(struct ledger *l, const char *const *keys, size_t n, struct err *err)
{
    struct ledger_db *d = ledger_begin(l, err);

    return d && run_each(d, "DELETE FROM results WHERE key = ?1", NULL, keys, n, err) &&
           ledger_tick(l, true, err);
}

struct seen {
    struct digest *digest;
    bool found;
};

static void take_digest(void *user, sqlite3_stmt *row)
{
    struct seen *seen = user;

    seen->found = digest_parse(text(row, 0), seen->digest);
}

bool ledger_file_digest(struct ledger *l, const char *path, struct digest *digest)
{
    struct seen seen = {.digest = digest};

    return run(ledger_look(l), "SELECT digest FROM files WHERE path = ?1", &path, 1, take_digest,
               &seen, &(struct err){0}) &&
           seen.found;
}

struct handed {
    void (*each)(void *user, const char *path, const struct file_stamp *stamp,
                 const struct digest *digest);
    void *user;
};

static void give_handed(void *user, sqlite3_stmt *s)
{
    const struct handed *handed = user;
    const struct file_stamp stamp = {
        .device = (uint64_t)sqlite3_column_int64(s, 1),
        .inode = (uint64_t)sqlite3_column_int64(s, 2),
        .bytes = (uint64_t)sqlite3_column_int64(s, 3),
        .changed_ns = sqlite3_column_int64(s, 4),
        .status_ns = sqlite3_column_int64(s, 5),
    };
    struct digest digest;

    if (digest_parse(text(s, 6), &digest))
        handed->each(handed->user, text(s, 0), &stamp, &digest);
}

bool ledger_handed_out(struct ledger *l,
                       void (*each)(void *user, const char *path, const struct file_stamp *stamp,
                                    const struct digest *digest),
                       void *user, struct err *err)
{
    struct handed handed = {each, user};

    return run(ledger_look(l), handed_out, NULL, 0, give_handed, &handed, err);
}

static void take_mean(void *user, sqlite3_stmt *row)
{
    *(double *)user = sqlite3_column_double(row, 0);
}

double ledger_mean_bytes(struct ledger *l, const char *kind)
{
    double mean = 0;
    struct err ignored; // then none is known

    run(ledger_look(l), mean_bytes, &kind, 1, take_mean, &mean, &ignored);
    return mean;
}
