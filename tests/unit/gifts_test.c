// SPDX-License-Identifier: MIT
// What scenes have given comes back as it was left, and only for the build that left it.
#include "runtime/gifts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/graph.h"
#include "runtime/books.h"
#include "runtime/built.h"
#include "runtime/walk.h"
#include "tests/unit/scratch.h"

static const char key_of_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

struct trial {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct graph *graph;
    struct walk walk;
    struct built_from from;
};

static struct step *add_step(struct graph *g, const char *id, const char *kind)
{
    struct step *s = graph_add(g, id, kind_find(kind));

    s->outputs = arena_array(g->arena, const char *, 1);
    s->outputs[0] = kind;
    s->n_outputs = 1;
    return s;
}

// One scene that was made, of which the film's file takes a/cut, and b/cut of one that was not.
static void begin(struct trial *t)
{
    struct step *film;

    *t = (struct trial){.arena = arena_new(), .graph = graph_new()};
    scratch_make(t->folder);
    add_step(t->graph, "a/cut", "cut")->scene = "a";
    film = add_step(t->graph, "film/web", "conform");
    film->inputs = arena_array(t->graph->arena, struct edge, 2);
    film->inputs[0] = (struct edge){.name = "cut", .step = "a/cut", .from = t->graph->steps[0]};
    film->inputs[1] = (struct edge){.name = "cut", .step = "b/cut", .output = "cut"};
    film->n_inputs = 2;
    graph_deliver(t->graph, "web")->step = film;
    t->walk = (struct walk){.graph = t->graph, .arena = t->arena};
    t->walk.works = arena_array(t->arena, struct work, 2);
    memcpy(t->walk.works[0].key, key_of_a, sizeof(key_of_a));
    t->from.path = path_join(t->arena, t->folder, "built/film");
}

static void end(struct trial *t)
{
    graph_free(t->graph);
    scratch_remove(t->folder);
    arena_free(t->arena);
}

static const char *const scenes[] = {"a", "c"}, *const given[] = {"[{\"x\":1}]", "[]"};

static void comes_back(void **state)
{
    struct built_part parts[] = {
        {.path = "b.yaml", .left_out = true},
        {.path = "none.yaml", .left_out = true},
        {.path = "a.yaml", .scenes = scenes, .given = given, .n_scenes = 2}};
    struct gift left[] = {{"a.yaml", "old", "[old]"}, {"b.yaml", "b", "[b]"}};
    struct gifts last = {.scenes = left, .n_scenes = 2}, found;
    char digest[DIGEST_HEX_BYTES], b_key[] = "bb";
    struct trial t;
    struct err err;
    size_t n;

    (void)state;
    begin(&t);
    map_put(&last.parts, "a.yaml", &left[0]);
    map_put(&last.parts, "b.yaml", &left[1]);
    map_put(&last.keys, "b/cut", b_key);
    t.from.parts = parts;
    t.from.n_parts = 3;
    t.from.gifts = &last;
    assert_true(gifts_leave(&t.from, &t.walk, digest, &err));
    assert_true(gifts_read(&found, t.from.path, digest, t.arena));
    assert_int_equal(found.n_scenes, 3);
    assert_string_equal(gifts_part(&found, "b.yaml", &n)->text, "[b]");
    assert_int_equal(n, 1);
    assert_string_equal(gifts_part(&found, "a.yaml", &n)[1].name, "c");
    assert_int_equal(n, 2);
    assert_null(gifts_part(&found, "none.yaml", &n));
    assert_int_equal(n, 0);
    assert_string_equal(map_find(&found.keys, "a/cut"), key_of_a);
    assert_string_equal(map_find(&found.keys, "b/cut"), "bb");
    gifts_release(&found);
    digest[0] = digest[0] == '0' ? '1' : '0';
    assert_false(gifts_read(&found, t.from.path, digest, t.arena));
    gifts_release(&found);
    gifts_release(&last);
    end(&t);
}

// What has no key cannot be found again; where scenes give nothing there is nothing to leave.
static void cannot_be_left(void **state)
{
    struct built_part part = {.path = "a.yaml", .scenes = scenes, .given = given, .n_scenes = 2};
    const char *const nothing[] = {NULL, NULL};
    char digest[DIGEST_HEX_BYTES];
    struct trial t;
    struct err err;

    (void)state;
    begin(&t);
    t.from.parts = &part;
    t.from.n_parts = 1;
    assert_false(gifts_leave(&t.from, &t.walk, digest, &err));
    part.given = nothing;
    assert_true(gifts_leave(&t.from, &t.walk, digest, &err));
    assert_string_equal(digest, "");
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(cannot_be_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
