// SPDX-License-Identifier: MIT
#include "runtime/ledger_history.h"

#include <sqlite3.h>
#include <string.h>

#include "base/arena.h"
#include "base/vec.h"
#include "runtime/ledger_db.h"

static const char find_run[] = "SELECT key, step, preimage, made_ms FROM results WHERE key = ?1";
static const char runs_of[] = "SELECT key, step, preimage, made_ms FROM results WHERE step = ?1"
                              " ORDER BY made_ms DESC LIMIT ?2";
static const char find_maker[] =
    "SELECT r.key, r.step, r.preimage, r.made_ms FROM artifacts JOIN results r ON r.id = result"
    " WHERE digest = ?1 AND (?2 IS NULL OR r.step = ?2)"
    " ORDER BY r.kind = 'pick', r.made_ms DESC LIMIT 1";
static const char steps_of[] =
    "SELECT s.step, coalesce(kind, '') FROM steps s LEFT JOIN results r USING (key)"
    " WHERE film = ?1 ORDER BY s.step";

// NULL where the ledger cannot be read, which ledger_check tells.
static sqlite3_stmt *prepare(struct ledger *l, const char *sql)
{
    sqlite3_stmt *s = NULL;

    sqlite3_prepare_v2(ledger_look(l)->db, sql, -1, &s, NULL);
    return s;
}

static char *copy(sqlite3_stmt *s, int at, struct arena *a)
{
    return arena_strdup(a, (const char *)sqlite3_column_text(s, at));
}

// Ends s.
static size_t read_runs(sqlite3_stmt *s, struct arena *a, struct run *list, size_t max)
{
    size_t n = 0;

    for (; s && n < max && sqlite3_step(s) == SQLITE_ROW; n++)
        list[n] = (struct run){.key = copy(s, 0, a),
                               .step = copy(s, 1, a),
                               .preimage = copy(s, 2, a),
                               .made_ms = sqlite3_column_int64(s, 3)};
    sqlite3_finalize(s);
    return n;
}

bool ledger_find_run(struct ledger *l, const char *key, struct arena *a, struct run *out)
{
    sqlite3_stmt *s = prepare(l, find_run);

    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    return read_runs(s, a, out, 1) == 1;
}

size_t ledger_runs(struct ledger *l, const char *id, struct arena *a, struct run *list, size_t max)
{
    sqlite3_stmt *s = prepare(l, runs_of);

    sqlite3_bind_text(s, 1, id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)max);
    return read_runs(s, a, list, max);
}

bool ledger_find_maker(struct ledger *l, const char *digest, const char *id, struct arena *a,
                       struct run *out)
{
    sqlite3_stmt *s = prepare(l, find_maker);

    sqlite3_bind_text(s, 1, digest, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, id, -1, SQLITE_STATIC); // NULL is SQL's NULL
    return read_runs(s, a, out, 1) == 1;
}

size_t ledger_steps(struct ledger *l, const char *film, struct arena *a, struct known_step **list)
{
    VEC(struct known_step) found = {0};
    sqlite3_stmt *s = prepare(l, steps_of);
    size_t n;

    sqlite3_bind_text(s, 1, film, -1, SQLITE_STATIC);
    while (s && sqlite3_step(s) == SQLITE_ROW)
        vec_push(&found, (struct known_step){copy(s, 0, a), copy(s, 1, a)});
    sqlite3_finalize(s);
    n = found.n;
    *list = arena_array(a, struct known_step, n + 1);
    if (n)
        memcpy(*list, found.at, n * sizeof(**list));
    vec_release(&found);
    return n;
}
