// SPDX-License-Identifier: MIT
#include "runtime/ledger.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"
#include "runtime/artifact.h"
#include "runtime/ledger_db.h"
#include "runtime/ledger_notes.h"
#include "runtime/ledger_prints.h"
#include "runtime/ledger_recover.h"
#include "runtime/settle.h"
#include "runtime/store.h"

enum { COMMIT_AFTER_MS = 200 };

enum query {
    HAS,
    FIND,
    FIND_ARTIFACTS,
    FIND_BY_DIGEST,
    PREIMAGE,
    PUT_RESULT,
    PUT_ARTIFACT,
    LAST_KEY,
    PUT_LAST,
    TOOK,
    FIND_FILE,
    PUT_FILE,
    PUT_BUILD,
    MARK,
    UNMARK,
    N_QUERIES,
};

static const char *const queries[N_QUERIES] = {
    [HAS] = "SELECT 1 FROM results WHERE key = ?1",
    [FIND] =
        "SELECT kind, step, preset, machine, seconds, made_ms, note FROM results WHERE key = ?1",
    [FIND_ARTIFACTS] =
        "SELECT name, digest, ext, facts FROM results r JOIN artifacts ON result = r.id"
        " WHERE key = ?1 ORDER BY position",
    [FIND_BY_DIGEST] =
        "SELECT name, digest, ext, facts FROM artifacts JOIN results r ON r.id = result"
        " WHERE digest >= ?1 AND digest < ?1 || 'g'"
        " ORDER BY r.step = ?2 DESC, substr(r.step, 1, length(?2) + 1) = ?2 || '/' DESC,"
        " position LIMIT 1",
    [PREIMAGE] = "SELECT preimage FROM results WHERE key = ?1",
    [PUT_RESULT] = "INSERT OR REPLACE INTO results (key, kind, step, preset, machine, seconds,"
                   " made_ms, note, preimage, maker) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                   " ?10)",
    [PUT_ARTIFACT] = "INSERT INTO artifacts (result, position, name, digest, ext, facts)"
                     " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [LAST_KEY] = "SELECT key FROM steps WHERE film = ?1 AND step = ?2",
    [PUT_LAST] = "INSERT INTO steps (film, step, key) VALUES (?1, ?2, ?3)"
                 " ON CONFLICT DO UPDATE SET key = excluded.key",
    [TOOK] = "SELECT count(*), avg(seconds), avg(seconds * seconds) FROM (SELECT seconds FROM"
             " (SELECT seconds, machine FROM results WHERE kind = ?1 AND preset = ?2"
             " ORDER BY made_ms DESC LIMIT 256) WHERE ?3 IS NULL OR machine = ?3 LIMIT 32)",
    [FIND_FILE] = "SELECT digest, facts FROM files WHERE path = ?1 AND device = ?2 AND inode = ?3"
                  " AND bytes = ?4 AND changed_ns = ?5 AND status_ns = ?6",
    [PUT_FILE] = "INSERT OR REPLACE INTO files (path, device, inode, bytes, changed_ns, status_ns,"
                 " digest, facts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    [PUT_BUILD] = "INSERT INTO builds (film, ended_ms, good, facts) VALUES (?1, ?2, ?3, ?4)",
    [MARK] = "INSERT INTO unsettled (id, key) VALUES (?1, ?2)",
    [UNMARK] = "DELETE FROM unsettled WHERE id <= ?1",
};

struct ledger {
    struct ledger_db d;
    sqlite3_stmt *statements[N_QUERIES]; // prepared on first use
    struct clock *clock;
    bool open; // a transaction
    int64_t opened_ms;
    int fault;             // SQLite's code of a look that failed; 0: none
    struct settle *settle; // NULL when reading
    int64_t mark;          // the last that was given; SQLite would begin again at 1
    int64_t safe;          // marks up to this one were removed
};

