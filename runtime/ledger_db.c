// SPDX-License-Identifier: MIT
#include "runtime/ledger_db.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { SCHEMA_VERSION = 5, BUSY_MS = 10000 };

// Thousands of results come in no order of their keys, and a table or an index in that order has
// another page changed and written by each of them: so there are two, results.key and
// artifacts.digest, and all else hangs from results.id and grows at its end.
//
// A row with its preimage is a kilobyte or more. By id such rows follow each other, some to a page.
// maker: of prints, who made it elsewhere; NULL: this machine, or nobody knows.
#define RESULTS                                                                                    \
    "CREATE TABLE results (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,"  \
    " step TEXT NOT NULL, preset TEXT NOT NULL, machine TEXT NOT NULL, seconds REAL NOT NULL,"     \
    " made_ms INTEGER NOT NULL, note TEXT, preimage TEXT NOT NULL, maker INTEGER);"

// What the last steps of a kind took is read from the index alone.
#define RESULTS_INDEXES                                                                            \
    "CREATE INDEX results_kind ON results (kind, preset, made_ms, seconds);"                       \
    "CREATE INDEX results_step ON results (step, made_ms);"

// They go with their result: an id may be given again.
#define ARTIFACTS                                                                                  \
    "CREATE TABLE artifacts (result INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,"   \
    " position INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, ext TEXT NOT NULL,"     \
    " facts TEXT NOT NULL, PRIMARY KEY (result, position)) WITHOUT ROWID;"
#define ARTIFACTS_INDEX "CREATE INDEX artifacts_digest ON artifacts (digest);"

// All that services have been; seen_ms is 0 where that is known of a result alone.
#define PRINTS                                                                                     \
    "(id INTEGER PRIMARY KEY, service TEXT NOT NULL, print TEXT NOT NULL,"                         \
    " seen_ms INTEGER NOT NULL, UNIQUE (service, print));"

// Whose job it is stands in the note: what another film of the project waits for is not touched.
#define IN_FLIGHT                                                                                  \
    "CREATE TABLE in_flight (job TEXT PRIMARY KEY, key TEXT NOT NULL, service TEXT NOT NULL,"      \
    " film TEXT NOT NULL, step TEXT NOT NULL, spare INTEGER NOT NULL, sent_ms INTEGER NOT NULL)"   \
    " WITHOUT ROWID;"

// How long models took to load.
#define LOADS                                                                                      \
    "CREATE TABLE loads (model TEXT NOT NULL, service TEXT NOT NULL, seconds REAL NOT NULL,"       \
    " PRIMARY KEY (model, service)) WITHOUT ROWID;"
#define NO_LOADS "CREATE TEMP TABLE loads (model, service, seconds);"

static const char schema[] = RESULTS RESULTS_INDEXES ARTIFACTS ARTIFACTS_INDEX
    "CREATE TABLE steps (film TEXT NOT NULL, step TEXT NOT NULL, key TEXT NOT NULL, good TEXT,"
    " PRIMARY KEY (film, step)) WITHOUT ROWID;"
    "CREATE TABLE files (path TEXT PRIMARY KEY, device INTEGER, inode INTEGER, bytes INTEGER,"
    " changed_ns INTEGER, status_ns INTEGER, digest TEXT NOT NULL, facts TEXT NOT NULL)"
    " WITHOUT ROWID;" IN_FLIGHT
    "CREATE TABLE unsettled (id INTEGER PRIMARY KEY, key TEXT NOT NULL);"
    "CREATE TABLE builds (id INTEGER PRIMARY KEY, film TEXT NOT NULL, ended_ms INTEGER NOT NULL,"
    " good INTEGER NOT NULL, facts TEXT NOT NULL);"
    "CREATE TABLE prints " PRINTS LOADS "PRAGMA user_version = 5;";

#define OLD_COLUMNS "key, kind, step, preset, machine, seconds, made_ms, note, preimage"

