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
bool ledger_put_maker(struct ledger *l, const char *key, const struct maker *maker, struct err *err)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO makers (key, service, print) VALUES (?1, ?2, ?3)";
    struct ledger_db *d = ledger_begin(l, err);
    sqlite3_stmt *s;
    int code;

    if (!d)
        return false;
    if (!d->put_maker && (code = sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                                    &d->put_maker, NULL)) != SQLITE_OK)
        return ledger_db_fail(d, code, err);
    s = d->put_maker;
    sqlite3_bind_text(s, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, maker->service, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, maker->print, -1, SQLITE_STATIC);
    code = sqlite3_step(s);
    sqlite3_reset(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}

bool ledger_find_maker_of(struct ledger *l, const char *key, struct arena *a, struct maker *out)
{
    return find(l, "SELECT service, print FROM makers WHERE key = ?1", key, a, &out->service,
                &out->print);
}

const char *ledger_print(struct ledger *l, const char *service, struct arena *a)
{
    const char *print, *same;

    return find(l, "SELECT print, service FROM prints WHERE service = ?1", service, a, &print,
                &same)
               ? print
               : NULL;
}

bool ledger_put_print(struct ledger *l, const char *service, const char *print, int64_t seen_ms,
                      struct err *err)
{
    struct ledger_db *d = ledger_begin(l, err);
    sqlite3_stmt *s = NULL;
    int code;

    if (!d)
        return false;
    code = sqlite3_prepare_v2(
        d->db, "INSERT OR REPLACE INTO prints (service, print, seen_ms) VALUES (?1, ?2, ?3)", -1,
        &s, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, service, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, print, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 3, seen_ms);
        code = sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(d, code, err);
}
