// SPDX-License-Identifier: MIT
#include "runtime/ledger_prints.h"

#include <sqlite3.h>

#include "base/arena.h"
#include "base/err.h"
#include "runtime/ledger_db.h"

// Two texts of the row that SQL finds for key; false: there is none.
static bool find(struct ledger *l, const char *sql, const char *key, struct arena *a,
                 const char **first, const char **second)
{
    struct ledger_db *d = ledger_look(l);
    sqlite3_stmt *s = NULL;
    bool found = false;

    if (d && sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
        found = sqlite3_step(s) == SQLITE_ROW;
    }
    if (found) {
        *first = arena_strdup(a, (const char *)sqlite3_column_text(s, 0));
        *second = arena_strdup(a, (const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_finalize(s);
    return found;
}

// As often as steps are recorded, so its statement is kept.
static bool find_print(struct ledger_db *d, const struct maker *maker, int64_t *id, struct err *err)
{
    static const char sql[] = "SELECT id FROM prints WHERE service = ?1 AND print = ?2";
    sqlite3_stmt *s = d->find_print;
    int code = SQLITE_OK;

    if (!s)
        code = sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
    d->find_print = s;
    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, maker->service, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, maker->print, -1, SQLITE_STATIC);
        code = sqlite3_step(s);
    }
    *id = code == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return code == SQLITE_ROW || code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

static bool put_print(struct ledger_db *d, const struct maker *maker, int64_t seen_ms,
                      struct err *err)
{
    static const char sql[] = "INSERT INTO prints (service, print, seen_ms) VALUES (?1, ?2, ?3)"
                              " ON CONFLICT DO UPDATE SET seen_ms = excluded.seen_ms";
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db, sql, -1, &s, NULL);

    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, maker->service, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, maker->print, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 3, seen_ms);
        code = sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

bool ledger_maker_id(struct ledger_db *d, const struct maker *maker, int64_t *id, struct err *err)
{
    if (!find_print(d, maker, id, err))
        return false;
    return *id || (put_print(d, maker, 0, err) && find_print(d, maker, id, err));
}

bool ledger_find_maker_of(struct ledger *l, const char *key, struct arena *a, struct maker *out)
{
    return find(l,
                "SELECT service, print FROM results r JOIN prints p ON p.id = maker"
                " WHERE key = ?1",
                key, a, &out->service, &out->print);
}

const char *ledger_print(struct ledger *l, const char *service, struct arena *a)
{
    const char *print, *same;

    return find(l,
                "SELECT print, service FROM prints WHERE service = ?1 AND seen_ms > 0"
                " ORDER BY seen_ms DESC, id DESC LIMIT 1",
                service, a, &print, &same)
               ? print
               : NULL;
}

bool ledger_put_print(struct ledger *l, const char *service, const char *print, int64_t seen_ms,
                      struct err *err)
{
    struct ledger_db *d = ledger_begin(l, err);

    return d && put_print(d, &(struct maker){service, print}, seen_ms, err);
}
