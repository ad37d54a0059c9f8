// SPDX-License-Identifier: MIT
#include "runtime/display.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/events.h"
#include "runtime/found.h"
#include "runtime/live.h"
#include "runtime/now.h"
#include "runtime/period.h"

enum {
    DRAW_EVERY_MS = 100,
    USUAL_COLUMNS = 80,
    USUAL_ROWS = 24,
    MOST_SHOWN = 12,
    MOST_FINDINGS = 12
};

#define BOLD   "1"
#define DIM    "2"
#define RED    "31"
#define GREEN  "32"
#define YELLOW "33"

struct display {
    struct display_options options;
    struct clock *clock;
    const struct now *now; // what the build is at; NULL: not yet known
    size_t n_drawn;        // live lines on the screen
    size_t n_unsaid;       // warnings like earlier ones
    int64_t drawn_ms;
    bool live; // between the build's start and its end
    struct arena *arena;
    struct map notes; // what was said already: its text -> itself
};

struct display *display_new(const struct display_options *options, struct clock *clock)
{
    struct display *d;

    if (options->fd < 0)
        return NULL;
    d = mem_new(sizeof(*d));
    d->options = *options;
    d->clock = clock;
    d->arena = arena_new();
    return d;
}

// One write, so that nothing flickers and lines of several programs do not mix.
static void put(struct display *d, struct buf *text)
{
    const char *at = buf_text(text);
    size_t left = text->len;

    while (left) {
        ssize_t n = write(d->options.fd, at, left);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break; // nobody looks any more
        at += n;
        left -= (size_t)n;
    }
    buf_release(text);
}

static void paint(const struct display *d, struct buf *out, const char *colour, const char *text)
{
    if (d->options.colour)
        buf_printf(out, "\x1b[%sm%s\x1b[0m", colour, text);
    else
        buf_puts(out, text);
}

// The way back over the live lines, which what follows writes over or clears.
static void go_back(struct display *d, struct buf *out)
{
    if (d->n_drawn)
        buf_printf(out, "\x1b[%zuA\r\x1b[J", d->n_drawn);
    d->n_drawn = 0;
}

static void measure(const struct display *d, struct live *live)
{
    struct winsize size = {0};

    ioctl(d->options.fd, TIOCGWINSZ, &size);
    live->columns = size.ws_col ? size.ws_col : USUAL_COLUMNS;
    live->rows = size.ws_row ? size.ws_row : USUAL_ROWS;
}

void display_watch(struct display *d, const struct now *now)
{
    if (d)
        d->now = now;
}

bool display_is_due(const struct display *d)
{
    return d && d->live && d->options.live &&
           d->clock->now_ms(d->clock) - d->drawn_ms >= DRAW_EVERY_MS;
}

void display_draw(struct display *d, double left_seconds)
{
    struct live live = {.left_seconds = left_seconds};
    struct buf out = {0};

    if (!display_is_due(d))
        return;
    d->drawn_ms = d->clock->now_ms(d->clock);
    live.now = d->now;
    live.now_ms = d->drawn_ms;
    live.wall_ms = d->clock->wall_ms(d->clock);
    live.colour = d->options.colour;
    measure(d, &live);
    if (d->n_drawn) // over what stands there, so that nothing flickers
        buf_printf(&out, "\x1b[%zuA\r", d->n_drawn);
    d->n_drawn = live_draw(&live, &out);
    buf_puts(&out, "\x1b[J");
    put(d, &out);
}

void display_free(struct display *d)
{
    struct buf out = {0};

    if (!d)
        return;
    go_back(d, &out);
    put(d, &out);
    map_release(&d->notes);
    arena_free(d->arena);
    mem_free(d);
}

void display_say(struct display *d, const char *format, ...)
{
    struct buf out = {0};
    va_list args;

    if (!d)
        return;
    go_back(d, &out);
    va_start(args, format);
    buf_vprintf(&out, format, args);
    va_end(args);
    buf_char(&out, '\n');
    put(d, &out);
}

void display_tell(struct display *d, enum severity severity, const struct place *at,
                  const char *message, const char *help)
{
    static const struct place nowhere;
    struct buf out = {0};

    if (!d || (severity != SEVERITY_ERROR && d->options.verbosity < 0))
        return;
    go_back(d, &out);
    place_render(at ? at : &nowhere, severity, message, help, &out, d->options.colour);
    put(d, &out);
}