static sqlite3_stmt *prepare(struct ledger *l, enum query q)
{
    if (!l->statements[q] && sqlite3_prepare_v3(l->d.db, queries[q], -1, SQLITE_PREPARE_PERSISTENT,
                                                &l->statements[q], NULL) != SQLITE_OK)
        return NULL;
    sqlite3_reset(l->statements[q]);
    return l->statements[q];
}

// Texts are borrowed: every statement is stepped and reset before its caller returns.
static void bind_text(sqlite3_stmt *s, int at, const char *text)
{
    sqlite3_bind_text(s, at, text, -1, SQLITE_STATIC);
}

// Steps a statement that looks something up. A look that fails finds nothing, and is told by
// ledger_check.
static bool look(struct ledger *l, sqlite3_stmt *s)
{
    int code = sqlite3_step(s);

    if (code != SQLITE_ROW && code != SQLITE_DONE)
        l->fault = code;
    return code == SQLITE_ROW;
}

static const char *column_text(sqlite3_stmt *s, int at)
{
    return (const char *)sqlite3_column_text(s, at);
}

bool ledger_check(struct ledger *l, struct err *err)
{
    return !l->fault || ledger_db_fail(&l->d, l->fault, err);
}

bool ledger_is_apart(const struct ledger *l)
{
    return l->d.apart;
}

// Runs a statement that changes something, inside the transaction.
static bool change(struct ledger *l, sqlite3_stmt *s, struct err *err)
{
    int code = s ? sqlite3_step(s) : sqlite3_errcode(l->d.db);

    if (s)
        sqlite3_reset(s);
    return code == SQLITE_DONE || ledger_db_fail(&l->d, code, err);
}

static bool begin(struct ledger *l, struct err *err)
{
    if (l->open)
        return true;
    l->opened_ms = l->clock->now_ms(l->clock);
    return l->open = ledger_db_run(&l->d, "BEGIN IMMEDIATE", err);
}

bool ledger_hold(struct ledger *l, struct err *err)
{
    if (l->open)
        return true;
    l->opened_ms = l->clock->now_ms(l->clock);
    return l->open = ledger_db_run(&l->d, "BEGIN", err);
}

struct ledger_db *ledger_begin(struct ledger *l, struct err *err)
{
    return begin(l, err) ? &l->d : NULL;
}

struct ledger_db *ledger_look(struct ledger *l)
{
    return &l->d;
}

