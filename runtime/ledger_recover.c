// SPDX-License-Identifier: MIT
#include "runtime/ledger_recover.h"

#include <sqlite3.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/ledger_db.h"
#include "runtime/settle.h"
#include "runtime/store.h"

// Rows that are not synced yet have a mark in the table unsettled.
static const char marked[] = "SELECT u.id, u.key, a.digest, a.ext FROM unsettled u"
                             " LEFT JOIN results r USING (key)"
                             " LEFT JOIN artifacts a ON a.result = r.id ORDER BY u.id";

// Rows without a file of theirs, each artifact named by its digest.
static const char drop[] =
    "DELETE FROM results WHERE id IN (SELECT result FROM artifacts WHERE digest = ?1 AND ext = ?2)"
    " AND key IN (SELECT key FROM unsettled)";

// Marks that then belong to no row.
static const char tidy[] = "DELETE FROM unsettled WHERE key NOT IN (SELECT key FROM results)";

bool ledger_was_emptied(const char *path, const char *project)
{
    struct arena *a = arena_new();
    struct stat st;
    bool emptied = stat(path, &st) == 0 && st.st_size == 0 &&
                   !file_exists(arena_printf(a, "%s-wal", path)) &&
                   !store_is_empty(&(struct store){.project = project});

    arena_free(a);
    return emptied;
}

struct recovery {
    struct ledger_db *d;
    struct store store;
    struct settle *settle;
    struct arena *arena;
    bool dropped; // a row, at least
    int64_t last; // mark
};

static bool drop_rows_with(struct recovery *r, const char *digest, const char *ext, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(r->d->db, drop, -1, &s, NULL);

    r->dropped = true;
    if (code == SQLITE_OK) {
        sqlite3_bind_text(s, 1, digest, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 2, ext, -1, SQLITE_STATIC);
        code = sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return code == SQLITE_DONE || ledger_db_fail(r->d, code, err);
}

// The row of marked at which s stands.
static bool look_at(struct recovery *r, sqlite3_stmt *s, struct err *err)
{
    const char *hex = (const char *)sqlite3_column_text(s, 2);
    const char *ext = (const char *)sqlite3_column_text(s, 3), *path;
    struct digest digest;
    struct err ignored;

    r->last = sqlite3_column_int64(s, 0);
    if (!hex || !ext || !digest_parse(hex, &digest))
        return r->dropped = true; // a mark of nothing
    path = store_path(r->arena, &digest, ext);
    if (store_verify(&r->store, path, &digest, &ignored)) {
        settle_add(r->settle, r->last, &digest, ext);
        return true;
    }
    unlink(path_join(r->arena, r->store.project, path));
    return drop_rows_with(r, hex, ext, err);
}

static bool look_at_all(struct recovery *r, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(r->d->db, marked, -1, &s, NULL);
    bool ok = code == SQLITE_OK;

    while (ok && (code = sqlite3_step(s)) == SQLITE_ROW)
        ok = look_at(r, s, err);
    sqlite3_finalize(s);
    if (code == SQLITE_ROW) // err is told
        return false;
    return code == SQLITE_DONE || ledger_db_fail(r->d, code, err);
}

bool ledger_recover(struct ledger_db *d, const char *project, struct settle *settle, int64_t *last,
                    struct err *err)
{
    struct recovery r = {
        .d = d, .store = {.project = project}, .settle = settle, .arena = arena_new()};
    bool ok = look_at_all(&r, err) && (!r.dropped || ledger_db_run(d, tidy, err));

    *last = r.last;
    arena_free(r.arena);
    return ok;
}
