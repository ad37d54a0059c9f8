// SPDX-License-Identifier: MIT
#include "compiler/graph.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/vec.h"

struct graph *graph_new(void)
{
    struct arena *a = arena_new();
    struct graph *g = arena_make(a, struct graph);

    g->arena = a;
    g->presets = json_object();
    return g;
}

void graph_free(struct graph *g)
{
    if (!g)
        return;
    json_decref(g->presets);
    mem_free(g->steps);
    mem_free(g->deliverables);
    map_release(&g->by_id);
    arena_free(g->arena);
}

struct step *graph_make(struct graph *g, const char *id, const struct kind *kind)
{
    struct step *s = arena_make(g->arena, struct step);

    s->id = arena_strdup(g->arena, id);
    s->kind = kind;
    return s;
}

static void append(struct graph *g, struct step *s)
{
    s->index = g->n_steps;
    if (g->n_steps == g->cap_steps) {
        g->cap_steps = vec_next_cap(g->cap_steps, 64);
        g->steps = mem_resize(g->steps, g->cap_steps, sizeof(struct step *));
    }
    g->steps[g->n_steps++] = s;
}

struct step *graph_add(struct graph *g, const char *id, const struct kind *kind)
{
    struct step *s = graph_make(g, id, kind);

    map_add(&g->by_id, s->id, s); // graph_link says what it is when one is called so already
    append(g, s);
    return s;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_step(const struct step *a, const struct step *b)
{
    if (a->kind != b->kind || a->n_inputs != b->n_inputs || !same_text(a->preset, b->preset) ||
        strcmp(a->params, b->params) != 0)
        return false;
    for (size_t i = 0; i < a->n_inputs; i++)
        if (!same_text(a->inputs[i].step, b->inputs[i].step) ||
            !same_text(a->inputs[i].file, b->inputs[i].file))
            return false;
    return true;
}

void graph_join(struct graph *g, struct step *s, size_t from)
{
    const struct step *first = map_add(&g->by_id, s->id, s);

    if (!first || first->index >= from || !same_step(first, s))
        append(g, s);
}

struct deliverable *graph_deliver(struct graph *g, const char *name)
{
    if (g->n_deliverables == g->cap_deliverables) {
        g->cap_deliverables = vec_next_cap(g->cap_deliverables, 8);
        g->deliverables =
            mem_resize(g->deliverables, g->cap_deliverables, sizeof(*g->deliverables));
    }
    g->deliverables[g->n_deliverables] = (struct deliverable){.name = arena_strdup(g->arena, name)};
    return &g->deliverables[g->n_deliverables++];
}

struct step *graph_find(const struct graph *g, const char *id)
{
    return map_find(&g->by_id, id);
}

json_t *step_params(const struct step *s)
{
    return json_loads(s->params, JSON_ALLOW_NUL, NULL);
}

// The byte behind the value that begins at text, which is canonical JSON.
static const char *skip_value(const char *text)
{
    unsigned depth = 0;

    for (;; text++) {
        if (*text == '"') {
            while (*++text != '"')
                text += *text == '\\';
        } else if (*text == '{' || *text == '[') {
            depth++;
        } else if (*text == '}' || *text == ']') {
            if (depth-- == 0)
                return text;
        } else if (*text == ',' && depth == 0) {
            return text;
        }
    }
}

// The value of a member, or NULL. A member is "name":value; names of params need no escapes.
static const char *find_param(const struct step *s, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = s->params + 1; *at == '"'; at++) {
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '"')
            return at + len + strlen("\"\":");
        at = skip_value(at);
        if (*at != ',')
            break;
    }
    return NULL;
}

bool step_has_param(const struct step *s, const char *name)
{
    return find_param(s, name) != NULL;
}

void graph_set_flag(struct graph *g, struct step *s, const char *name, bool flag)
{
    const char *value = find_param(s, name), *now = flag ? "true" : "false";
    const char *was = flag ? "false" : "true";
    size_t head, tail;
    char *params;

    if (!value || strncmp(value, was, strlen(was)) != 0)
        return;
    head = (size_t)(value - s->params);
    tail = strlen(value + strlen(was)) + 1;
    params = (char *)(uintptr_t)s->params; // the graph's own; "true" has room where "false" was
    if (strlen(now) > strlen(was))
        params = memcpy(arena_alloc(g->arena, head + strlen(now) + tail), s->params, head);
    memmove(params + head + strlen(now), value + strlen(was), tail);
    memcpy(params + head, now, strlen(now));
    s->params = params;
}

const json_t *graph_preset(const struct graph *g, const struct step *s)
{
    return s->preset ? json_object_get(json_object_get(g->presets, s->kind->name), s->preset)
                     : NULL;
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_string(text));
}

static json_t *edge_json(const struct edge *e)
{
    json_t *out = json_object();

    set_text(out, "name", e->name);
    set_text(out, "file", e->file);
    set_text(out, "step", e->from ? e->from->id : NULL);
    set_text(out, "output", e->output);
    json_object_set_new(out, "mode", json_string(e->mode == EDGE_READ ? "read" : "use"));
    return out;
}

static json_t *step_json(const struct step *s)
{
    json_t *out = json_object(), *inputs = json_array(), *outputs = json_array();
    json_t *words = json_array();

    for (size_t i = 0; i < s->n_inputs; i++)
        json_array_append_new(inputs, edge_json(&s->inputs[i]));
    for (size_t i = 0; i < s->n_outputs; i++)
        json_array_append_new(outputs, json_string(s->outputs[i]));
    for (size_t i = 0; i < s->n_words; i++)
        json_array_append_new(words, json_string(s->words[i].text));
    set_text(out, "id", s->id);
    set_text(out, "kind", s->kind->name);
    json_object_set_new(out, "version", json_integer(s->kind->version));
    set_text(out, "preset", s->preset);
    json_object_set_new(out, "params", step_params(s));
    json_object_set_new(out, "inputs", inputs);
    json_object_set_new(out, "outputs", outputs);
    json_object_set_new(out, "words", words);
    set_text(out, "note", s->note);
    set_text(out, "scene", s->scene);
    set_text(out, "shot", s->shot);
    if (s->take)
        json_object_set_new(out, "take", json_integer(s->take));
    return out;
}

static json_t *deliverable_json(const struct deliverable *d)
{
    json_t *out = json_object();

    set_text(out, "name", d->name);
    set_text(out, "step", d->step->id);
    set_text(out, "output", d->output);
    set_text(out, "file", d->file);
    set_text(out, "draft_file", d->draft_file);
    return out;
}

json_t *graph_json(const struct graph *g)
{
    json_t *out = json_object(), *steps = json_array(), *deliverables = json_array();

    for (size_t i = 0; i < g->n_steps; i++)
        json_array_append_new(steps, step_json(g->steps[i]));
    for (size_t i = 0; i < g->n_deliverables; i++)
        json_array_append_new(deliverables, deliverable_json(&g->deliverables[i]));
    set_text(out, "film", g->film);
    set_text(out, "title", g->title);
    json_object_set(out, "presets", g->presets);
    json_object_set_new(out, "steps", steps);
    json_object_set_new(out, "deliverables", deliverables);
    return out;
}