// From each version to the next. A ledger of version 1 does not tell which builds were good, so
// what each step was last made with counts as good until the next build knows better. In version 3
// all went by keys. Notes of version 4 do not tell on which machine their jobs are.
static const char *const migrations[SCHEMA_VERSION] = {
    [1] = "ALTER TABLE steps ADD COLUMN good TEXT;"
          "UPDATE steps SET good = key;"
          "ALTER TABLE results RENAME TO results_1;"
          "CREATE TABLE results (key, kind, step, preset, machine, seconds, made_ms, note,"
          " preimage);"
          "INSERT INTO results SELECT " OLD_COLUMNS " FROM results_1 ORDER BY made_ms;"
          "DROP TABLE results_1;"
          "CREATE TABLE unsettled (id INTEGER PRIMARY KEY, key TEXT NOT NULL);"
          "PRAGMA user_version = 2;",
    [2] = "CREATE TABLE makers (key, service, print);"
          "CREATE TABLE prints (service, print, seen_ms);"
          "PRAGMA user_version = 3;",
    [3] = "ALTER TABLE results RENAME TO results_3;"
          "ALTER TABLE artifacts RENAME TO artifacts_3;"
          "ALTER TABLE prints RENAME TO prints_3;"
          "CREATE TABLE prints " PRINTS
          "INSERT INTO prints (service, print, seen_ms) SELECT * FROM prints_3;"
          "INSERT OR IGNORE INTO prints (service, print, seen_ms)"
          " SELECT service, print, 0 FROM makers;" RESULTS "INSERT INTO results (" OLD_COLUMNS
          ", maker)"
          " SELECT r.*, p.id FROM results_3 r LEFT JOIN makers m USING (key)"
          " LEFT JOIN prints p USING (service, print) ORDER BY r.rowid;" ARTIFACTS
          "INSERT INTO artifacts SELECT r.id, position, name, digest, ext, facts"
          " FROM results r JOIN artifacts_3 USING (key);"
          "DROP TABLE results_3; DROP TABLE artifacts_3; DROP TABLE prints_3;"
          "DROP TABLE makers;" RESULTS_INDEXES ARTIFACTS_INDEX "PRAGMA user_version = 4;",
    [4] = "DROP TABLE in_flight;" IN_FLIGHT LOADS "PRAGMA user_version = 5;",
};

// The same for a file that is only read: what is newer stands beside it, for as long as it is open.
// There a key stands as its own id.
#define OLD_RESULTS(maker)                                                                         \
    "CREATE TEMP VIEW results AS SELECT key AS id, " OLD_COLUMNS ", " maker                        \
    " AS maker FROM main.results r;"                                                               \
    "CREATE TEMP VIEW artifacts AS SELECT key AS result, position, name, digest, ext, facts"       \
    " FROM main.artifacts;"

static const char *const stand_ins[SCHEMA_VERSION] = {
    [1] = "CREATE TEMP VIEW steps AS SELECT film, step, key, key AS good FROM main.steps;"
          "CREATE TEMP TABLE prints " PRINTS OLD_RESULTS("NULL") NO_LOADS,
    [2] = "CREATE TEMP TABLE prints " PRINTS OLD_RESULTS("NULL") NO_LOADS,
    [3] = "CREATE TEMP TABLE prints " PRINTS
          "INSERT INTO temp.prints (service, print, seen_ms) SELECT * FROM main.prints;"
          "INSERT OR IGNORE INTO temp.prints (service, print, seen_ms)"
          " SELECT service, print, 0 FROM main.makers;" //
    OLD_RESULTS("(SELECT p.id FROM main.makers m JOIN temp.prints p USING (service, print)"
                " WHERE m.key = r.key)") NO_LOADS,
    [4] = NO_LOADS, // builds alone read notes
};

// Rows come by the thousand: a checkpoint, which waits for the disk, is for every 32 MB of them,
// and the pages that they go to stay at hand.
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA synchronous = NORMAL;"
                               "PRAGMA wal_autocheckpoint = 8000;"
                               "PRAGMA cache_size = -16000";

// What SQLite says, in words that help. Returns false.
bool ledger_db_fail(struct ledger_db *d, int code, struct err *err)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return err_set(err, ERR_FULL,
                       "the disk is full: %s could not be written; nothing that was "
                       "rendered is lost, free some space and build again",
                       d->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_TRANSIENT,
                       "%s is locked by another program; end it and build again", d->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_FINAL,
                       "%s is damaged (%s); move it away and build again: the store "
                       "keeps its files, but their steps will run anew",
                       d->path, sqlite3_errmsg(d->db));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return err_set(err, ERR_FINAL,
                       "%s cannot be written (%s); c41 needs to write in the "
                       "project's folder .c41",
                       d->path, sqlite3_errmsg(d->db));
    default:
        return err_set(err, ERR_FINAL, "%s: %s", d->path, sqlite3_errmsg(d->db));
    }
}

bool ledger_db_run(struct ledger_db *d, const char *sql, struct err *err)
{
    int code = sqlite3_exec(d->db, sql, NULL, NULL, NULL);

    return code == SQLITE_OK || ledger_db_fail(d, code, err);
}

// Reading works on what SQLite has: the first look tells a damaged file.
static bool read_version(struct ledger_db *d, int *version, struct err *err)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(d->db, "PRAGMA user_version", -1, &s, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    *version = code == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
    sqlite3_finalize(s);
    return code == SQLITE_ROW || ledger_db_fail(d, code, err);
}