static bool end(struct ledger *l, struct err *err)
{
    if (!l->open)
        return true;
    l->open = false;
    abort_point("ledger-written");
    if (ledger_db_run(&l->d, "COMMIT", err)) {
        abort_point("ledger-committed");
        return true;
    }
    sqlite3_exec(l->d.db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

static bool open_to_write(struct ledger *l, const char *project, struct err *err)
{
    if (ledger_was_emptied(l->d.path, project))
        return err_set(err, ERR_FINAL,
                       "%s is damaged (it is empty, and the store is not); put back a copy of it, "
                       "or remove it and build again: the store keeps its files, but their steps "
                       "will run anew",
                       l->d.path);
    l->settle = settle_new(project, l->clock);
    return ledger_db_open(&l->d, err) && ledger_recover(&l->d, project, l->settle, &l->mark, err);
}

struct ledger *ledger_open(const char *project, enum ledger_mode mode, struct clock *clock,
                           struct err *err)
{
    struct ledger *l = mem_new(sizeof(*l));
    struct arena *a = arena_new();

    l->clock = clock;
    l->d.folder = mem_strdup(path_join(a, project, ".c41"));
    l->d.path = mem_strdup(path_join(a, project, ".c41/ledger.db"));
    arena_free(a);
    if (mode == LEDGER_WRITE ? open_to_write(l, project, err) : ledger_db_open_to_read(&l->d, err))
        return l;
    ledger_close(l, &(struct err){0});
    return NULL;
}

// Marks go once what they mark is safe.
static bool unmark(struct ledger *l, int64_t safe, struct err *err)
{
    sqlite3_stmt *s;

    if (safe == l->safe)
        return true;
    l->safe = safe;
    if ((s = prepare(l, UNMARK)))
        sqlite3_bind_int64(s, 1, safe);
    return change(l, s, err);
}

static bool settle_last(struct ledger *l, struct err *err)
{
    int64_t safe;

    return !l->settle || (settle_wait(l->settle, &safe, err) && unmark(l, safe, err));
}

bool ledger_close(struct ledger *l, struct err *err)
{
    bool ok;

    if (!l)
        return true;
    ok = end(l, err) && settle_last(l, err);
    settle_free(l->settle);
    for (size_t i = 0; i < N_QUERIES; i++)
        sqlite3_finalize(l->statements[i]);
    sqlite3_finalize(l->d.find_print);
    sqlite3_close(l->d.db);
    mem_free(l->d.folder);
    mem_free(l->d.path);
    mem_free(l);
    return ok;
}

bool ledger_tick(struct ledger *l, bool idle, struct err *err)
{
    int64_t safe;

    if (l->open && (idle || l->clock->now_ms(l->clock) - l->opened_ms >= COMMIT_AFTER_MS) &&
        !end(l, err))
        return false;
    if (l->open || !l->settle) // a sync must find what it is for
        return true;
    return settle_go_on(l->settle, &safe, err) && unmark(l, safe, err);
}

size_t ledger_unsettled(const struct ledger *l)
{
    return l->settle ? settle_left(l->settle) : 0;
}

// The artifact in the row of FIND_ARTIFACTS or FIND_BY_DIGEST.
static bool read_artifact(sqlite3_stmt *s, struct arena *a, struct artifact *out)
{
    out->name = arena_strdup(a, column_text(s, 0));
    out->ext = arena_strdup(a, column_text(s, 2));
    if (!digest_parse(column_text(s, 1), &out->digest))
        return false;
    out->path = store_path(a, &out->digest, out->ext);
    out->facts = json_loads(column_text(s, 3), 0, NULL);
    return out->facts != NULL;
}

static bool find_artifacts(struct ledger *l, const char *key, struct arena *a, struct result *out)
{
    enum { MOST_ARTIFACTS = 16 };
    struct artifact *list = arena_array(a, struct artifact, MOST_ARTIFACTS);
    sqlite3_stmt *s = prepare(l, FIND_ARTIFACTS);
    bool ok = s != NULL;

    if (!ok)
        return false;
    bind_text(s, 1, key);
    out->n_artifacts = 0;
    while (ok && out->n_artifacts < MOST_ARTIFACTS && look(l, s))
        ok = read_artifact(s, a, &list[out->n_artifacts++]);
    sqlite3_reset(s);
    out->artifacts = list;
    for (size_t i = 0; !ok && i < out->n_artifacts; i++)
        json_decref(list[i].facts);
    return ok && out->n_artifacts > 0;
}

bool ledger_has(struct ledger *l, const char *key)
{
    sqlite3_stmt *s = prepare(l, HAS);
    bool found;

    if (!s)
        return false;
    bind_text(s, 1, key);
    found = look(l, s);
    sqlite3_reset(s);
    return found;
}

bool ledger_find(struct ledger *l, const char *key, struct arena *a, struct result *out)
{
    sqlite3_stmt *s = prepare(l, FIND);
    bool found;

    if (!s)
        return false;
    bind_text(s, 1, key);
    found = look(l, s);
    if (found) {
        *out = (struct result){
            .kind = arena_strdup(a, column_text(s, 0)),
            .step = arena_strdup(a, column_text(s, 1)),
            .preset = arena_strdup(a, column_text(s, 2)),
            .machine = arena_strdup(a, column_text(s, 3)),
            .seconds = sqlite3_column_double(s, 4),
            .made_ms = sqlite3_column_int64(s, 5),
            .note = column_text(s, 6) ? arena_strdup(a, column_text(s, 6)) : NULL,
        };
        snprintf(out->key, sizeof(out->key), "%s", key);
    }
    sqlite3_reset(s);
    return found && find_artifacts(l, key, a, out);
}

static const char *find_text(struct ledger *l, sqlite3_stmt *s, struct arena *a)
{
    const char *text = NULL;

    if (look(l, s) && column_text(s, 0))
        text = arena_strdup(a, column_text(s, 0));
    sqlite3_reset(s);
    return text;
}

const char *ledger_preimage(struct ledger *l, const char *key, struct arena *a)
{
    sqlite3_stmt *s = prepare(l, PREIMAGE);

    if (!s)
        return NULL;
    bind_text(s, 1, key);
    return find_text(l, s, a);
}

static bool put_artifact(struct ledger *l, int64_t result, int position,
                         const struct artifact *artifact, struct err *err)
{
    sqlite3_stmt *s = prepare(l, PUT_ARTIFACT);
    char hex[DIGEST_HEX_BYTES];
    struct buf facts = {0};
    bool ok;

    if (!s)
        return change(l, s, err);
    json_canonical(artifact->facts, &facts);
    sqlite3_bind_int64(s, 1, result);
    sqlite3_bind_int(s, 2, position);
    bind_text(s, 3, artifact->name);
    bind_text(s, 4, digest_hex(&artifact->digest, hex));
    bind_text(s, 5, artifact->ext);
    bind_text(s, 6, buf_text(&facts));
    ok = change(l, s, err);
    buf_release(&facts);
    return ok;
}

// What was there under the key goes, and its artifacts with it.
static bool put_row(struct ledger *l, const struct result *r, struct err *err)
{
    sqlite3_stmt *s = prepare(l, PUT_RESULT);
    int64_t maker = 0;

    if (r->maker && !ledger_maker_id(&l->d, r->maker, &maker, err))
        return false;
    if (s) {
        bind_text(s, 1, r->key);
        bind_text(s, 2, r->kind);
        bind_text(s, 3, r->step);
        bind_text(s, 4, r->preset);
        bind_text(s, 5, r->machine);
        sqlite3_bind_double(s, 6, r->seconds);
        sqlite3_bind_int64(s, 7, r->made_ms);
        bind_text(s, 8, r->note);
        bind_text(s, 9, r->preimage);
        if (maker)
            sqlite3_bind_int64(s, 10, maker);
        else
            sqlite3_bind_null(s, 10);
    }
    return change(l, s, err);
}

// The row is not to be believed without a look at its files until they are synced.
static bool mark(struct ledger *l, const struct result *r, struct err *err)
{
    sqlite3_stmt *s = prepare(l, MARK);

    if (s) {
        sqlite3_bind_int64(s, 1, ++l->mark);
        bind_text(s, 2, r->key);
    }
    if (!change(l, s, err))
        return false;
    for (size_t i = 0; i < r->n_artifacts; i++)
        settle_add(l->settle, l->mark, &r->artifacts[i].digest, r->artifacts[i].ext);
    return true;
}

bool ledger_put(struct ledger *l, const struct result *r, struct err *err)
{
    int64_t id;

    abort_point("ledger-put");
    if (!begin(l, err) || !put_row(l, r, err))
        return false;
    id = sqlite3_last_insert_rowid(l->d.db);
    for (size_t i = 0; i < r->n_artifacts; i++)
        if (!put_artifact(l, id, (int)i, &r->artifacts[i], err))
            return false;
    return mark(l, r, err);
}

bool ledger_find_artifact(struct ledger *l, const char *id, const char *prefix, struct arena *a,
                          struct artifact *out)
{
    sqlite3_stmt *s = prepare(l, FIND_BY_DIGEST);
    bool found;

    if (!s)
        return false;
    bind_text(s, 1, prefix);
    bind_text(s, 2, id);
    found = look(l, s) && read_artifact(s, a, out);
    sqlite3_reset(s);
    return found;
}

const char *ledger_last_key(struct ledger *l, const char *film, const char *step, struct arena *a)
{
    sqlite3_stmt *s = prepare(l, LAST_KEY);

    if (!s)
        return NULL;
    bind_text(s, 1, film);
    bind_text(s, 2, step);
    return find_text(l, s, a);
}

bool ledger_put_last(struct ledger *l, const char *film, const char *step, const char *key,
                     struct err *err)
{
    sqlite3_stmt *s;

    if (!begin(l, err))
        return false;
    if ((s = prepare(l, PUT_LAST))) {
        bind_text(s, 1, film);
        bind_text(s, 2, step);
        bind_text(s, 3, key);
    }
    return change(l, s, err);
}

bool ledger_put_note(struct ledger *l, const struct note *note, const char *instead,
                     struct err *err)
{
    return end(l, err) && notes_put(&l->d, note, instead, err);
}

bool ledger_drop_note(struct ledger *l, const char *job, struct err *err)
{
    return begin(l, err) && notes_drop(&l->d, job, err);
}

bool ledger_notes(struct ledger *l, struct arena *a, struct note **list, size_t *n, struct err *err)
{
    return notes_find(&l->d, a, list, n, err);
}

struct took ledger_took(struct ledger *l, const char *kind, const char *preset, const char *machine)
{
    sqlite3_stmt *s = prepare(l, TOOK);
    struct took took = {0};
    double square;

    if (!s)
        return took;
    bind_text(s, 1, kind);
    bind_text(s, 2, preset);
    bind_text(s, 3, machine); // NULL is SQL's NULL
    if (look(l, s)) {
        took.n = (size_t)sqlite3_column_int64(s, 0);
        took.mean_seconds = sqlite3_column_double(s, 1);
        square = sqlite3_column_double(s, 2) - took.mean_seconds * took.mean_seconds;
        took.deviation_seconds = square > 0 ? sqrt(square) : 0;
    }
    sqlite3_reset(s);
    return took;
}

static void bind_stamp(sqlite3_stmt *s, const char *path, const struct file_stamp *stamp)
{
    bind_text(s, 1, path);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)stamp->device);
    sqlite3_bind_int64(s, 3, (sqlite3_int64)stamp->inode);
    sqlite3_bind_int64(s, 4, (sqlite3_int64)stamp->bytes);
    sqlite3_bind_int64(s, 5, stamp->changed_ns);
    sqlite3_bind_int64(s, 6, stamp->status_ns);
}

