// SPDX-License-Identifier: MIT
// Files of the whole film, put together where all parts but one are left out, are those of the
// whole film; and whatever cannot be told without the others is told so.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "compiler/compile.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/parts.h"
#include "tests/unit/scratch.h"

enum { FILES = 4 };

static const char film[] = "c41: 1\n"
                           "title: Parts\n"
                           "include: [scenes/*.yaml]\n"
                           "opens: {fade: 0.5}\n"
                           "cast: {ana: {looks: a pilot}}\n"
                           "locations: {deck: {looks: the deck, sound: waves}}\n"
                           "deliver: [web, {name: burnt, preset: web, subtitles: burn}]\n"
                           "scenes: [{id: end, shots: [{shot: a, card: The end}]}]\n";

static void put(struct arena *a, const char *folder, const char *name, const char *text)
{
    const char *path = path_join(a, folder, name);
    struct err err;

    assert_true(file_make_dirs(path_dir(a, path), &err));
    assert_true(file_write(path, text, strlen(text), &err));
}

static const char *part_name(struct arena *a, unsigned i)
{
    return arena_printf(a, "scenes/%u.yaml", i);
}

// Two scenes in a file; last is added to its last shot.
static void put_part(struct arena *a, const char *folder, unsigned i, const char *last)
{
    put(a, folder, part_name(a, i),
        arena_printf(a,
                     "- id: s%u\n  location: deck\n  shots:\n"
                     "    - {shot: a, image: wave %u, say: {ana: Go.}, transition: {dissolve: 1}}\n"
                     "    - {shot: b, image: a gull, seconds: %u}\n"
                     "- {id: t%u, shots: [{shot: a, image: fog %u, seconds: 4%s}]}\n",
                     i, i, i + 4, i, i, last));
}

static void put_film(struct arena *a, const char *folder)
{
    put(a, folder, "film.yaml", film);
    for (unsigned i = 0; i < FILES; i++)
        put_part(a, folder, i, "");
}

struct trial {
    struct arena *arena;
    char folder[SCRATCH_BYTES];
    struct map left_out, elsewhere;
    struct compile_options whole_opts, opts;
    struct compile *whole, *part;
    const struct graph *graph; // of part
    struct err err;
};

static void begin(struct trial *t)
{
    *t = (struct trial){.arena = arena_new()};
    scratch_make(t->folder);
    put_film(t->arena, t->folder);
    t->whole_opts = (struct compile_options){.film = path_join(t->arena, t->folder, "film.yaml"),
                                             .data_dir = UNIT_SOURCE_DIR,
                                             .draft = true};
}

static void end(struct trial *t)
{
    compile_free(t->part);
    compile_free(t->whole);
    map_release(&t->left_out);
    map_release(&t->elsewhere);
    scratch_remove(t->folder);
    arena_free(t->arena);
}

static void compile_whole(struct trial *t)
{
    compile_free(t->whole);
    t->whole = compile_new(&t->whole_opts);
    assert_non_null(compile_run(t->whole, &t->err));
}

// What the whole film says of all parts but number `only`.
static void leave_out(struct trial *t, unsigned only)
{
    size_t n;
    const struct part *parts = compile_parts(t->whole, &n);
    const struct graph *g = compile_graph(t->whole);

    map_release(&t->left_out);
    map_release(&t->elsewhere);
    assert_int_equal(n, FILES);
    for (size_t i = 0; i < n; i++) {
        struct film_left_out *out = arena_make(t->arena, struct film_left_out);

        *out = (struct film_left_out){parts[i].scenes, parts[i].given, parts[i].n_scenes};
        if (i != only)
            map_put(&t->left_out, parts[i].path, out);
    }
    for (size_t i = 0; i < g->n_steps; i++)
        map_put(&t->elsewhere, g->steps[i]->id, t);
}

static void compile_part(struct trial *t)
{
    t->opts = t->whole_opts;
    t->opts.drafted = true;
    t->opts.left_out = &t->left_out;
    t->opts.elsewhere = &t->elsewhere;
    compile_free(t->part);
    t->part = compile_new(&t->opts);
    t->graph = compile_run(t->part, &t->err);
}

static void same_edge(const struct edge *a, const struct edge *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->step ? a->step : "", b->step ? b->step : "");
    assert_string_equal(a->output ? a->output : "", b->output ? b->output : "");
    assert_string_equal(a->file ? a->file : "", b->file ? b->file : "");
    assert_int_equal(a->mode, b->mode);
}

static void same_file(struct trial *t, const char *id)
{
    const struct step *a = graph_find(compile_graph(t->whole), id);
    const struct step *b = graph_find(t->graph, id);

    assert_non_null(b);
    assert_string_equal(a->params, b->params);
    assert_int_equal(a->n_inputs, b->n_inputs);
    for (size_t i = 0; i < a->n_inputs; i++)
        same_edge(&a->inputs[i], &b->inputs[i]);
}

static void same_files(void **state)
{
    struct trial t;

    (void)state;
    begin(&t);
    compile_whole(&t);
    for (unsigned i = 0; i < FILES; i++) {
        leave_out(&t, i);
        compile_part(&t);
        assert_non_null(t.graph);
        assert_true(t.graph->n_steps < compile_graph(t.whole)->n_steps);
        same_file(&t, "film/web");
        same_file(&t, "film/burnt");
    }
    end(&t);
}

// A shot more, with words, moves all that stands behind it.
static void same_files_after_an_edit(void **state)
{
    struct trial t;

    (void)state;
    begin(&t);
    compile_whole(&t);
    leave_out(&t, 1);
    put_part(t.arena, t.folder, 1, "}, {shot: b, say: {ana: Come back.}");
    compile_part(&t);
    assert_non_null(t.graph);
    compile_whole(&t);
    same_file(&t, "film/web");
    same_file(&t, "film/burnt");
    end(&t);
}

static void wants_all(void **state)
{
    static const struct {
        unsigned only;
        const char *last; // of its last shot
    } cases[] = {
        {0, ", transition: {dissolve: 1}"}, // into what is left out
        {2, ", transition: {fade: 1}"},
        {1, "}, {image: {from: t0/a}"}, // a picture of it
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct trial t;

        begin(&t);
        compile_whole(&t);
        leave_out(&t, cases[i].only);
        put_part(t.arena, t.folder, cases[i].only, cases[i].last);
        compile_part(&t);
        assert_null(t.graph);
        assert_int_equal(t.err.kind, ERR_TRANSIENT);
        end(&t);
    }
}

// The scene that is first now took another for that; and a transition was led into one that is
// gone.
static void wants_all_for_the_ends(void **state)
{
    struct trial t;

    (void)state;
    begin(&t);
    compile_whole(&t);
    leave_out(&t, 0);
    put(t.arena, t.folder, part_name(t.arena, 0), "[]\n");
    compile_part(&t);
    assert_null(t.graph);
    put_part(t.arena, t.folder, 0, ", transition: {dissolve: 1}");
    compile_whole(&t);
    leave_out(&t, 1);
    compile_part(&t); // part 0 leads into part 1, and says so
    assert_null(t.graph);
    assert_int_equal(t.err.kind, ERR_TRANSIENT);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_files),
        cmocka_unit_test(same_files_after_an_edit),
        cmocka_unit_test(wants_all),
        cmocka_unit_test(wants_all_for_the_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
