// SPDX-License-Identifier: MIT
// Linking: order, circles, doubles, late values.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/graph.h"

enum { MOST_STEPS = 6, N_MANY = 100000 };

// Steps in the order in which they are added: "ID: INPUT INPUT", each input the id of another.
struct graph_case {
    const char *about;
    const char *steps[MOST_STEPS];
    const char *order; // ids after linking; NULL: it fails
    const char *said;  // a part of what is said to the diagnostics
    const char *bug;   // a part of *err
};

static const struct graph_case cases[] = {
    {"in order", {"a:", "b: a", "c: a b"}, "a b c", NULL, NULL},
    {"inputs first, else as added", {"z: a", "y:", "a:", "b: z"}, "a z y b", NULL, NULL},
    {"an input twice", {"b: a a", "a:"}, "a b", NULL, NULL},
    {"a step by itself", {"a: a"}, NULL, "film.yaml:1:1: error: a circle: a needs a", NULL},
    {"two", {"a: b", "b: a"}, NULL, "a circle: a needs b needs a", NULL},
    {"two, told at both places",
     {"a: b", "b: a"},
     NULL,
     "film.yaml:2:1: note: b is asked for here",
     NULL},
    {"not from the first",
     {"a: b", "b: c", "c: b"},
     NULL,
     "film.yaml:2:1: error: a circle: b needs c needs b",
     NULL},
    {"two circles", {"a: b", "b: a", "c: d", "d: c"}, NULL, "a circle: c needs d needs c", NULL},
    {"a double",
     {"a:", "b:", "a: b"},
     NULL,
     "film.yaml:3:1: error: this makes a second step called \"a\"",
     NULL},
    {"a double, where the first is",
     {"a:", "b:", "a: b"},
     NULL,
     "film.yaml:1:1: note: the first is made here",
     NULL},
    {"an unknown step", {"a: b"}, NULL, NULL, "step a: input in names the unknown step b"},
};

static const char source[] = "line one\nline two\nline three\nline four\nline five\nline six\n";

// Where line n of the source begins.
static struct span line_span(size_t n)
{
    const char *at = source;

    while (n--)
        at = strchr(at, '\n') + 1;
    return (struct span){1, (uint32_t)(at - source), (uint32_t)(at - source) + 4};
}

static void add_step(struct graph *g, const char *text, size_t line)
{
    struct str rest = str_of(text), id = str_cut(&rest, ':');
    struct step *s = graph_add(g, arena_strndup(g->arena, id.ptr, id.len), kind_find("image"));

    s->span = line_span(line);
    s->params = "{}";
    s->outputs = arena_array(g->arena, const char *, 1);
    s->outputs[s->n_outputs++] = "image";
    s->inputs = arena_array(g->arena, struct edge, MOST_STEPS);
    for (rest = str_trim(rest); rest.len;) {
        struct str name = str_cut(&rest, ' ');

        s->inputs[s->n_inputs++] =
            (struct edge){.name = "in", .step = arena_strndup(g->arena, name.ptr, name.len)};
    }
}

static void linking(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct graph_case *c = &cases[i];
        struct graph *g = graph_new();
        struct diag *d = diag_new();
        struct buf said = {0}, order = {0};
        struct err err = {0};
        bool ok;

        diag_add_source(d, "film.yaml", str_of(source));
        for (size_t k = 0; k < MOST_STEPS && c->steps[k]; k++)
            add_step(g, c->steps[k], k);
        ok = graph_link(g, d, &err);
        if (ok != (c->order != NULL))
            fail_msg("%s: %s", c->about, ok ? "linked" : err.text);
        for (size_t k = 0; ok && k < g->n_steps; k++) {
            assert_int_equal(g->steps[k]->index, k);
            assert_ptr_equal(graph_find(g, g->steps[k]->id), g->steps[k]);
            buf_printf(&order, "%s%s", k ? " " : "", g->steps[k]->id);
        }
        if (ok)
            assert_string_equal(buf_text(&order), c->order);
        diag_render(d, &said, false);
        if (c->said && !strstr(buf_text(&said), c->said))
            fail_msg("%s: \"%s\" is not in:\n%s", c->about, c->said, buf_text(&said));
        assert_int_equal(err.kind, ok ? ERR_NONE : c->bug ? ERR_BUG : ERR_FILM);
        if (c->bug)
            assert_non_null(strstr(err.text, c->bug));
        buf_release(&said);
        buf_release(&order);
        diag_free(d);
        graph_free(g);
    }
}

struct late_case {
    const char *params, *why; // why NULL: they are fine
};

