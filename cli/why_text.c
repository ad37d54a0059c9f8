// SPDX-License-Identifier: MIT
#include "cli/why_text.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "cli/planned.h"
#include "compiler/graph.h"
#include "runtime/plan.h"
#include "runtime/why.h"

enum { INDENT = 2, MOST_WAITS = 4 };

// A story is told once, however many ways lead to it.
struct teller {
    VEC(const struct why *) told;
};

static bool is_told(struct teller *t, const struct why *why)
{
    for (size_t i = 0; i < t->told.n; i++)
        if (t->told.at[i] == why)
            return true;
    vec_push(&t->told, why);
    return false;
}

static void print_place(const struct place *at, size_t indent, struct buf *out)
{
    struct str line = str_trim(str_of(at->text ? at->text : ""));

    buf_repeat(out, ' ', indent);
    buf_printf(out, "%s:%u:%u: ", at->file, at->line, at->column);
    buf_str(out, line);
    buf_char(out, '\n');
}

static void print_causes(struct teller *t, const struct why *why, size_t indent, struct buf *out);
static void print_story(struct teller *t, const struct why *why, size_t indent, struct buf *out);

static void print_change(const struct why_change *c, size_t indent, struct buf *out)
{
    buf_repeat(out, ' ', indent);
    why_print_change(c, out);
    buf_char(out, '\n');
    for (size_t i = 0; i < c->n_at; i++)
        print_place(c->at[i], indent + INDENT, out);
}

void why_text_changes(const struct why *why, size_t indent, struct buf *out)
{
    for (size_t i = 0; i < why->n_changes; i++)
        print_change(&why->changes[i], indent, out);
}

// The line of the film is said once for all words that it asks for.
static bool asks_the_same(const struct why_change *a, const struct why_change *b)
{
    return a->n_at == b->n_at && a->n_at > 0 &&
           memcmp(a->at, b->at, a->n_at * sizeof(struct place *)) == 0;
}

static void print_changes(struct teller *t, const struct why *why, size_t indent, struct buf *out)
{
    for (size_t i = 0; i < why->n_changes; i++) {
        const struct why_change *c = &why->changes[i];
        bool more = i + 1 < why->n_changes && asks_the_same(c, c + 1);

        buf_repeat(out, ' ', indent);
        why_print_change(c, out);
        buf_char(out, '\n');
        for (size_t k = 0; k < c->n_at && !more; k++)
            print_place(c->at[k], indent + INDENT, out);
        if (c->because)
            print_story(t, c->because, indent + INDENT, out);
    }
}

static const char *state_of(const struct why *why)
{
    if (why->reason == WHY_NEVER)
        return ", which was never made";
    return why->reason == WHY_GONE ? ", whose files are gone" : "";
}

static void print_waits(struct teller *t, const struct why *why, size_t indent, struct buf *out)
{
    for (size_t i = 0; i < why->n_waits && i < MOST_WAITS; i++) {
        const struct why *of = why->waits[i];
        bool told = is_told(t, of);

        buf_repeat(out, ' ', indent);
        buf_printf(out, "waits for %s%s%s\n", of->step->id, state_of(of), told ? ": as above" : "");
        if (!told)
            print_causes(t, of, indent + INDENT, out);
    }
    if (why->n_waits > MOST_WAITS) {
        buf_repeat(out, ' ', indent);
        buf_printf(out, "waits for %zu more\n", why->n_waits - MOST_WAITS);
    }
}

static void print_causes(struct teller *t, const struct why *why, size_t indent, struct buf *out)
{
    print_changes(t, why, indent, out);
    print_waits(t, why, indent, out);
    if (why->fault) {
        buf_repeat(out, ' ', indent);
        buf_printf(out, "%s\n", why->fault);
    }
}

static void print_story(struct teller *t, const struct why *why, size_t indent, struct buf *out)
{
    bool told = is_told(t, why);

    if (!why->n_changes && !why->n_waits)
        return;
    buf_repeat(out, ' ', indent);
    buf_printf(out, "%s:%s\n", why->step->id, told ? " as above" : "");
    if (!told)
        print_causes(t, why, indent + INDENT, out);
}

static const char *driver_of(const struct graph *g, const struct step *s)
{
    return json_get_text(graph_preset(g, s), "driver", "local");
}

static void print_made(const struct graph *g, const struct plan_row *row, struct buf *out)
{
    const struct step *s = row->step;

    if (!row->made_ms)
        return;
    buf_puts(out, "  made ");
    planned_print_time(row->made_ms, out);
    if (row->where[0])
        buf_printf(out, " %s%s", strcmp(row->where, "here") == 0 ? "" : "on ", row->where);
    buf_printf(out, " by %s", s->preset ? s->preset : driver_of(g, s));
    if (row->seconds > 0) {
        buf_puts(out, " in ");
        planned_print_seconds(row->seconds, out);
    }
    buf_char(out, '\n');
}

