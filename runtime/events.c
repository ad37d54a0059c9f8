// SPDX-License-Identifier: MIT
#include "runtime/events.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/build.h"
#include "runtime/display.h"
#include "runtime/trace.h"

json_t *delivered_json(const struct delivered *d)
{
    return json_pack("{s:s, s:s, s:O, s:I, s:s?}", "name", d->name, "path", d->path, "facts",
                     d->facts, "rank", (json_int_t)d->rank, "scene", d->scene);
}

struct delivered delivered_read(const json_t *value)
{
    return (struct delivered){
        .name = json_get_text(value, "name", ""),
        .path = json_get_text(value, "path", ""),
        .facts = json_object_get(value, "facts"),
        .rank = (uint32_t)json_get_integer(value, "rank", 0),
        .scene = json_get_text(value, "scene", NULL),
    };
}

void events_init(struct events *e, const struct build_options *options, struct display *display,
                 struct clock *clock)
{
    *e = (struct events){.fd = options->events_fd,
                         .display = display,
                         .trace = options->trace,
                         .clock = clock,
                         .start_ms = clock->now_ms(clock),
                         .status = {.clock = clock}};
    display_watch(display, &e->now);
}

void events_wait(struct events *e, const char *why)
{
    now_wait(&e->now, why);
    e->status.urgent = true;
}

bool events_are_due(const struct events *e)
{
    return display_is_due(e->display) || status_is_due(&e->status);
}

void events_renew(struct events *e, double seconds_left)
{
    display_draw(e->display, seconds_left);
    if (status_is_due(&e->status))
        status_write(&e->status, &e->now, seconds_left);
}

double events_seconds(const struct events *e)
{
    return (double)(e->clock->now_ms(e->clock) - e->start_ms) / 1000;
}

static json_t *thousandths(double seconds)
{
    return json_real(round(seconds * 1000) / 1000);
}

static void set_text(json_t *line, const char *key, const char *text)
{
    json_object_set_new(line, key, text ? json_string(text) : json_null());
}

static void add_build_start(json_t *line, const struct event *e)
{
    set_text(line, "film", e->graph->film);
    json_object_set_new(line, "steps", json_integer((json_int_t)e->steps));
}

static void add_step_start(json_t *line, const struct event *e)
{
    set_text(line, "id", e->step->id);
    set_text(line, "kind", e->step->kind->name);
    set_text(line, "preset", e->step->preset);
    set_text(line, "service", e->service);
    set_text(line, "machine", e->machine);
}

static void add_step_progress(json_t *line, const struct event *e)
{
    set_text(line, "id", e->step->id);
    json_object_set_new(line, "done", thousandths(e->done));
    json_object_set_new(line, "total", thousandths(e->total));
    set_text(line, "note", e->note ? e->note : e->doing);
}

static json_t *outputs_of(const struct event *e)
{
    json_t *list = json_array();
    char hex[DIGEST_HEX_BYTES];

    for (size_t i = 0; e->artifacts && i < e->step->n_outputs; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:O}", "name", e->artifacts[i].name,
                                        "digest", digest_hex(&e->artifacts[i].digest, hex), "path",
                                        e->artifacts[i].path, "facts", e->artifacts[i].facts));
    return list;
}

static void add_step_done(json_t *line, const struct event *e)
{
    set_text(line, "id", e->step->id);
    set_text(line, "kind", e->step->kind->name);
    json_object_set_new(line, "cached", json_boolean(e->cached));
    json_object_set_new(line, "seconds", thousandths(e->seconds));
    json_object_set_new(line, "outputs", outputs_of(e));
}

static void add_step_failed(json_t *line, const struct event *e)
{
    set_text(line, "id", e->step->id);
    set_text(line, "error", e->err->text);
    json_object_set_new(line, "attempt", json_integer(e->attempt));
    json_object_set_new(line, "final", json_boolean(!e->again));
}

static void add_service(json_t *line, const struct event *e)
{
    set_text(line, "machine", e->machine);
    set_text(line, "service", e->service);
    set_text(line, "state", e->state);
}

static void add_build_end(json_t *line, const struct event *e)
{
    const struct build_result *r = e->result;
    json_t *list = json_array();

    for (size_t i = 0; i < e->n_delivered; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:O}", "name", e->delivered[i].name, "path",
                                        e->delivered[i].path, "facts", e->delivered[i].facts));
    set_text(line, "status", e->status);
    json_object_set_new(line, "ran", json_integer((json_int_t)r->ran));
    json_object_set_new(line, "cached", json_integer((json_int_t)r->cached));
    json_object_set_new(line, "failed", json_integer((json_int_t)r->failed));
    json_object_set_new(line, "skipped", json_integer((json_int_t)r->skipped));
    json_object_set_new(line, "seconds", thousandths(r->seconds));
    json_object_set_new(line, "saved_seconds", thousandths(r->saved_seconds));
    json_object_set_new(line, "deliverables", list);
}

struct form {
    const char *name; // NULL: not in the stream
    void (*add)(json_t *line, const struct event *e);
};

static const struct form forms[] = {
    [EVENT_BUILD_START] = {"build-start", add_build_start},
    [EVENT_STEP_START] = {"step-start", add_step_start},
    [EVENT_STEP_PROGRESS] = {"step-progress", add_step_progress},
    [EVENT_ATTEMPT_END] = {NULL, NULL},
    [EVENT_STEP_DONE] = {"step-done", add_step_done},
    [EVENT_STEP_FAILED] = {"step-failed", add_step_failed},
    [EVENT_SERVICE] = {"service", add_service},
    [EVENT_BUILD_END] = {"build-end", add_build_end},
};

static void write_line(int fd, const struct buf *text)
{
    const char *at = buf_text(text);
    size_t left = text->len;

    while (left) {
        ssize_t n = write(fd, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        at += n;
        left -= (size_t)n;
    }
}

void events_tell(struct events *e, struct event event)
{
    struct buf text = {0};
    json_t *line;

    event.t = events_seconds(e);
    now_see(&e->now, &event, e->clock->now_ms(e->clock));
    status_see(&e->status, &event, &e->now);
    if (e->display)
        display_show(e->display, &event);
    trace_tell(e->trace, &event);
    if (event.type == EVENT_BUILD_END)
        now_release(&e->now);
    if (e->fd < 0 || !forms[event.type].name)
        return;
    line = json_object();
    json_object_set_new(line, "event", json_string(forms[event.type].name));
    json_object_set_new(line, "t", thousandths(event.t));
    forms[event.type].add(line, &event);
    json_canonical(line, &text);
    buf_char(&text, '\n');
    write_line(e->fd, &text);
    buf_release(&text);
    json_decref(line);
}
