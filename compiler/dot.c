// SPDX-License-Identifier: MIT
// The graph as a drawing for Graphviz: a box for each scene, a colour for each sort of step.
#include "compiler/graph.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"

static void put_quoted(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_char(out, '\\');
        buf_char(out, *text);
    }
    buf_char(out, '"');
}

// Within a scene's box the scene's name would only repeat itself.
static const char *short_id(const struct step *s)
{
    size_t len = s->scene ? strlen(s->scene) : 0;

    return len && strncmp(s->id, s->scene, len) == 0 && s->id[len] == '/' ? s->id + len + 1 : s->id;
}

static void put_step(const struct step *s, const char *indent, struct buf *out)
{
    buf_puts(out, indent);
    put_quoted(out, s->id);
    buf_puts(out, " [label=");
    put_quoted(out, short_id(s));
    buf_printf(out, ", fillcolor=\"%s\", tooltip=\"%s", s->kind->colour, s->kind->name);
    if (s->preset)
        buf_printf(out, " by %s", s->preset);
    buf_puts(out, "\"];\n");
}

static void put_scene(const struct graph *g, const char *scene, size_t number, struct buf *out)
{
    buf_printf(out, "  subgraph cluster_%zu {\n    label=", number);
    put_quoted(out, scene);
    buf_puts(out, "; color=\"#b0bec5\"; style=rounded;\n");
    for (size_t i = 0; i < g->n_steps; i++)
        if (g->steps[i]->scene && strcmp(g->steps[i]->scene, scene) == 0)
            put_step(g->steps[i], "    ", out);
    buf_puts(out, "  }\n");
}

static void put_steps(const struct graph *g, struct buf *out)
{
    struct map seen = {0};
    size_t n = 0;

    for (size_t i = 0; i < g->n_steps; i++) {
        struct step *s = g->steps[i];

        if (!s->scene)
            put_step(s, "  ", out);
        else if (!map_put(&seen, s->scene, s))
            put_scene(g, s->scene, n++, out);
    }
    map_release(&seen);
}

static void put_edges(const struct graph *g, struct buf *out)
{
    for (size_t i = 0; i < g->n_steps; i++) {
        const struct step *s = g->steps[i];

        for (size_t k = 0; k < s->n_inputs; k++) {
            if (!s->inputs[k].from)
                continue;
            buf_puts(out, "  ");
            put_quoted(out, s->inputs[k].from->id);
            buf_puts(out, " -> ");
            put_quoted(out, s->id);
            buf_puts(out, s->inputs[k].mode == EDGE_READ ? " [style=dashed];\n" : ";\n");
        }
    }
}

void graph_dot(const struct graph *g, struct buf *out)
{
    buf_puts(out, "digraph ");
    put_quoted(out, g->film ? g->film : "film");
    buf_puts(out, " {\n"
                  "  rankdir=LR; fontname=\"sans-serif\"; fontsize=14; labelloc=t; label=");
    put_quoted(out, g->title ? g->title : "");
    buf_puts(
        out,
        ";\n"
        "  node [shape=box, style=\"rounded,filled\", color=\"#546e7a\", fontname=\"sans-serif\", "
        "fontsize=11];\n"
        "  edge [color=\"#78909c\", arrowsize=0.7];\n");
    put_steps(g, out);
    put_edges(g, out);
    buf_puts(out, "}\n");
}
