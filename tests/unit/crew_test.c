// SPDX-License-Identifier: MIT
// However many threads lower the scenes of a film, it comes to the same graph and the same words.
#include "compiler/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/compile.h"
#include "compiler/graph.h"
#include "compiler/parts.h"
#include "tests/unit/scratch.h"

enum { SCENES = 150, MANY_SCENES = 900, FILES = 10 };

static const char film[] = "c41: 1\n"
                           "title: Many\n"
                           "include: [scenes/*.yaml]\n"
                           "cast: {ana: {looks: a pilot}}\n"
                           "locations: {deck: {looks: the deck, sound: waves}}\n"
                           "deliver: [{preset: web, each: scene}]\n";

// Pictures run over from one scene to the next, beds too, and one file has all of them.
static const char whole_film[] = "c41: 1\n"
                                 "title: Many\n"
                                 "include: [scenes/*.yaml]\n"
                                 "cast: {ana: {looks: a pilot}}\n"
                                 "locations: {deck: {looks: the deck, sound: waves}}\n"
                                 "deliver: [web, {preset: reels, subtitles: burn}]\n";

static const char hooked[] = "hooks: film.lua\n";
static const char idle_hook[] = "require('c41.on').shot(function() end)\n";

static const char hook[] =
    "local on = require 'c41.on'\n"
    "local words = require 'words'\n"
    "on.shot(function(shot)\n"
    "  shot.note = c41.read('notes.txt') .. words.of(shot)\n"
    "  if shot.size == 'insert' then c41.warn(c41.place(shot, 'size'), 'small') end\n"
    "end)\n"
    "on.step(function(step)\n"
    "  if step.kind == 'image' then step.params.prompt = step.params.prompt .. '!' end\n"
    "end)\n";

static void put(struct arena *a, const char *folder, const char *name, const char *text)
{
    const char *path = path_join(a, folder, name);
    struct err err;

    assert_true(file_make_dirs(path_dir(a, path), &err));
    assert_true(file_write(path, text, strlen(text), &err));
}

// Some scenes point at one far away; wrong is put into a shot of two of them.
static void put_scenes(struct arena *a, const char *folder, unsigned scenes, const char *wrong)
{
    for (unsigned f = 0; f < FILES; f++) {
        struct buf text = {0};

        for (unsigned i = f * scenes / FILES; i < (f + 1) * scenes / FILES; i++) {
            buf_printf(&text, "- id: s%u\n  location: deck\n  shots:\n", i);
            buf_printf(&text, "    - {shot: a, image: Ana on wave %u%s}\n", i,
                       i % 100 == 7 ? ", size: insert" : "");
            buf_printf(&text,
                       "    - {shot: b, image: {from: s%u/a}, say: {ana: \"Line %u.\"}, "
                       "transition: {dissolve: 0.5}%s}\n",
                       i % 10 == 3 ? (i + 75) % scenes : i, i, i == 5 || i == 140 ? wrong : "");
        }
        put(a, folder, arena_printf(a, "scenes/%02u.yaml", f), buf_text(&text));
        buf_release(&text);
    }
}

// The graph as JSON, or what was said of the film, in a.
static const char *compile_with(struct arena *a, const char *folder, unsigned threads, bool fine)
{
    struct compile_options opts = {.film = path_join(a, folder, "film.yaml"),
                                   .data_dir = UNIT_SOURCE_DIR,
                                   .draft = true,
                                   .threads = threads};
    struct compile *c = compile_new(&opts);
    struct err err = {0};
    const struct graph *g = compile_run(c, &err);
    struct buf text = {0};
    json_t *json;
    size_t n_parts;
    const char *copy;

    if (fine != (g != NULL)) {
        diag_render(compile_diag(c), &text, false);
        fail_msg("%s %s", err.text, buf_text(&text));
    }
    if (g) {
        json = graph_json(g);
        json_canonical(json, &text);
        json_decref(json);
        compile_parts(c, &n_parts);
        assert_int_equal(n_parts, FILES);
        for (size_t i = 0; i < g->n_steps; i += 97)
            buf_printf(&text, "\n%s:%u", g->steps[i]->at.file, g->steps[i]->at.line);
    }
    diag_render(compile_diag(c), &text, false);
    copy = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    compile_free(c);
    return copy;
}

static void same_for_all(const char *text, const char *wrong, const char *says)
{
    static const unsigned counts[] = {2, 64};
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    const char *alone;

    scratch_make(folder);
    put(a, folder, "film.yaml", arena_printf(a, "%s%s", text, hooked));
    put(a, folder, "film.lua", hook);
    put(a, folder, "words.lua", "return {of = function(shot) return ' of ' .. shot.shot end}\n");
    put(a, folder, "notes.txt", "a note");
    put_scenes(a, folder, SCENES, wrong);
    alone = compile_with(a, folder, 1, !wrong[0]);
    assert_non_null(strstr(alone, says));
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        assert_string_equal(compile_with(a, folder, counts[i], !wrong[0]), alone);
    scratch_remove(folder);
    arena_free(a);
}

static void same_graph(void **state)
{
    (void)state;
    same_for_all(film, "", "warning: small");
}

static void same_graph_of_one_file(void **state)
{
    (void)state;
    same_for_all(whole_film, "", "warning: small");
}

static void same_errors(void **state)
{
    (void)state;
    same_for_all(film, ", wears: {ana: gold}", "unknown wardrobe of ana: \"gold\"");
    same_for_all(whole_film, ", wears: {ana: gold}", "unknown wardrobe of ana: \"gold\"");
}

// A film without hooks is long enough here for Lua to go back on the way; with one that does
// nothing it never does.
static void same_after_going_back(void **state)
{
    struct arena *a = arena_new();
    char folder[SCRATCH_BYTES];
    const char *collected;

    (void)state;
    scratch_make(folder);
    put_scenes(a, folder, MANY_SCENES, "");
    put(a, folder, "film.lua", idle_hook);
    put(a, folder, "film.yaml", arena_printf(a, "%s%s", whole_film, hooked));
    collected = compile_with(a, folder, 1, true);
    put(a, folder, "film.yaml", whole_film);
    assert_string_equal(compile_with(a, folder, 1, true), collected);
    assert_string_equal(compile_with(a, folder, 3, true), collected);
    scratch_remove(folder);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_graph),
        cmocka_unit_test(same_graph_of_one_file),
        cmocka_unit_test(same_errors),
        cmocka_unit_test(same_after_going_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
