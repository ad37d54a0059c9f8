// SPDX-License-Identifier: MIT
// Presets: ours read without a word; what people get wrong is said at its place; the order in which
// folders are searched; a project's presets wait for trust.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "compiler/folder.h"
#include "compiler/preset.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/trust.h"
#include "tests/unit/pair.h"
#include "tests/unit/scratch.h"

struct world {
    struct arena *arena;
    struct diag *diag;
    struct schemas *schemas;
    struct sources *sources;
    struct presets *presets;
    struct buf said;
};

static void open_world(struct world *w, const char *project, const char *config)
{
    struct err err;
    struct presets_options options = {
        .project = project != NULL, .config = config, .data = UNIT_SOURCE_DIR};

    *w = (struct world){.arena = arena_new(), .diag = diag_new()};
    w->schemas = schemas_open(UNIT_SOURCE_DIR "/stdlib/schema", &err);
    assert_non_null(w->schemas);
    w->sources = sources_new(w->arena, w->diag, project ? project : ".");
    options.schemas = w->schemas;
    options.sources = w->sources;
    w->presets = presets_new(w->arena, w->diag, &options);
}

static const char *said(struct world *w)
{
    buf_clear(&w->said);
    diag_render(w->diag, &w->said, false);
    return buf_text(&w->said);
}

static void close_world(struct world *w)
{
    presets_free(w->presets);
    buf_release(&w->said);
    diag_free(w->diag);
    sources_free(w->sources);
    schemas_free(w->schemas);
    arena_free(w->arena);
}

static void test_ours(void **state)
{
    struct world w;
    size_t n;
    const struct preset *const *all;

    (void)state;
    open_world(&w, NULL, NULL);
    all = presets_all(w.presets, &n);
    assert_string_equal(said(&w), "");
    assert_true(n > 60);
    for (size_t i = 0; i < n; i++)
        assert_true(all[i]->about[0] != '\0');
    close_world(&w);
}

// Each NAME.yaml of fixtures/preset beside NAME.said, what is said of it, and NAME.json, what it
// gives.
static void test_pairs(void **state)
{
    static const char dir[] = UNIT_SOURCE_DIR "/tests/fixtures/preset";
    struct arena *a = arena_new();
    size_t n, failed = 0;
    const char *const *files = folder_files(a, dir, "", FOLDER_NO_LINKS, &n);

    (void)state;
    assert_int_equal(chdir(dir), 0);
    for (size_t i = 0; i < n; i++) {
        struct world w;
        const struct preset *preset;
        struct buf json = {0};
        const char *stem =
            arena_strndup(a, files[i], strlen(files[i]) - strlen(path_ext(files[i])));

        if (strcmp(path_ext(files[i]), "yaml") != 0)
            continue;
        open_world(&w, NULL, NULL);
        preset = presets_read(w.presets, files[i]);
        if (preset)
            json_pretty(preset->json, &json);
        failed += preset && !pair_is(arena_printf(a, "%sjson", stem), buf_text(&json));
        failed += !preset && !pair_is(arena_printf(a, "%ssaid", stem), said(&w));
        buf_release(&json);
        close_world(&w);
    }
    arena_free(a);
    assert_int_equal(failed, 0);
}

static void write_preset(struct arena *a, const char *dir, const char *path, const char *text)
{
    struct err err;
    const char *whole = path_join(a, dir, path);

    assert_true(file_make_dirs(path_dir(a, whole), &err));
    if (!file_write(whole, text, strlen(text), &err))
        fail_msg("%s", err.text);
}

static const char plain[] = "preset: draft\nkind: image\ndriver: draft\nabout: %s\n";

