// SPDX-License-Identifier: MIT
#include "runtime/services/alone.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "compiler/graph.h"
#include "runtime/service.h"
#include "runtime/store.h"

enum { LOOK_MS = 100, MOST_LOG_BYTES = 2000 };

// What the process has said so far.
struct talk {
    const struct media_job *job;
    struct buf line; // not yet whole
    struct buf *log;
    struct err *err;
    bool done, failed;
};

static json_t *write_inputs(const struct media_job *job)
{
    json_t *list = json_array();

    for (size_t i = 0; i < job->n_inputs; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:O}", "name", job->inputs[i].name, "path",
                                        job->inputs[i].path, "facts", job->inputs[i].facts));
    return list;
}

static json_t *write_outputs(const struct media_job *job)
{
    json_t *list = json_array();

    for (size_t i = 0; i < job->n_outputs; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", job->outputs[i].name, "path",
                                              job->outputs[i].path));
    return list;
}

static bool write_job(const struct attempt *a, const struct media_job *job, const char *path,
                      struct err *err)
{
    json_t *whole = json_pack("{s:s, s:s, s:O, s:o, s:o, s:s}", "driver", a->op->driver, "kind",
                              a->op->kind, "params", job->params, "inputs", write_inputs(job),
                              "outputs", write_outputs(job), "project", job->project);
    struct buf text = {0};
    bool ok;

    json_canonical(whole, &text);
    ok = file_put(path, buf_text(&text), text.len, err);
    buf_release(&text);
    json_decref(whole);
    return ok;
}

static void hear(struct talk *t, struct str line)
{
    struct err bad;
    json_t *said = json_read_loose(line, &bad);
    const json_t *progress = json_object_get(said, "progress"),
                 *fact = json_object_get(said, "fact"), *fault = json_object_get(said, "error");
    const char *note = json_get_text(said, "note", NULL);

    if (progress)
        t->job->progress(t->job->user, json_number_value(json_array_get(progress, 0)),
                         json_number_value(json_array_get(progress, 1)));
    if (note)
        t->job->note(t->job->user, note);
    if (fact)
        t->job->fact(t->job->user, json_string_value(json_array_get(fact, 0)),
                     json_incref(json_array_get(fact, 1)));
    if (fault) {
        t->failed = true;
        err_set(t->err, (enum err_kind)json_get_integer(fault, "kind", ERR_FINAL), "%s",
                json_get_text(fault, "text", "it failed"));
    }
    t->done = t->done || json_get_flag(said, "done", false);
    json_decref(said);
}

static void hear_lines(struct talk *t)
{
    struct str rest = buf_view(&t->line);
    struct buf left = {0};

    while (rest.ptr && memchr(rest.ptr, '\n', rest.len))
        hear(t, str_cut(&rest, '\n'));
    if (rest.ptr)
        buf_str(&left, rest);
    buf_release(&t->line);
    t->line = left;
}

// Returns false at the end of what fd says.
static bool listen_to(int fd, struct buf *to)
{
    char bytes[4096];
    ssize_t n = read(fd, bytes, sizeof(bytes));

    if (n > 0)
        buf_add(to, bytes, (size_t)n);
    return n > 0 || (n < 0 && errno == EINTR);
}

static void keep_last_words(struct buf *log)
{
    if (log->len <= MOST_LOG_BYTES)
        return;
    memmove(log->ptr, log->ptr + log->len - MOST_LOG_BYTES, MOST_LOG_BYTES + 1);
    log->len = MOST_LOG_BYTES;
}

// Listens to both pipes until the process has closed them, or is told to stop.
static void listen_all(struct talk *t, const struct process *p)
{
    struct pollfd fds[2] = {{.fd = p->out, .events = POLLIN}, {.fd = p->err, .events = POLLIN}};

    while ((fds[0].fd >= 0 || fds[1].fd >= 0) && !*t->job->cancelled) {
        if (poll(fds, 2, LOOK_MS) <= 0)
            continue;
        if (fds[0].revents && !listen_to(p->out, &t->line))
            fds[0].fd = -1;
        if (fds[1].revents && !listen_to(p->err, t->log))
            fds[1].fd = -1;
        hear_lines(t);
        keep_last_words(t->log);
    }
}

static bool judge(const struct talk *t, int code, struct err *err)
{
    if (*t->job->cancelled)
        return err_set(err, ERR_CANCELLED, "stopped");
    if (t->failed)
        return false;
    if (t->done && code == 0)
        return true;
    if (code > 128)
        return err_set(err, ERR_FINAL, "the process that made it was ended by signal %d",
                       code - 128);
    return err_set(err, ERR_FINAL, "the process that made it ended with code %d", code);
}

bool alone_run(struct attempt *a, const struct media_job *job, struct err *err)
{
    const char *file = store_temp(a->services->store, a->arena, a->tag, "job");
    const char *argv[] = {a->services->program, "exec", "-", NULL};
    struct talk talk = {.job = job, .log = &a->log, .err = err};
    struct process p;
    bool ok;

    if (!write_job(a, job, file, err))
        return false;
    ok = process_start(&p, argv, file, err);
    if (ok) {
        listen_all(&talk, &p);
        if (*job->cancelled)
            process_signal(&p, true);
        ok = judge(&talk, process_wait(&p), err);
    }
    unlink(file);
    buf_release(&talk.line);
    return ok;
}