static void show_build_start(struct display *d, const struct event *e)
{
    (void)e;
    d->live = true;
}

static void show_step_start(struct display *d, const struct event *e)
{
    struct buf out = {0};

    if (!e->why || d->options.verbosity < 0)
        return;
    go_back(d, &out);
    buf_printf(&out, "%s: ", e->step->id);
    paint(d, &out, DIM, e->why);
    buf_char(&out, '\n');
    put(d, &out);
}

// The same words of many steps are said at the first of them; the rest are counted.
static void show_note(struct display *d, const struct event *e)
{
    bool said = map_find(&d->notes, e->note) != NULL;
    char *text;

    if (said && d->options.verbosity <= 0) {
        d->n_unsaid++;
        return;
    }
    text = arena_strdup(d->arena, e->note);
    map_put(&d->notes, text, text);
    display_tell(d, SEVERITY_WARNING, &e->step->at, e->note, NULL);
}

static void show_step_progress(struct display *d, const struct event *e)
{
    if (e->note)
        show_note(d, e);
}

static void show_step_done(struct display *d, const struct event *e)
{
    struct buf out = {0};
    char took[32];

    if (d->options.verbosity < 0 || (d->options.verbosity == 0 && (d->options.live || e->cached)))
        return;
    period_exact(e->seconds, took, sizeof(took));
    go_back(d, &out);
    buf_printf(&out, "[%zu/%zu] %-8s %s  ", d->now->n_ended, d->now->n_to_run, e->step->kind->name,
               e->step->id);
    paint(d, &out, DIM, e->cached ? "at hand" : took);
    buf_char(&out, '\n');
    put(d, &out);
}

// The film's line is no matter: nothing is wrong with it.
static void show_again(struct display *d, const struct event *e)
{
    struct buf out = {0};

    if (d->options.verbosity < 0)
        return;
    go_back(d, &out);
    paint(d, &out, YELLOW, "again:");
    buf_printf(&out, " %s: %s\n", e->step->id, e->err->text);
    put(d, &out);
}

static void show_step_failed(struct display *d, const struct event *e)
{
    struct arena *a = arena_new();
    struct buf out = {0};
    struct str rest = str_of(e->log ? e->log : "");

    if (e->again) {
        if (e->err->kind != ERR_AWAY) // that was said of the service
            show_again(d, e);
        arena_free(a);
        return;
    }
    display_tell(d, SEVERITY_ERROR, &e->step->at,
                 arena_printf(a, "%s: %s", e->step->id, e->err->text), e->help);
    while (rest.len) {
        struct str line = str_cut(&rest, '\n');

        buf_puts(&out, "    | ");
        buf_str(&out, line);
        buf_char(&out, '\n');
    }
    put(d, &out);
    arena_free(a);
}

static void show_service(struct display *d, const struct event *e)
{
    if (d->options.verbosity >= 0 && !e->aside)
        display_say(d, "%s/%s: %s", e->machine, e->service, e->state);
}

// "out/draft/the-keeper.mp4  1:02  1920x1080  -14.0 LUFS, range 6.2 LU, true peak -1.1 dBTP"
static void add_delivered(struct display *d, struct buf *out, const struct graph *g,
                          const struct delivered *file)
{
    struct arena *a = arena_new();
    double seconds = json_get_number(file->facts, "seconds", 0);
    json_int_t width = json_get_integer(file->facts, "width", 0);
    char length[32];

    paint(d, out, BOLD, path_join(a, g->project, file->path));
    period_short(seconds, length, sizeof(length));
    if (seconds > 0)
        buf_printf(out, "  %s", length);
    if (width > 0)
        buf_printf(out, "  %dx%d", (int)width, (int)json_get_integer(file->facts, "height", 0));
    if (json_object_get(file->facts, "lufs"))
        buf_printf(out, "  %.1f LUFS, range %.1f LU, true peak %.1f dBTP",
                   json_get_number(file->facts, "lufs", 0),
                   json_get_number(file->facts, "range_lu", 0),
                   json_get_number(file->facts, "true_peak_db", 0));
    arena_free(a);
}

