// SPDX-License-Identifier: MIT
#include "runtime/built.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/books.h"
#include "runtime/build.h"
#include "runtime/display.h"
#include "runtime/elsewhere.h"
#include "runtime/events.h"
#include "runtime/fingerprint.h"
#include "runtime/found.h"
#include "runtime/gifts.h"
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

static void add_delivered(struct gathering *g, const struct delivered *d)
{
    vec_push(&g->sights, (struct sight){.kind = SIGHT_FILE,
                                        .path = d->path,
                                        .stamp = d->stamp,
                                        .made_ms = d->seen_ms,
                                        .digest = d->digest,
                                        .hashed = true});
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
                            .path = arena_printf(a, ".c41/browse/%s", g->walk->graph->shelf),
                            .stamp.inode = 1});
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

static json_t *about(const struct built_from *from, const struct walk *w,
                     const struct build_result *r, const struct delivered *all, size_t n,
                     const char *drafted)
{
    double seconds = seconds_at_hand(w) + elsewhere_seconds(from, w->graph);
    size_t findings = 0;

    for (size_t i = 0; i < n; i++)
        findings += json_array_size(found_in(all[i].facts));
    return json_pack("{s:s, s:s, s:I, s:f, s:s, s:b, s:s, s:I, s:I}", "film", w->graph->film,
                     "title", w->graph->title, "steps", (json_int_t)r->steps, "saved_seconds",
                     seconds, "drafted", drafted, "marked", (int)w->graph->drafted, "said",
                     from->said, "delivered", (json_int_t)n, "findings", (json_int_t)findings);
}

// The sights of the last build that this one has not looked at.
static void keep_sights(struct gathering *g, const struct fingerprint *last)
{
    struct map seen = {0};

    for (size_t i = 0; i < g->sights.n; i++)
        map_put(&seen, g->sights.at[i].path, g);
    for (size_t i = 0; last && i < last->n_sights; i++)
        if (!map_find(&seen, last->sights[i].path))
            vec_push(&g->sights, last->sights[i]);
    map_release(&seen);
}

// Tells of each part at the sight of its file, and puts it into the books.
static void enter_parts(struct gathering *g, const struct built_from *from, json_t *books)
{
    json_t **entries = books_entries(g->walk, from->parts, from->n_parts);
    struct map by_path = {0};

    for (size_t i = 0; i < g->sights.n; i++)
        map_put(&by_path, g->sights.at[i].path, &g->sights.at[i]);
    for (size_t i = 0; i < from->n_parts; i++) {
        const struct built_part *part = &from->parts[i];
        struct sight *s = map_find(&by_path, part->path);
        struct buf text = {0};

        if (!s || !entries[i])
            continue;
        json_canonical(entries[i], &text);
        s->part = arena_strdup(g->walk->arena, buf_text(&text));
        books_put(books, part->path, part->said, entries[i]);
        buf_release(&text);
        json_decref(entries[i]);
    }
    map_release(&by_path);
    mem_free(entries);
}

static void gather(struct gathering *g, const struct built_from *from,
                   const struct delivered *delivered, size_t n)
{
    for (size_t i = 0; i < from->n_sights; i++)
        if (!files_find(&g->walk->files, from->sights[i].path)) // known better by its step
            vec_push(&g->sights, from->sights[i]);
    add_inputs(g);
    add_store(g);
    for (size_t i = 0; i < n; i++)
        add_delivered(g, &delivered[i]);
    keep_sights(g, from->last);
}

void built_tell(const struct built_from *from, struct walk *w, const struct delivered *delivered,
                size_t n_delivered)
{
    struct gathering g = {.walk = w};

    gather(&g, from, delivered, n_delivered);
    from->tell(from->user, g.sights.at, g.sights.n);
    vec_release(&g.sights);
}

bool built_record(const struct built_from *from, struct walk *w, const struct build_result *result,
                  const struct delivered *delivered, size_t n_delivered, const char *drafted,
                  struct err *err)
{
    struct gathering g = {.walk = w};
    struct fingerprint f = {.project = w->graph->project, .path = from->path, .arena = w->arena};
    const struct delivered *all;
    json_t *kept, *books;
    char given[DIGEST_HEX_BYTES];
    size_t n_all;
    bool ok;

    gather(&g, from, delivered, n_delivered);
    all = elsewhere_delivered(from, delivered, n_delivered, w->arena, &kept, &n_all);
    f.about = about(from, w, result, all, n_all, drafted);
    f.deliverables = json_array();
    for (size_t i = 0; i < n_all; i++)
        json_array_append_new(f.deliverables, delivered_json(&all[i]));
    if (from->n_parts && gifts_leave(from, w, given, err)) {
        books = from->books ? json_deep_copy(from->books) : books_new();
        enter_parts(&g, from, books);
        json_object_set_new(books, "gifts", json_string(given));
        json_object_set_new(f.about, "books", books);
    }
    f.sights = g.sights.at;
    f.n_sights = g.sights.n;
    ok = fingerprint_write(&f, from->began_ms, err);
    fingerprint_release(&f);
    json_decref(kept);
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
    *list = fingerprint_deliverables(f);
    *n = json_array_size(*list);
    out = arena_array(a, struct delivered, *n + 1);
    json_array_foreach(*list, i, d)
        out[i] = delivered_read(d);
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
        .findings = (size_t)json_get_integer(f->about, "findings", 0),
    };
    struct event start = {
        .type = EVENT_BUILD_START, .graph = &graph, .steps = result.steps, .unmoved = true};
    struct event end = {.type = EVENT_BUILD_END, .graph = &graph, .status = "built"};
    struct display *display = display_new(&options->display, clock);
    struct events events;
    json_t *list;

    result.cached = result.steps;
    end.drafted = json_get_text(f->about, "drafted", "");
    result.draft = end.drafted[0];
    end.delivered = read_delivered(f, options->events_fd >= 0, a, &list, &end.n_delivered);
    end.result = &result;
    events_init(&events, options, display, clock);
    events_tell(&events, start);
    result.seconds = events_seconds(&events);
    events_tell(&events, end);
    display_free(display);
    json_decref(list);
    arena_free(a);
    return result;
}
