// SPDX-License-Identifier: MIT
#include "runtime/built.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/display.h"
#include "runtime/events.h"
#include "runtime/fingerprint.h"
#include "runtime/walk.h"

enum { FEW_DELIVERED = 4, STORE_FOLDERS = 256 };

// The sights of a build while they are gathered.
struct gathering {
    VEC(struct sight) sights;
    struct walk *walk;
};

static const char *whole_path(const struct gathering *g, const char *path)
{
    return path_join(g->walk->arena, g->walk->graph->project, path);
}

static void add_file(struct gathering *g, const char *path, const struct digest *digest)
{
    struct sight s = {.kind = SIGHT_FILE, .path = path, .digest = *digest, .hashed = true};

    path_stamp(whole_path(g, path), &s.stamp);
    vec_push(&g->sights, s);
}

// A file that a step takes in was measured when it had this stamp.
static void add_inputs(struct gathering *g)
{
    const struct files *files = &g->walk->files;

    for (size_t i = 0; i < files->n; i++)
        vec_push(&g->sights, (struct sight){.kind = SIGHT_FILE,
                                            .path = files->list[i]->path,
                                            .stamp = files->list[i]->stamp,
                                            .digest = files->list[i]->artifact.digest,
                                            .hashed = files->list[i]->known});
}

static void add_folder(struct gathering *g, const char *path)
{
    struct sight s = {.kind = SIGHT_FOLDER, .path = path};
    const char *whole = whole_path(g, path);

    path_stamp(whole, &s.stamp); // before the names are read
    s.hashed = folder_digest(whole, &s.digest);
    vec_push(&g->sights, s);
}

// An artifact that goes away changes its folder.
static void add_store(struct gathering *g)
{
    struct arena *a = g->walk->arena;

    for (unsigned i = 0; i < STORE_FOLDERS; i++) {
        const char *path = arena_printf(a, ".c41/store/%02x", i);

        if (file_exists(whole_path(g, path)))
            add_folder(g, path);
    }
    vec_push(&g->sights,
             (struct sight){.kind = SIGHT_THERE, .path = ".c41/ledger.db", .stamp.inode = 1});
    vec_push(&g->sights,
             (struct sight){.kind = SIGHT_THERE,
                            .path = arena_printf(a, ".c41/browse/%s", g->walk->graph->film),
                            .stamp.inode = 1});
}

static json_t *list_delivered(const struct delivered *delivered, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:O}", "name", delivered[i].name, "path",
                                              delivered[i].path, "facts", delivered[i].facts));
    return list;
}

static json_t *about(const struct built_from *from, const struct graph *g,
                     const struct build_result *r, size_t n_delivered, const char *drafted)
{
    return json_pack("{s:s, s:s, s:I, s:f, s:s, s:s, s:I}", "film", g->film, "title", g->title,
                     "steps", (json_int_t)r->steps, "saved_seconds", r->saved_seconds, "drafted",
                     drafted, "said", from->said, "delivered", (json_int_t)n_delivered);
}

// What it would cost to make everything that is at hand now.
static double seconds_at_hand(const struct walk *w)
{
    double sum = 0;

    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (w->works[i].wanted && w->works[i].key[0])
            sum += w->works[i].seconds;
    return sum;
}

bool built_record(const struct built_from *from, struct walk *w, const struct build_result *result,
                  const struct delivered *delivered, size_t n_delivered, const char *drafted,
                  struct err *err)
{
    struct gathering g = {.walk = w};
    struct build_result settled = *result;
    struct fingerprint f = {.project = w->graph->project, .path = from->path, .arena = w->arena};
    bool ok;

    settled.saved_seconds = seconds_at_hand(w);
    for (size_t i = 0; i < from->n_sights; i++)
        if (!files_find(&w->files, from->sights[i].path)) // known better by its step
            vec_push(&g.sights, from->sights[i]);
    add_inputs(&g);
    add_store(&g);
    for (size_t i = 0; i < n_delivered; i++)
        add_file(&g, delivered[i].path, &delivered[i].digest);
    f.sights = g.sights.at;
    f.n_sights = g.sights.n;
    f.about = about(from, w->graph, &settled, n_delivered, drafted);
    f.deliverables = list_delivered(delivered, n_delivered);
    ok = fingerprint_write(&f, from->began_ms, err);
    fingerprint_release(&f);
    vec_release(&g.sights);
    return ok;
}

// The deliverables, where somebody wants to know each; *n of them.
static struct delivered *read_delivered(const struct fingerprint *f, bool each, struct arena *a,
                                        json_t **list, size_t *n)
{
    struct delivered *out;
    const json_t *d;
    size_t i;

    *n = (size_t)json_get_integer(f->about, "delivered", 0);
    *list = NULL;
    if (!each && *n > FEW_DELIVERED)
        return NULL;
    *list = json_loads(json_string_value(f->deliverables), 0, NULL);
    *n = json_array_size(*list);
    out = arena_array(a, struct delivered, *n + 1);
    json_array_foreach(*list, i, d)
        out[i] = (struct delivered){.name = json_get_text(d, "name", ""),
                                    .path = json_get_text(d, "path", ""),
                                    .facts = json_object_get(d, "facts")};
    return out;
}

struct build_result built_again(const struct fingerprint *f, const struct build_options *options)
{
    struct clock *clock = options->clock ? options->clock : clock_system();
    struct arena *a = arena_new();
    const struct graph graph = {.project = f->project,
                                .film = json_get_text(f->about, "film", ""),
                                .title = json_get_text(f->about, "title", "")};
    struct build_result result = {
        .steps = (size_t)json_get_integer(f->about, "steps", 0),
        .saved_seconds = json_get_number(f->about, "saved_seconds", 0),
    };
    struct event start = {.type = EVENT_BUILD_START, .graph = &graph, .steps = result.steps};
    struct event end = {.type = EVENT_BUILD_END, .graph = &graph, .status = "built"};
    struct display *display = display_new(&options->display, clock);
    struct events events;
    json_t *list;

    result.cached = result.steps;
    end.drafted = json_get_text(f->about, "drafted", "");
    result.draft = end.drafted[0];
    end.delivered = read_delivered(f, options->events_fd >= 0, a, &list, &end.n_delivered);
    end.result = &result;
    events_init(&events, options->events_fd, display, clock);
    events_tell(&events, start);
    result.seconds = events_seconds(&events);
    events_tell(&events, end);
    display_free(display);
    json_decref(list);
    arena_free(a);
    return result;
}
