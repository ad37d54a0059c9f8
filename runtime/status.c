// SPDX-License-Identifier: MIT
#include "runtime/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/events.h"
#include "runtime/now.h"

enum { EVERY_MS = 1000, MOST_FAILURES = 10, MOST_DELIVERED = 100, MOST_BYTES = 16 << 20 };

// From the project's folder.
#define STATUS_PATH ".c41/status.json"

static json_t *tenths(double seconds)
{
    return json_real(round(seconds * 10) / 10);
}

// Who writes, and since when.
static json_t *begin(const char *film, const char *state, struct clock *clock)
{
    char host[128] = "";

    gethostname(host, sizeof(host) - 1);
    return json_pack("{s:s, s:s, s:I, s:s, s:I}", "film", film, "state", state, "pid",
                     (json_int_t)getpid(), "host", host, "began_ms",
                     (json_int_t)clock->wall_ms(clock));
}

// By rename, so that a reader finds a whole one. It need not outlive a power cut.
static bool put(const char *path, const char *part, const json_t *whole, struct err *err)
{
    struct buf text = {0};
    bool ok;

    json_canonical(whole, &text);
    buf_char(&text, '\n');
    ok = file_put(part, buf_text(&text), text.len, err) &&
         (rename(part, path) == 0 || err_errno(err, "writing %s", path));
    buf_release(&text);
    return ok;
}

static bool put_at(const char *project, const json_t *whole, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = put(path_join(a, project, STATUS_PATH), path_join(a, project, STATUS_PATH ".part"),
                  whole, err);

    arena_free(a);
    return ok;
}

json_t *status_read(const char *project)
{
    struct arena *a = arena_new();
    struct buf text = {0};
    struct err err;
    json_t *whole = NULL;

    if (file_read(path_join(a, project, STATUS_PATH), &text, MOST_BYTES, &err))
        whole = json_loadb(buf_text(&text), text.len, 0, NULL);
    buf_release(&text);
    arena_free(a);
    if (json_is_object(whole))
        return whole;
    json_decref(whole);
    return NULL;
}

bool status_start(const char *project, const char *film, const char *log, struct clock *clock,
                  struct err *err)
{
    json_t *whole = begin(film, "starting", clock);
    bool ok;

    json_object_set_new(whole, "log", json_string(log));
    ok = put_at(project, whole, err);
    json_decref(whole);
    return ok;
}

static const char *word_of(int exit_code)
{
    if (exit_code == err_exit_code(ERR_CANCELLED))
        return "interrupted";
    return exit_code ? "failed" : "built";
}

bool status_finish(const char *project, int exit_code, struct clock *clock, struct err *err)
{
    json_t *whole = status_read(project);
    bool ok, told;

    if (!whole)
        return true;
    told = strcmp(json_get_text(whole, "state", ""), "ended") == 0;
    json_object_set_new(whole, "exit_code", json_integer(exit_code));
    json_object_set_new(whole, "state", json_string("ended"));
    if (!told) {
        json_object_set_new(whole, "status", json_string(word_of(exit_code)));
        json_object_set_new(whole, "ended_ms", json_integer(clock->wall_ms(clock)));
    }
    ok = put_at(project, whole, err);
    json_decref(whole);
    return ok;
}

// What a builder in the background has said of itself stays.
static void keep_log(json_t *about, const char *project)
{
    json_t *before = status_read(project);

    if (before && json_get_integer(before, "pid", 0) == (json_int_t)getpid())
        json_object_set(about, "log", json_object_get(before, "log"));
    json_decref(before);
}

static void start(struct status *s, const struct event *e)
{
    struct arena *a = arena_new();

    s->graph = e->graph;
    s->path = mem_strdup(path_join(a, e->graph->project, STATUS_PATH));
    s->part = mem_strdup(path_join(a, e->graph->project, STATUS_PATH ".part"));
    s->about = begin(e->graph->film, "running", s->clock);
    keep_log(s->about, e->graph->project);
    json_object_set_new(s->about, "title", json_string(e->graph->title));
    s->failures = json_array();
    arena_free(a);
}

static void note_failure(struct status *s, const struct event *e)
{
    if (!e->again && json_array_size(s->failures) < MOST_FAILURES)
        json_array_append_new(s->failures,
                              json_pack("{s:s, s:s}", "id", e->step->id, "error", e->err->text));
}