bool ledger_find_file(struct ledger *l, const char *path, const struct file_stamp *stamp,
                      struct digest *digest, json_t **facts)
{
    sqlite3_stmt *s = prepare(l, FIND_FILE);
    bool found = false;

    if (!s)
        return false;
    bind_stamp(s, path, stamp);
    if (look(l, s) && digest_parse(column_text(s, 0), digest)) {
        *facts = json_loads(column_text(s, 1), 0, NULL);
        found = *facts != NULL;
    }
    sqlite3_reset(s);
    return found;
}

bool ledger_put_file(struct ledger *l, const char *path, const struct file_stamp *stamp,
                     const struct digest *digest, const json_t *facts, struct err *err)
{
    char hex[DIGEST_HEX_BYTES];
    struct buf text = {0};
    sqlite3_stmt *s;
    bool ok;

    if (!begin(l, err))
        return false;
    json_canonical(facts, &text);
    if ((s = prepare(l, PUT_FILE))) {
        bind_stamp(s, path, stamp);
        bind_text(s, 7, digest_hex(digest, hex));
        bind_text(s, 8, buf_text(&text));
    }
    ok = change(l, s, err);
    buf_release(&text);
    return ok;
}

bool ledger_put_build(struct ledger *l, const char *film, bool good, const json_t *facts,
                      struct err *err)
{
    struct buf text = {0};
    sqlite3_stmt *s;
    bool ok;

    if (!begin(l, err))
        return false;
    json_canonical(facts, &text);
    if ((s = prepare(l, PUT_BUILD))) {
        bind_text(s, 1, film);
        sqlite3_bind_int64(s, 2, l->clock->wall_ms(l->clock));
        sqlite3_bind_int(s, 3, good);
        bind_text(s, 4, buf_text(&text));
    }
    ok = change(l, s, err);
    buf_release(&text);
    return ok;
}