static void test_order(void **state)
{
    struct arena *a = arena_new();
    char project[SCRATCH_BYTES], config[SCRATCH_BYTES];
    const char *const *files;
    const struct preset *found;
    struct world w;
    struct err err;
    size_t n;

    (void)state;
    scratch_make(project);
    scratch_make(config);
    write_preset(a, config, "presets/mine/draft.yaml", arena_printf(a, plain, "the user's"));
    write_preset(a, project, "presets/draft.yaml", arena_printf(a, plain, "the project's"));

    open_world(&w, project, config);
    found = presets_find(w.presets, "image", "draft", (struct span){0});
    assert_string_equal(found->about, "the user's");
    assert_int_equal(found->origin, PRESET_USER);
    assert_non_null(strstr(said(&w), "is not trusted"));
    close_world(&w);

    assert_true(trust_give(a, config, project, &files, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(files[0], "presets/draft.yaml");
    open_world(&w, project, config);
    assert_string_equal(presets_find(w.presets, "image", "draft", (struct span){0})->about,
                        "the project's");
    assert_string_equal(presets_find(w.presets, "animate", "draft", (struct span){0})->about,
                        "a camera move over the still");
    assert_string_equal(said(&w), "");
    close_world(&w);

    write_preset(a, project, "presets/draft.yaml", arena_printf(a, plain, "changed since"));
    open_world(&w, project, config);
    assert_int_equal(presets_find(w.presets, "image", "draft", (struct span){0})->origin,
                     PRESET_USER);
    close_world(&w);

    scratch_remove(project);
    scratch_remove(config);
    arena_free(a);
}

static void test_command_in_project(void **state)
{
    static const char command[] =
        "preset: mine\nkind: train\ndriver: command\nrequest: {run: [[true]]}\n";
    struct arena *a = arena_new();
    char project[SCRATCH_BYTES], config[SCRATCH_BYTES];
    const char *const *files;
    struct world w;
    struct err err;
    size_t n;

    (void)state;
    scratch_make(project);
    scratch_make(config);
    write_preset(a, project, "presets/mine.yaml", command);
    assert_true(trust_give(a, config, project, &files, &n, &err));
    open_world(&w, project, config);
    assert_null(presets_find(w.presets, "train", "mine", (struct span){0}));
    assert_non_null(strstr(said(&w), "never read from a project"));
    close_world(&w);
    write_preset(a, config, "presets/mine.yaml", command);
    open_world(&w, NULL, config);
    assert_non_null(presets_find(w.presets, "train", "mine", (struct span){0}));
    close_world(&w);
    scratch_remove(project);
    scratch_remove(config);
    arena_free(a);
}

static void test_unknown(void **state)
{
    static const struct {
        const char *kind, *name, *help;
    } cases[] = {
        {"image", "z-imag", "did you mean \"z-image\"?"},
        {"lipsync", "hummo", "did you mean \"humo\"?"},
        {"deliver", "youtub", "did you mean \"youtube\"?"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct world w;

        open_world(&w, NULL, NULL);
        assert_null(presets_find(w.presets, cases[i].kind, cases[i].name, (struct span){0}));
        assert_non_null(strstr(said(&w), cases[i].help));
        close_world(&w);
    }
}

static void test_for(void **state)
{
    static const struct {
        const char *kind, *name, *inputs[5];
        const char *expected;
    } cases[] = {
        {"animate", "wan-2.2-i2v", {"image"}, "wan-2.2-i2v"},
        {"animate", "wan-2.2-i2v", {"image", "last"}, "wan-2.2-flf2v"},
        {"animate", "draft", {"image", "last"}, "draft"},
        {"upscale", "seedvr2", {"video"}, "seedvr2-video"},
        {"lipsync", "humo", {"image", "track"}, "humo"},
        {"lipsync", "humo", {"image", "track", "mask", "track", "mask"}, "infinitetalk-two"},
        {"lipsync", "infinitetalk-two", {"image", "track", "track"}, "infinitetalk-two"},
    };
    struct world w;

    (void)state;
    open_world(&w, NULL, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct preset *preset =
            presets_find(w.presets, cases[i].kind, cases[i].name, (struct span){0});
        size_t n = 0;

        while (n < 5 && cases[i].inputs[n])
            n++;
        assert_string_equal(preset_for(preset, cases[i].inputs, n)->name, cases[i].expected);
    }
    assert_string_equal(said(&w), "");
    assert_string_equal(presets_find(w.presets, "lipsync", "humo", (struct span){0})->longer->name,
                        "infinitetalk");
    close_world(&w);
}

static void test_recipes(void **state)
{
    struct world w;
    size_t n;
    const char *const *names;

    (void)state;
    open_world(&w, NULL, NULL);
    names = presets_recipes(w.presets, &n);
    assert_int_equal(n, 4);
    assert_string_equal(names[0], "clip");
    assert_string_equal(path_base(presets_recipe(w.presets, "talking-head", (struct span){0})),
                        "talking-head.yaml");
    assert_null(presets_recipe(w.presets, "../deliver/web", (struct span){0}));
    assert_null(presets_recipe(w.presets, "talking-hed", (struct span){0}));
    assert_non_null(strstr(said(&w), "did you mean \"talking-head\"?"));
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours),    cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_command_in_project),
        cmocka_unit_test(test_unknown), cmocka_unit_test(test_for),
        cmocka_unit_test(test_recipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
