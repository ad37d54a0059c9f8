// SPDX-License-Identifier: MIT
#include "runtime/services/command/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "runtime/service.h"
#include "runtime/services/command/link.h"
#include "runtime/services/command/progress.h"
#include "runtime/services/command/run.h"

enum {
    QUIET_MS = 45 * 1000, // the far side gives a sign every five seconds
    FIRST_WAIT_MS = 250,
    MOST_WAIT_MS = 30 * 1000,
    MOST_TRIES = 9, // two minutes
    LOOK_MS = 50,
    HEARD_BYTES = 1 << 14, // of the log that are kept while it runs
    TOLD_BYTES = 2000      // and told when it has ended
};

struct watch {
    struct command_run *run;
    struct buf log;    // its last words, as they came
    long long at;      // bytes of the log that have been read
    bool heard, ended; // on this connection; at all
};

static void keep_last(struct buf *log, size_t most)
{
    if (log->len <= most)
        return;
    memmove(log->ptr, log->ptr + log->len - most, most + 1);
    log->len = most;
}

static void hear_log(struct question *q, struct str bytes)
{
    struct watch *w = q->user;
    struct attempt *a = w->run->attempt;
    double done = a->done, total = a->total;

    buf_str(&w->log, bytes);
    keep_last(&w->log, HEARD_BYTES);
    w->at += (long long)bytes.len;
    if (!w->run->job.progress ||
        !progress_find(w->run->job.progress, buf_view(&w->log), &done, &total))
        return;
    a->total = total;
    a->done = done;
}

// "log FROM BYTES", "busy", "still", "state HOW".
static void hear_line(struct question *q, struct str line)
{
    struct watch *w = q->user;
    char text[200];
    long long from;
    size_t bytes;

    snprintf(text, sizeof(text), "%.*s", (int)(line.len < sizeof(text) ? line.len : 0), line.ptr);
    w->heard = true;
    if (strncmp(text, "state ", 6) == 0) {
        w->ended = true;
        w->run->state = arena_strdup(w->run->attempt->arena, text + 6);
    }
    if (strcmp(text, "still") != 0)
        attempt_alive(w->run->attempt);
    if (sscanf(text, "log %lld %zu", &from, &bytes) == 2) {
        w->at = from;
        q->raw_bytes = bytes;
    }
}

static bool connect(struct watch *w, struct err *err)
{
    char at[32];
    const char *more[] = {w->run->link->ssh ? "there" : "here", at, NULL};
    struct question q = {.verb = "watch",
                         .more = more,
                         .quiet_ms = QUIET_MS,
                         .said = hear_line,
                         .raw = hear_log,
                         .user = w};

    snprintf(at, sizeof(at), "%lld", w->at);
    w->heard = false;
    return command_run_ask(w->run, &q, err) &&
           (w->ended ||
            err_set(err, ERR_TRANSIENT, "%s: the answer was cut short", w->run->link->place));
}

// False when the attempt has been cancelled meanwhile.
static bool wait_for(const struct watch *w, int ms)
{
    struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};

    for (int waited = 0; waited < ms && !w->run->attempt->job.cancelled; waited += LOOK_MS)
        nanosleep(&look, NULL);
    return !w->run->attempt->job.cancelled;
}

static bool is_broken(const struct err *err)
{
    return err->kind == ERR_TRANSIENT || err->kind == ERR_AWAY;
}

static bool follow(struct watch *w, struct err *err)
{
    int wait_ms = FIRST_WAIT_MS;

    for (unsigned tries = 0;; tries++) {
        if (connect(w, err))
            return true;
        if (!is_broken(err))
            return false;
        if (w->heard) {
            tries = 0;
            wait_ms = FIRST_WAIT_MS;
        }
        if (tries >= MOST_TRIES) {
            err->kind = ERR_AWAY; // the job goes on; we come back to it
            w->run->attempt->left = true;
            return false;
        }
        if (!wait_for(w, wait_ms))
            return err_set(err, ERR_CANCELLED, "stopped");
        wait_ms = wait_ms * 2 < MOST_WAIT_MS ? wait_ms * 2 : MOST_WAIT_MS;
    }
}

bool command_run_watch(struct command_run *r, struct err *err)
{
    struct watch w = {.run = r};
    bool ok = follow(&w, err);

    buf_clear(&r->attempt->log);
    progress_tidy(buf_view(&w.log), &r->attempt->log);
    keep_last(&r->attempt->log, TOLD_BYTES);
    buf_release(&w.log);
    return ok;
}