static void print_head(const struct plan_row *row, const struct why *why, struct buf *out)
{
    buf_printf(out, "%s: %s", row->step->id, plan_row_word(row));
    if (row->status == PLAN_BLOCKED)
        buf_printf(out, ": %s", row->why);
    else if (why->reason == WHY_NEVER)
        buf_puts(out, ": never made");
    else if (why->reason == WHY_GONE)
        buf_puts(out, ": its files are gone");
    buf_char(out, '\n');
}

void why_text_print(const struct graph *g, const struct plan_row *row, const struct why *why,
                    struct buf *out)
{
    struct teller t = {0};

    print_head(row, why, out);
    if (why->reason == WHY_CURRENT)
        print_made(g, row, out);
    if (row->note)
        buf_printf(out, "  note: %s\n", row->note);
    is_told(&t, why);
    print_changes(&t, why, INDENT, out);
    print_waits(&t, why, INDENT, out);
    if (why->before_ms && why->n_changes) {
        buf_puts(out, "  since it was made ");
        planned_print_time(why->before_ms, out);
        buf_char(out, '\n');
    }
    if (why->reason == WHY_NEVER && row->step->at.file)
        print_place(&row->step->at, INDENT, out);
    vec_release(&t.told);
}

static const char *reason_name(enum why_reason reason)
{
    static const char *const names[] = {
        [WHY_CURRENT] = "current", [WHY_NEVER] = "never made", [WHY_GONE] = "files gone",
        [WHY_CHANGED] = "changed", [WHY_WAITS] = "waits",      [WHY_FAULT] = "fault",
    };

    return names[reason];
}

static json_t *places_json(const struct why_change *c)
{
    json_t *list = json_array();

    for (size_t i = 0; i < c->n_at; i++)
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:i, s:s}", "file", c->at[i]->file, "line",
                                        (int)c->at[i]->line, "column", (int)c->at[i]->column,
                                        "text", c->at[i]->text ? c->at[i]->text : ""));
    return list;
}

// Of inputs digests, which are text already; of words canonical JSON.
static json_t *value_json(const struct difference *d, const char *value)
{
    if (!value)
        return json_null();
    return d->of == DIFFERENCE_INPUT ? json_string(value)
                                     : json_loads(value, JSON_DECODE_ANY, NULL);
}

static json_t *story_json(struct teller *t, const struct why *why);

static json_t *change_json(struct teller *t, const struct why_change *c)
{
    static const char *const of[] = {
        [DIFFERENCE_WORD] = "word", [DIFFERENCE_INPUT] = "input", [DIFFERENCE_MAKING] = "making"};
    struct buf line = {0};
    json_t *out;

    why_print_change(c, &line);
    out = json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:s*, s:s*, s:s*, s:s*}", "of", of[c->what.of],
                    "field", c->what.field, "before", value_json(&c->what, c->what.before), "now",
                    value_json(&c->what, c->what.now), "text", buf_text(&line), "at",
                    places_json(c), "step", c->from ? c->from->id : NULL, "file", c->file,
                    "before_step", c->before_step, "now_step", c->now_step);
    if (c->because)
        json_object_set_new(out, "because", story_json(t, c->because));
    buf_release(&line);
    return out;
}

static json_t *story_json(struct teller *t, const struct why *why)
{
    json_t *out = json_pack("{s:s, s:s}", "id", why->step->id, "reason", reason_name(why->reason));
    json_t *changes, *waits;

    if (is_told(t, why)) {
        json_object_set_new(out, "told", json_true()); // it stands elsewhere in the same value
        return out;
    }
    changes = json_array();
    waits = json_array();
    for (size_t i = 0; i < why->n_changes; i++)
        json_array_append_new(changes, change_json(t, &why->changes[i]));
    for (size_t i = 0; i < why->n_waits; i++)
        json_array_append_new(waits, story_json(t, why->waits[i]));
    if (why->before)
        json_object_set_new(
            out, "before",
            json_pack("{s:s, s:I}", "key", why->before, "made_ms", (json_int_t)why->before_ms));
    if (why->fault)
        json_object_set_new(out, "fault", json_string(why->fault));
    json_object_set_new(out, "changes", changes);
    json_object_set_new(out, "waits", waits);
    return out;
}

json_t *why_text_json(const struct graph *g, const struct plan_row *row, const struct why *why)
{
    struct teller t = {0};
    json_t *out = story_json(&t, why);

    json_object_set_new(out, "kind", json_string(row->step->kind->name));
    json_object_set_new(out, "status", json_string(plan_row_word(row)));
    json_object_set_new(out, "why", json_string(row->why));
    if (row->key[0])
        json_object_set_new(out, "key", json_string(row->key));
    if (row->made_ms)
        json_object_set_new(out, "made",
                            json_pack("{s:I, s:f, s:s, s:s, s:s, s:s*}", "ms",
                                      (json_int_t)row->made_ms, "seconds", row->seconds, "machine",
                                      row->where, "preset",
                                      row->step->preset ? row->step->preset : "", "driver",
                                      driver_of(g, row->step), "note", row->note));
    vec_release(&t.told);
    return out;
}