// Subtitles lie beside their film and need no line of their own.
static bool is_sidecar(const struct delivered *file)
{
    return strcmp(json_get_text(file->facts, "type", ""), "text") == 0;
}

static void add_deliverables(struct display *d, struct buf *out, const struct event *e)
{
    size_t shown = 0, more = 0;

    for (size_t i = 0; i < e->n_delivered; i++) {
        if (is_sidecar(&e->delivered[i]))
            continue;
        if (shown == MOST_SHOWN) {
            more++;
            continue;
        }
        shown++;
        add_delivered(d, out, e->graph, &e->delivered[i]);
        buf_char(out, '\n');
        found_print(found_in(e->delivered[i].facts), MOST_FINDINGS, out);
    }
    if (more)
        buf_printf(out, "… and %zu more\n", more);
}

static void add_counts(struct display *d, struct buf *out, const struct event *e)
{
    const struct build_result *r = e->result;
    char took[32], saved[32];

    period_exact(r->seconds, took, sizeof(took));
    period_short(r->saved_seconds, saved, sizeof(saved));
    paint(d, out, r->failed ? RED : GREEN, e->status);
    buf_printf(out, " in %s: %zu step%s made, %zu at hand", took, r->ran, r->ran == 1 ? "" : "s",
               r->cached);
    if (r->cached && r->saved_seconds >= 1)
        buf_printf(out, " (%s saved)", saved);
    if (r->failed)
        buf_printf(out, ", %zu failed", r->failed);
    if (r->skipped)
        buf_printf(out, ", %zu not tried", r->skipped);
    buf_char(out, '\n');
}

static void add_draft(struct display *d, struct buf *out, const struct event *e)
{
    if (!e->drafted || !e->drafted[0])
        return;
    paint(d, out, YELLOW, "draft:");
    buf_printf(out, " nothing in the studio makes %s\n", e->drafted);
}

// The only film among what was handed out, or NULL.
static const struct delivered *only_film(const struct event *e)
{
    const struct delivered *only = NULL;

    for (size_t i = 0; e->delivered && i < e->n_delivered; i++) {
        if (is_sidecar(&e->delivered[i]))
            continue;
        if (only)
            return NULL;
        only = &e->delivered[i];
    }
    return only;
}

static void add_nothing_to_do(struct display *d, struct buf *out, const struct event *e)
{
    const struct delivered *only = only_film(e);

    buf_puts(out, "nothing to do: ");
    if (only)
        add_delivered(d, out, e->graph, only);
    else
        buf_printf(out, "%zu steps", e->result->cached);
    buf_puts(out, only ? " is current" : " are current");
    if (e->drafted && e->drafted[0])
        buf_printf(out, " (a draft: nothing in the studio makes %s)", e->drafted);
    buf_char(out, '\n');
    if (only)
        found_print(found_in(only->facts), MOST_FINDINGS, out);
    else if (e->result->findings)
        buf_printf(out, "  %zu finding%s; `c41 qc` tells more\n", e->result->findings,
                   e->result->findings == 1 ? "" : "s");
}

static void show_build_end(struct display *d, const struct event *e)
{
    const struct build_result *r = e->result;
    struct buf out = {0};

    go_back(d, &out);
    d->live = false;
    if (r->exit_code == 0 && r->ran == 0 && r->delivered == 0) {
        add_nothing_to_do(d, &out, e);
    } else {
        if (d->n_unsaid)
            buf_printf(&out, "… and %zu more warning%s like these; --verbose shows all\n",
                       d->n_unsaid, d->n_unsaid == 1 ? "" : "s");
        add_deliverables(d, &out, e);
        add_counts(d, &out, e);
        add_draft(d, &out, e);
    }
    put(d, &out);
}

static void (*const shows[])(struct display *d, const struct event *e) = {
    [EVENT_BUILD_START] = show_build_start,     [EVENT_STEP_START] = show_step_start,
    [EVENT_STEP_PROGRESS] = show_step_progress, [EVENT_STEP_DONE] = show_step_done,
    [EVENT_STEP_FAILED] = show_step_failed,     [EVENT_SERVICE] = show_service,
    [EVENT_BUILD_END] = show_build_end,
};

void display_show(struct display *d, const struct event *event)
{
    if (shows[event->type])
        shows[event->type](d, event);
}
