// SPDX-License-Identifier: MIT
#include "runtime/ledger_loads.h"

#include <sqlite3.h>
#include <stddef.h>

#include "base/err.h"
#include "runtime/ledger_db.h"

bool ledger_put_load(struct ledger *l, const char *model, const char *service, double seconds,
                     struct err *err)
{
    static const char sql[] =
        "INSERT INTO loads (model, service, seconds) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET seconds = (seconds + excluded.seconds) / 2";
    struct ledger_db *d = ledger_begin(l, err);
    sqlite3_stmt *s = NULL;
    int code = d ? sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) : SQLITE_ERROR;

    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, model, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, service, -1, SQLITE_STATIC);
        sqlite3_bind_double(s, 3, seconds);
        code = sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return d && (code == SQLITE_DONE || ledger_db_fail(d, code, err));
}

double ledger_load_seconds(struct ledger *l, const char *model)
{
    static const char sql[] = "SELECT avg(seconds) FROM loads WHERE model = ?1";
    struct ledger_db *d = ledger_look(l);
    sqlite3_stmt *s = NULL;
    double seconds = -1;

    if (d && sqlite3_prepare_v2(d->db, sql, -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_text(s, 1, model, -1, SQLITE_STATIC);
        if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_type(s, 0) != SQLITE_NULL)
            seconds = sqlite3_column_double(s, 0);
    }
    sqlite3_finalize(s);
    return seconds;
}
