// SPDX-License-Identifier: MIT
#include "runtime/ledger_vault.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/ledger.h"
#include "runtime/ledger_db.h"

static const char put_good[] = "UPDATE steps SET good = key WHERE film = ?1 AND good IS NOT key"
                               " AND step IN (SELECT value FROM json_each(?2))";

// Counting is much cheaper than asking of each row whether it is among many: as many good rows as
// steps means that there is no other.
static const char count_good[] = "SELECT count(*) FROM steps WHERE film = ?1 AND good NOT NULL";
static const char drop_good[] = "UPDATE steps SET good = NULL WHERE film = ?1 AND good NOT NULL"
                                " AND step NOT IN (SELECT value FROM json_each(?2))";
static const char forget_film[] = "UPDATE steps SET good = NULL WHERE film = ?1";

static const char all_rows[] =
    "SELECT r.key, r.kind, r.step, r.seconds, r.made_ms, r.key IN (SELECT good FROM steps WHERE "
    "good NOT NULL),"
    " a.digest, a.ext, json_extract(a.facts, '$.bytes')"
    " FROM results r JOIN artifacts a USING (key) ORDER BY r.key, a.position";
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

static bool change(struct ledger *l, const char *sql, const char *film, const json_t *steps,
                   struct err *err)
{
    struct ledger_db *d = ledger_begin(l, err);
    struct buf list = {0};
    const char *given[2] = {film};
    bool ok;

    if (!d)
        return false;
    if (steps)
        json_canonical(steps, &list);
    given[1] = buf_text(&list);
    ok = run(d, sql, given, steps ? 2 : 1, NULL, NULL, err);
    buf_release(&list);
    return ok;
}

bool ledger_put_good(struct ledger *l, const char *film, const json_t *steps, struct err *err)
{
    return change(l, put_good, film, steps, err);
}

static void take_count(void *user, sqlite3_stmt *row)
{
    *(int64_t *)user = sqlite3_column_int64(row, 0);
}

bool ledger_drop_good(struct ledger *l, const char *film, const json_t *steps, struct err *err)
{
    int64_t n = 0;

    if (!run(ledger_look(l), count_good, &film, 1, take_count, &n, err))
        return false;
    return (size_t)n <= json_array_size(steps) || change(l, drop_good, film, steps, err);
}

bool ledger_forget_film(struct ledger *l, const char *film, struct err *err)
{
    return change(l, forget_film, film, NULL, err);
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
    bool ok = d != NULL;

    for (size_t i = 0; ok && i < n; i++)
        ok = run(d, "DELETE FROM results WHERE key = ?1", &keys[i], 1, NULL, NULL, err) &&
             run(d, "DELETE FROM artifacts WHERE key = ?1", &keys[i], 1, NULL, NULL, err);
    return ok && ledger_tick(l, true, err);
}
