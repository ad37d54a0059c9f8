// SPDX-License-Identifier: MIT
#include "runtime/books.h"

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/walk.h"

json_t *books_new(void)
{
    return json_pack("{s:i, s:f, s:{}, s:{}, s:{}}", "steps", 0, "seconds", 0.0, "shared", "drafts",
                     "said");
}

static void add_number(json_t *books, const char *key, double more)
{
    double sum = json_get_number(books, key, 0) + more;

    json_object_set_new(books, key, json_real(sum));
}

// One part more (or less) that has a name.
static void count(json_t *list, const char *name, double seconds, int more)
{
    json_t *at = json_object_get(list, name);
    json_int_t parts = json_get_integer(at, "parts", 0) + more;

    if (parts <= 0)
        json_object_del(list, name);
    else
        json_object_set_new(list, name,
                            json_pack("{s:I, s:f}", "parts", parts, "seconds", seconds));
}

static void count_all(json_t *books, const char *key, const json_t *entry, int more)
{
    const char *name;
    json_t *seconds;

    json_object_foreach(json_object_get(entry, key), name, seconds)
        count(json_object_get(books, key), name, json_number_value(seconds), more);
}

void books_take(json_t *books, const char *path, const json_t *entry)
{
    add_number(books, "steps", -json_get_number(entry, "steps", 0));
    add_number(books, "seconds", -json_get_number(entry, "seconds", 0));
    count_all(books, "shared", entry, -1);
    count_all(books, "drafts", entry, -1);
    json_object_del(json_object_get(books, "said"), path);
}

void books_put(json_t *books, const char *path, const char *said, const json_t *entry)
{
    add_number(books, "steps", json_get_number(entry, "steps", 0));
    add_number(books, "seconds", json_get_number(entry, "seconds", 0));
    count_all(books, "shared", entry, 1);
    count_all(books, "drafts", entry, 1);
    if (said[0])
        json_object_set_new(json_object_get(books, "said"), path, json_string(said));
}

// The entries while steps are gone through.
struct entering {
    const struct walk *walk;
    json_t **entries;
    size_t *seen_by; // by step.index: the part, from 1, that it was last entered for: saves work
};

static void enter_draft(json_t *entry, const struct work *work)
{
    if (work_is_drafted(work))
        json_object_set_new(json_object_get(entry, "drafts"), work->step->kind->name, json_real(0));
}

// Enters the shared steps that step takes in, and those that they take in.
static void enter_shared(struct entering *e, size_t part, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct step *from = step->inputs[i].from;
        const struct work *work = from ? &e->walk->works[from->index] : NULL;

        if (!from || from->scene || !work->wanted || e->seen_by[from->index] == part + 1)
            continue;
        e->seen_by[from->index] = part + 1;
        json_object_set_new(json_object_get(e->entries[part], "shared"), from->id,
                            json_real(work->seconds));
        enter_draft(e->entries[part], work);
        enter_shared(e, part, from);
    }
}

// Enters a step that a file of the whole film takes in for the part's sake.
static void enter_given(struct entering *e, size_t part, const char *id)
{
    const struct step *step = id ? graph_find(e->walk->graph, id) : NULL;
    const struct work *work = step ? &e->walk->works[step->index] : NULL;

    if (!step || step->scene || !work->wanted)
        return;
    json_object_set_new(json_object_get(e->entries[part], "shared"), id, json_real(work->seconds));
    enter_draft(e->entries[part], work);
    enter_shared(e, part, step);
}

// What a scene gives is a list, one for each file: "inputs", each [NAME, MODE, STEP, OUTPUT], and
// "beds", for each shot those under it, each {"step"}; as stdlib/rules/deliver.lua has it.
static void enter_all_given(struct entering *e, size_t part, const char *text)
{
    json_t *list = json_loads(text, JSON_ALLOW_NUL, NULL), *given, *input, *beds, *bed;
    size_t i, k, n;

    json_array_foreach(list, i, given) {
        json_array_foreach(json_object_get(given, "inputs"), k, input)
            enter_given(e, part, json_string_value(json_array_get(input, 2)));
        json_array_foreach(json_object_get(given, "beds"), k, beds)
            json_array_foreach(beds, n, bed)
                enter_given(e, part, json_get_text(bed, "step", NULL));
    }
    json_decref(list);
}

static void enter(struct entering *e, size_t part, const struct work *work)
{
    json_t *entry = e->entries[part];

    add_number(entry, "steps", 1);
    add_number(entry, "seconds", work->key[0] ? work->seconds : 0);
    enter_draft(entry, work);
    enter_shared(e, part, work->step);
}

static json_t *list_texts(const char *const *texts, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(texts[i]));
    return list;
}

static json_t *new_entry(const struct built_part *part)
{
    json_t *entry =
        json_pack("{s:i, s:f, s:{}, s:{}}", "steps", 0, "seconds", 0.0, "shared", "drafts");

    json_object_set_new(entry, "scenes", list_texts(part->scenes, part->n_scenes));
    json_object_set_new(entry, "looks_at", list_texts(part->looks_at, part->n_looks_at));
    return entry;
}

json_t **books_entries(const struct walk *w, const struct built_part *parts, size_t n)
{
    struct entering e = {.walk = w,
                         .entries = mem_new((n + 1) * sizeof(json_t *)),
                         .seen_by = mem_new((w->graph->n_steps + 1) * sizeof(size_t))};
    struct map part_of = {0}; // scene -> its part

    for (size_t i = 0; i < n; i++) {
        if (parts[i].left_out)
            continue;
        e.entries[i] = new_entry(&parts[i]);
        for (size_t k = 0; k < parts[i].n_scenes; k++)
            map_put(&part_of, parts[i].scenes[k], &e.entries[i]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < parts[i].n_scenes; k++)
            if (parts[i].given[k])
                enter_all_given(&e, i, parts[i].given[k]);
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const struct work *work = &w->works[i];
        json_t **at =
            work->wanted && work->step->scene ? map_find(&part_of, work->step->scene) : NULL;

        if (at)
            enter(&e, (size_t)(at - e.entries), work);
    }
    map_release(&part_of);
    mem_free(e.seen_by);
    return e.entries;
}

size_t books_steps(const json_t *books, const struct graph *g)
{
    size_t n = (size_t)json_get_integer(books, "steps", 0);
    const char *id;
    json_t *about;

    json_object_foreach(json_object_get(books, "shared"), id, about)
        n += !graph_find(g, id);
    return n;
}

double books_seconds(const json_t *books, const struct graph *g)
{
    double sum = json_get_number(books, "seconds", 0);
    const char *id;
    json_t *about;

    json_object_foreach(json_object_get(books, "shared"), id, about)
        if (!graph_find(g, id))
            sum += json_get_number(about, "seconds", 0);
    return sum;
}