static json_t *step_json(const struct status *s, const struct now_step *step)
{
    int64_t now_ms = s->clock->now_ms(s->clock), ran_ms = now_ms - step->start_ms;

    return json_pack("{s:s, s:s, s:s?, s:s, s:s, s:I, s:o, s:f, s:f, s:s}", "id", step->step->id,
                     "kind", step->step->kind->name, "preset", step->step->preset, "machine",
                     step->machine, "service", step->service, "began_ms",
                     (json_int_t)(s->clock->wall_ms(s->clock) - ran_ms), "seconds_left",
                     tenths(now_left(step, now_ms)), "done", step->done, "total", step->total,
                     "doing", step->doing);
}

static json_t *services_json(const struct now *now)
{
    json_t *list = json_array();

    for (size_t i = 0; i < now->services.n; i++) {
        const struct now_service *s = &now->services.at[i];

        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "machine", s->machine, "service",
                                              s->service, "state", s->state));
    }
    return list;
}

static json_t *whole_of(const struct status *s, const struct now *now)
{
    json_t *whole = json_copy(s->about), *running = json_array();

    for (size_t i = 0; i < now->running.n; i++)
        json_array_append_new(running, step_json(s, &now->running.at[i]));
    json_object_set_new(whole, "running", running);
    json_object_set_new(whole, "services", services_json(now));
    json_object_set_new(whole, "to_run", json_integer((json_int_t)now->n_to_run));
    json_object_set_new(whole, "done", json_integer((json_int_t)now->n_ended));
    json_object_set_new(whole, "failed", json_integer((json_int_t)now->n_failed));
    json_object_set(whole, "failures", s->failures);
    json_object_set_new(whole, "written_ms", json_integer(s->clock->wall_ms(s->clock)));
    return whole;
}

// Nobody is to fail for it: who cannot write here cannot write artifacts either, and says so there.
static void write_whole(struct status *s, json_t *whole)
{
    struct err err;

    put(s->path, s->part, whole, &err);
    json_decref(whole);
    s->urgent = false;
    s->written_ms = s->clock->now_ms(s->clock);
}

bool status_is_due(const struct status *s)
{
    return s->graph && (s->urgent || s->clock->now_ms(s->clock) - s->written_ms >= EVERY_MS);
}

void status_write(struct status *s, const struct now *now, double seconds_left)
{
    json_t *whole;

    if (!s->graph)
        return;
    whole = whole_of(s, now);
    json_object_set_new(whole, "seconds_left", tenths(seconds_left));
    json_object_set_new(whole, "done_ms",
                        json_integer(s->clock->wall_ms(s->clock) + (int64_t)(seconds_left * 1000)));
    if (now->stopping)
        json_object_set_new(whole, "state", json_string("stopping"));
    else if (now->waits[0])
        json_object_set_new(whole, "state", json_string("waiting"));
    if (now->waits[0])
        json_object_set_new(whole, "waits", json_string(now->waits));
    write_whole(s, whole);
}

static json_t *deliverables_json(const struct event *e)
{
    json_t *list = json_array();

    for (size_t i = 0; e->delivered && i < e->n_delivered && i < MOST_DELIVERED; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", e->delivered[i].name, "path",
                                              e->delivered[i].path));
    return list;
}

static void end(struct status *s, const struct event *e, const struct now *now)
{
    const struct build_result *r = e->result;
    json_t *whole = whole_of(s, now);

    json_object_set_new(whole, "state", json_string("ended"));
    json_object_set_new(whole, "status", json_string(e->status));
    json_object_set_new(whole, "exit_code", json_integer(r->exit_code));
    json_object_set_new(whole, "ended_ms", json_integer(s->clock->wall_ms(s->clock)));
    json_object_set_new(whole, "ran", json_integer((json_int_t)r->ran));
    json_object_set_new(whole, "cached", json_integer((json_int_t)r->cached));
    json_object_set_new(whole, "skipped", json_integer((json_int_t)r->skipped));
    json_object_set_new(whole, "seconds", tenths(r->seconds));
    json_object_set_new(whole, "deliverables", deliverables_json(e));
    write_whole(s, whole);
    json_decref(s->about);
    json_decref(s->failures);
    mem_free(s->path);
    mem_free(s->part);
    s->graph = NULL;
}

void status_see(struct status *s, const struct event *e, const struct now *now)
{
    if (e->type == EVENT_BUILD_START && !e->unmoved)
        start(s, e);
    if (!s->graph)
        return;
    if (e->type == EVENT_BUILD_START && e->to_run) // how long it takes is known later
        write_whole(s, whole_of(s, now));
    if (e->type == EVENT_STEP_FAILED)
        note_failure(s, e);
    if (e->type == EVENT_SERVICE)
        s->urgent = true;
    if (e->type == EVENT_BUILD_END)
        end(s, e, now);
}
