// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "cli/count.h"
#include "cli/planned.h"
#include "cli/show.h"
#include "cli/table.h"
#include "compiler/compile.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/plan.h"

struct shot {
    const struct step *cut;  // its first: tells scene, shot, and what is known without measuring
    double seconds;          // 0: not known yet
    enum plan_status status; // of the step that is farthest from being made
    struct buf kinds;        // what makes it, without what this machine always does
};

struct shots {
    VEC(struct shot *) at; // as the cuts stand: in the film's order
    struct map by_id;
};

static void shots_release(struct shots *shots)
{
    for (size_t i = 0; i < shots->at.n; i++) {
        buf_release(&shots->at.at[i]->kinds);
        mem_free(shots->at.at[i]);
    }
    vec_release(&shots->at);
    map_release(&shots->by_id);
}

// Seconds of one frame at "24/1"; 0 for anything else.
static double frame_seconds(const char *fps)
{
    char *slash = NULL;
    double num = strtod(fps, &slash), den = *slash == '/' ? strtod(slash + 1, NULL) : 1;

    return num > 0 ? den / num : 0;
}

// Frames that are known from the text are a number; those to be measured a late value.
static double cut_seconds(const struct step *s)
{
    json_t *params = step_params(s);
    double seconds =
        json_get_number(params, "frames", 0) * frame_seconds(json_get_text(params, "fps", ""));

    json_decref(params);
    return seconds;
}

static void add_shot(struct shots *shots, const struct step *cut)
{
    struct shot *shot;

    if (map_find(&shots->by_id, cut->shot))
        return;
    shot = mem_new(sizeof(*shot));
    shot->cut = cut;
    shot->seconds = cut_seconds(cut);
    vec_push(&shots->at, shot);
    map_put(&shots->by_id, cut->shot, shot);
}

static void add_step(struct shot *shot, const struct plan_row *row)
{
    const struct kind *kind = row->step->kind;

    if (row->status > shot->status)
        shot->status = row->status;
    if (!kind->local && !strstr(buf_text(&shot->kinds), kind->name))
        buf_printf(&shot->kinds, "%s%s", shot->kinds.len ? ", " : "", kind->name);
    if (strcmp(kind->name, "timing") == 0 && row->n_artifacts)
        shot->seconds = json_get_number(row->artifacts[0].facts, "seconds", 0);
}

static struct shots read_shots(const struct plan *plan)
{
    struct shots shots = {0};

    for (size_t i = 0; i < plan->n; i++)
        if (plan->rows[i].step->shot && strcmp(plan->rows[i].step->kind->name, "cut") == 0)
            add_shot(&shots, plan->rows[i].step);
    for (size_t i = 0; i < plan->n; i++) {
        const struct plan_row *row = &plan->rows[i];
        struct shot *shot = row->step->shot ? map_find(&shots.by_id, row->step->shot) : NULL;

        if (shot && row->wanted)
            add_step(shot, row);
    }
    return shots;
}

static const char *name_in_scene(const struct step *s)
{
    const char *slash = strchr(s->shot, '/');

    return slash ? slash + 1 : s->shot;
}

static void add_row(struct table *t, const struct shot *shot)
{
    struct buf length = {0};

    planned_print_seconds(shot->seconds, &length);
    table_add(t, "%s", name_in_scene(shot->cut));
    table_add(t, "%s", length.len ? buf_text(&length) : "?");
    table_add(t, "%s", plan_status_name(shot->status));
    table_add(t, "%s", buf_text(&shot->kinds));
    buf_release(&length);
}

static bool begins_scene(const struct shots *shots, size_t i)
{
    return i == 0 || strcmp(shots->at.at[i]->cut->scene, shots->at.at[i - 1]->cut->scene) != 0;
}

// The sluglines of the film stand in the order of its scenes.
static void print_shots(const struct shots *shots, const json_t *film, struct buf *out)
{
    struct table t = {.columns = 4};
    json_t *scenes = json_object_get(film, "scenes");
    size_t scene = 0;

    for (size_t i = 0; i < shots->at.n; i++) {
        if (begins_scene(shots, i)) {
            const char *slug = json_get_text(json_array_get(scenes, scene++), "scene", "");

            table_print(&t, 2, out);
            buf_printf(out, "\n%s%s%s\n", shots->at.at[i]->cut->scene, slug[0] ? ": " : "", slug);
        }
        add_row(&t, shots->at.at[i]);
    }
    table_print(&t, 2, out);
}

static void print_length(const struct shots *shots, struct buf *out)
{
    double total = 0;
    size_t unknown = 0;

    for (size_t i = 0; i < shots->at.n; i++) {
        total += shots->at.at[i]->seconds;
        unknown += shots->at.at[i]->seconds <= 0;
    }
    if (total <= 0)
        return;
    buf_puts(out, "\nlength: ");
    planned_print_seconds(total, out);
    if (unknown)
        buf_printf(out, ", and %zu shot%s not measured yet", unknown, unknown == 1 ? "" : "s");
    buf_char(out, '\n');
}

static void print_deliverables(const struct planned *p, struct buf *out)
{
    for (size_t i = 0; i < p->film.graph->n_deliverables; i++)
        buf_printf(out, "%s%s: %s\n", i ? "" : "\n", p->plan->delivered[i] ? "made" : "to make",
                   p->plan->deliverables[i]);
}

void show_film(const struct planned *p, struct buf *out)
{
    json_t *film = compile_film(p->film.compile);
    struct shots shots = read_shots(p->plan);

    buf_printf(out, "%s\n", p->film.graph->title);
    count_print(p->film.graph, out);
    buf_char(out, '\n');
    print_shots(&shots, film, out);
    print_length(&shots, out);
    print_deliverables(p, out);
    shots_release(&shots);
    json_decref(film);
}