// Of a step with the inputs "timing", "t0" and "a.b".
static const struct late_case lates[] = {
    {"{}", NULL},
    {"{\"seconds\": 3}", NULL},
    {"{\"seconds\": {\"late\": \"timing.seconds\"}}", NULL},
    {"{\"list\": [{\"start\": {\"late\": \"t0.lines.mara-x.start\", \"plus\": 0.5, \"min\": 1, "
     "\"max\": 30}}]}",
     NULL},
    {"{\"x\": {\"late\": \"a.b.seconds\"}}", NULL},
    {"{\"prompt\": [\"words \", {\"late\": \"timing.text\"}]}", NULL},
    {"{\"x\": {\"late\": \"voice.seconds\"}}", "\"voice.seconds\" names no input of this step"},
    {"{\"x\": {\"late\": \"timing\"}}", "a late value is \"INPUT.FACT\""},
    {"{\"x\": {\"late\": \"timing.\"}}", "names no input"},
    {"{\"x\": {\"late\": \".seconds\"}}", "names no input"},
    {"{\"x\": {\"late\": 3}}", "a late value is \"INPUT.FACT\""},
    {"{\"x\": {\"late\": \"timing.seconds\", \"times\": 2}}", "not \"times\""},
    {"{\"x\": {\"late\": \"timing.seconds\", \"plus\": \"1\"}}", "not \"plus\""},
    {"{\"x\": {\"late\": \"timing.seconds\", \"plus\": {\"late\": \"timing.seconds\"}}}",
     "not \"plus\""},
};

static void late_values(void **state)
{
    struct edge inputs[] = {{.name = "timing"}, {.name = "t0"}, {.name = "a.b"}};

    (void)state;
    for (size_t i = 0; i < sizeof(lates) / sizeof(*lates); i++) {
        struct err err;
        struct step step = {.id = "a", .inputs = inputs, .n_inputs = 3};
        struct buf why = {0}, text = {0};
        json_t *params;
        bool ok;

        params = json_read_loose(str_of(lates[i].params), &err);
        assert_non_null(params);
        json_canonical(params, &text);
        step.params = buf_text(&text);
        ok = graph_check_late(&step, &why);
        if (ok != !lates[i].why || (!ok && !strstr(buf_text(&why), lates[i].why)))
            fail_msg("%s: %s", lates[i].params, buf_text(&why));
        json_decref(params);
        buf_release(&text);
        buf_release(&why);
    }
}

// A deliverable of a step that is not there is the film's fault: `of` names steps.
static void deliverables(void **state)
{
    struct graph *g = graph_new();
    struct diag *d = diag_new();
    struct buf said = {0};
    struct err err = {0};

    (void)state;
    diag_add_source(d, "film.yaml", str_of(source));
    add_step(g, "scene/shot/image:", 0);
    *graph_deliver(g, "still") = (struct deliverable){
        .name = "still", .asked = "scene/shot/imgae", .span = line_span(1), .file = "out/a.png"};
    assert_false(graph_link(g, d, &err));
    assert_int_equal(err.kind, ERR_FILM);
    diag_render(d, &said, false);
    assert_non_null(
        strstr(buf_text(&said), "film.yaml:2:1: error: there is no step \"scene/shot/imgae\""));
    assert_non_null(strstr(buf_text(&said), "did you mean \"scene/shot/image\"?"));
    buf_release(&said);
    diag_free(d);
    graph_free(g);
}

// A chain of many steps, the last first: deep enough to end any recursion.
static void many_steps(void **state)
{
    struct graph *g = graph_new();
    struct diag *d = diag_new();
    struct err err = {0};
    char text[64];

    (void)state;
    for (int i = N_MANY; i > 0; i--) {
        snprintf(text, sizeof(text), i > 1 ? "%d: %d" : "%d:", i, i - 1);
        add_step(g, text, 0);
    }
    assert_true(graph_link(g, d, &err));
    assert_string_equal(g->steps[0]->id, "1");
    assert_string_equal(g->steps[N_MANY - 1]->id, "100000");
    diag_free(d);
    graph_free(g);
}

static void kinds(void **state)
{
    size_t n;
    const struct kind *all = kind_all(&n);

    (void)state;
    assert_int_equal(n, 24);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_ptr_equal(kind_find(all[i].name), &all[i]);
        assert_non_null(all[i].outputs[0]);
    }
    assert_null(kind_find("render"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linking),    cmocka_unit_test(late_values), cmocka_unit_test(deliverables),
        cmocka_unit_test(many_steps), cmocka_unit_test(kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
