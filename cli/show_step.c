// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "cli/planned.h"
#include "cli/show.h"
#include "cli/table.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/plan.h"

static void print_place(const struct place *at, struct buf *out)
{
    if (at->file)
        buf_printf(out, "%s:%u:%u", at->file, at->line, at->column);
}

static void print_head(const struct planned *p, const struct step *s, struct buf *out)
{
    const json_t *preset = graph_preset(p->film.graph, s);

    buf_printf(out, "%s\n", s->id);
    buf_printf(out, "  %s", s->kind->name);
    if (s->preset)
        buf_printf(out, " by %s", s->preset);
    if (json_get_text(preset, "driver", NULL))
        buf_printf(out, " (%s)", json_get_text(preset, "driver", NULL));
    if (s->take)
        buf_printf(out, ", take %u", s->take);
    if (s->at.file) {
        buf_puts(out, ", asked for at ");
        print_place(&s->at, out);
    }
    buf_char(out, '\n');
}

// What its service was when it made it: the version and the models that it told.
static void print_maker(const struct plan_row *row, struct buf *out)
{
    json_t *print, *models, *digest;
    const char *name;

    if (!row->service)
        return;
    print = json_loads(row->print, 0, NULL);
    models = json_object_get(print, "models");
    buf_printf(out, "  made by %s %s\n", row->service, json_get_text(print, "version", ""));
    json_object_foreach(models, name, digest)
        buf_printf(out, "    %s %.12s\n", name, json_string_value(digest));
    json_decref(print);
}

static void print_status(const struct plan_row *row, struct buf *out)
{
    buf_printf(out, "  %s%s%s", plan_status_name(row->status), row->picked ? ", picked" : "",
               row->locked ? ", locked" : "");
    if (row->why[0])
        buf_printf(out, ": %s", row->why);
    if (row->made_ms) {
        buf_puts(out, "; made ");
        planned_print_time(row->made_ms, out);
        if (row->where[0])
            buf_printf(out, " %s%s", strcmp(row->where, "here") == 0 ? "" : "on ", row->where);
        if (row->seconds > 0) {
            buf_puts(out, " in ");
            planned_print_seconds(row->seconds, out);
        }
    }
    buf_char(out, '\n');
    if (row->note)
        buf_printf(out, "  note: %s\n", row->note);
    print_maker(row, out);
    if (row->key[0])
        buf_printf(out, "  key %s\n", row->key);
}

static void print_words(const struct step *s, struct buf *out)
{
    struct table t = {.columns = 2};

    if (!s->n_words)
        return;
    buf_puts(out, "\nwords\n");
    for (size_t i = 0; i < s->n_words; i++) {
        struct buf at = {0};

        print_place(&s->words[i].at, &at);
        table_add(&t, "%s", buf_text(&at));
        table_add(&t, "%s", s->words[i].text);
        buf_release(&at);
    }
    table_print(&t, 2, out);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void add_value(struct table *t, const char *key, const json_t *value)
{
    struct buf text = {0};

    if (json_is_string(value))
        buf_puts(&text, json_string_value(value));
    else
        json_canonical(value, &text);
    table_add(t, "%s", key);
    table_add(t, "%s", buf_text(&text));
    buf_release(&text);
}

// Keys are sorted, values canonical JSON; texts stand as they are.
static void print_object(json_t *object, size_t indent, struct buf *out)
{
    struct table t = {.columns = 2};
    VEC(const char *) keys = {0};
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) {
        vec_push(&keys, key);
    }
    if (keys.n)
        qsort(keys.at, keys.n, sizeof(*keys.at), by_text);
    for (size_t i = 0; i < keys.n; i++)
        add_value(&t, keys.at[i], json_object_get(object, keys.at[i]));
    table_print(&t, indent, out);
    vec_release(&keys);
}

static void print_inputs(const struct step *s, struct buf *out)
{
    struct table t = {.columns = 3};

    if (!s->n_inputs)
        return;
    buf_puts(out, "\ninputs\n");
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct edge *e = &s->inputs[i];

        table_add(&t, "%s", e->name);
        table_add(&t, "%s%s%s", e->from ? e->from->id : e->file, e->from ? " : " : "",
                  e->from ? e->output : "");
        table_add(&t, "%s", e->mode == EDGE_READ ? "values only" : "");
    }
    table_print(&t, 2, out);
}

static void print_outputs(const struct plan_row *row, struct buf *out)
{
    buf_puts(out, "\noutputs\n");
    for (size_t i = 0; i < row->step->n_outputs && !row->n_artifacts; i++)
        buf_printf(out, "  %s\n", row->step->outputs[i]);
    for (size_t i = 0; i < row->n_artifacts; i++) {
        buf_printf(out, "  %s  %s\n", row->artifacts[i].name, row->artifacts[i].path);
        print_object(row->artifacts[i].facts, 4, out);
    }
}

void show_step(const struct planned *p, const struct plan_row *row, struct buf *out)
{
    const struct step *s = row->step;
    json_t *params = step_params(s);

    print_head(p, s, out);
    print_status(row, out);
    print_words(s, out);
    if (json_object_size(params)) {
        buf_puts(out, "\nparams\n");
        print_object(params, 2, out);
    }
    json_decref(params);
    print_inputs(s, out);
    print_outputs(row, out);
}
