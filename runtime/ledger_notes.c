// SPDX-License-Identifier: MIT
#include "runtime/ledger_notes.h"

#include <sqlite3.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "runtime/ledger_db.h"

static bool run(struct ledger_db *d, sqlite3_stmt *s, int code, struct err *err)
{
    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

static bool insert(struct ledger_db *d, const struct note *note, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db,
                                  "INSERT OR REPLACE INTO in_flight (job, key, service, film, step,"
                                  " spare, sent_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                                  -1, &s, NULL);

    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, note->job, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, note->key, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, note->service, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 4, note->film, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, note->step, -1, SQLITE_STATIC);
        sqlite3_bind_int(s, 6, note->spare);
        sqlite3_bind_int64(s, 7, note->sent_ms);
    }
    return run(d, s, code, err);
}

static bool replace(struct ledger_db *d, const struct note *note, const char *instead,
                    struct err *err)
{
    struct err ignored;
    bool ok;

    if (!instead)
        return insert(d, note, err);
    ok = ledger_db_run(d, "BEGIN IMMEDIATE", err) && notes_drop(d, instead, err) &&
         insert(d, note, err) && ledger_db_run(d, "COMMIT", err);
    return ok || (ledger_db_run(d, "ROLLBACK", &ignored) && false);
}

bool notes_put(struct ledger_db *d, const struct note *note, const char *instead, struct err *err)
{
    struct err ignored;
    bool ok = ledger_db_run(d, "PRAGMA synchronous = FULL", err) && replace(d, note, instead, err);

    if (!d->apart) // a rollback journal is always synced
        ledger_db_run(d, "PRAGMA synchronous = NORMAL", &ignored);
    return ok;
}

bool notes_drop(struct ledger_db *d, const char *job, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db, "DELETE FROM in_flight WHERE job = ?1", -1, &s, NULL);

    if (code == SQLITE_OK)
        sqlite3_bind_text(s, 1, job, -1, SQLITE_STATIC);
    return run(d, s, code, err);
}

static const char *copy_text(sqlite3_stmt *s, int at, struct arena *a)
{
    const char *text = (const char *)sqlite3_column_text(s, at);

    return text ? arena_strdup(a, text) : NULL;
}

static void add(sqlite3_stmt *s, struct arena *a, struct note **list, size_t *n, size_t *cap)
{
    if (*n == *cap) {
        struct note *more = arena_array(a, struct note, *cap ? *cap * 2 : 16);

        if (*n)
            memcpy(more, *list, *n * sizeof(*more));
        *cap = *cap ? *cap * 2 : 16;
        *list = more;
    }
    (*list)[(*n)++] = (struct note){
        .job = copy_text(s, 0, a),
        .key = copy_text(s, 1, a),
        .service = copy_text(s, 2, a),
        .film = copy_text(s, 3, a),
        .step = copy_text(s, 4, a),
        .spare = sqlite3_column_int(s, 5),
        .sent_ms = sqlite3_column_int64(s, 6),
    };
}

bool notes_find(struct ledger_db *d, struct arena *a, struct note **list, size_t *n,
                struct err *err)
{
    sqlite3_stmt *s = NULL;
    size_t cap = 0;
    int code = sqlite3_prepare_v2(d->db,
                                  "SELECT job, key, service, film, step, spare, sent_ms"
                                  " FROM in_flight ORDER BY sent_ms, job",
                                  -1, &s, NULL);

    *list = NULL;
    *n = 0;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(s);
        if (code == SQLITE_ROW)
            add(s, a, list, n, &cap);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}