static bool bring_up(struct ledger_db *d, int version, struct err *err)
{
    if (version == 0)
        return ledger_db_run(d, schema, err);
    for (; version < SCHEMA_VERSION; version++)
        if (!ledger_db_run(d, migrations[version], err))
            return false;
    return true;
}

// Makes the schema, or brings an older one up to ours; all of it or nothing.
static bool make_schema(struct ledger_db *d, struct err *err)
{
    int version;

    // Another program may have done it since we looked.
    if (!ledger_db_run(d, "BEGIN IMMEDIATE", err))
        return false;
    if (read_version(d, &version, err) && bring_up(d, version, err) &&
        ledger_db_run(d, "COMMIT", err))
        return true;
    sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

// In reading, a ledger that is not there or was never filled in stands as an empty one in memory.
static bool stand_empty(struct ledger_db *d, struct err *err)
{
    int code;

    sqlite3_close(d->db);
    d->db = NULL;
    code = sqlite3_open_v2(":memory:", &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    return code == SQLITE_OK ? ledger_db_run(d, schema, err) : ledger_db_fail(d, code, err);
}

static bool check_version(struct ledger_db *d, int *version, struct err *err)
{
    sqlite3_busy_timeout(d->db, BUSY_MS);
    if (!read_version(d, version, err))
        return false;
    return *version <= SCHEMA_VERSION ||
           err_set(err, ERR_FINAL,
                   "%s was written by a newer c41 (its schema is %d, this one knows %d); "
                   "build with that one",
                   d->path, *version, SCHEMA_VERSION);
}

static bool open_file(struct ledger_db *d, struct err *err)
{
    int code;

    sqlite3_close(d->db);
    d->db = NULL;
    code = sqlite3_open_v2(d->path, &d->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    return code == SQLITE_OK || ledger_db_fail(d, code, err);
}

static bool open_shared(struct ledger_db *d, struct err *err)
{
    int version;

    return open_file(d, err) && check_version(d, &version, err) &&
           ledger_db_run(d, settings, err) && (version == SCHEMA_VERSION || make_schema(d, err)) &&
           read_version(d, &version, err); // the first that needs shared memory
}

// The first look is taken alone, for then SQLite keeps in its own memory what it would share: so a
// ledger that another file system has seen can be read.
static bool open_apart(struct ledger_db *d, struct err *err)
{
    int version;

    d->apart = true;
    return open_file(d, err) && ledger_db_run(d, "PRAGMA locking_mode = EXCLUSIVE", err) &&
           check_version(d, &version, err) &&
           ledger_db_run(d,
                         "PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL;"
                         "PRAGMA foreign_keys = ON;"
                         "PRAGMA synchronous = FULL; PRAGMA cache_size = -16000",
                         err) &&
           (version == SCHEMA_VERSION || make_schema(d, err));
}

// Failures that a file system gives which cannot share memory, or not in this folder.
static bool cannot_share(const struct ledger_db *d)
{
    int code = sqlite3_errcode(d->db) & 0xff;

    return code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_PROTOCOL ||
           code == SQLITE_READONLY;
}

bool ledger_db_open(struct ledger_db *d, struct err *err)
{
    struct err first;

    if (file_is_remote(d->folder))
        return open_apart(d, err);
    if (open_shared(d, &first))
        return true;
    if (cannot_share(d) && open_apart(d, err))
        return true;
    *err = first;
    return false;
}

// On a disk that cannot be written there is no room for SQLite's shared memory; nobody writes there
// either, so the file is read as one that does not change.
static int open_unchanging(struct ledger_db *d)
{
    struct buf uri = {0};
    int code;

    buf_puts(&uri, "file:");
    for (const char *c = d->path; *c; c++)
        if (*c == '%' || *c == '?' || *c == '#')
            buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*c);
        else
            buf_char(&uri, *c);
    buf_puts(&uri, "?immutable=1");
    sqlite3_close(d->db);
    d->db = NULL;
    code = sqlite3_open_v2(buf_text(&uri), &d->db,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    buf_release(&uri);
    return code;
}

bool ledger_db_open_to_read(struct ledger_db *d, struct err *err)
{
    struct err first = {0};
    int code, version;

    if (!file_exists(d->path))
        return stand_empty(d, err);
    code = sqlite3_open_v2(d->path, &d->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK && !read_version(d, &version, &first) && cannot_share(d))
        code = open_unchanging(d);
    if (code != SQLITE_OK)
        return ledger_db_fail(d, code, err);
    if (!check_version(d, &version, err))
        return false;
    if (version == 0)
        return stand_empty(d, err);
    return version == SCHEMA_VERSION || ledger_db_run(d, stand_ins[version], err);
}
