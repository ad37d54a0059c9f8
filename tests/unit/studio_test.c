// SPDX-License-Identifier: MIT
// The studio: what it is read into, what is said of a wrong one, which preset makes a kind, and
// which services run a preset.
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
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/studio.h"
#include "compiler/trust.h"
#include "compiler/yaml.h"
#include "tests/unit/pair.h"
#include "tests/unit/scratch.h"

static const char fixtures[] = UNIT_SOURCE_DIR "/tests/fixtures/studio";

struct world {
    struct arena *arena;
    struct diag *diag;
    struct schemas *schemas;
    struct sources *sources;
    struct studio *studio;
    struct buf said;
};

static void open_world(struct world *w, const char *file, const char *config, const char *project)
{
    struct err err;
    struct studio_options options = {
        .file = file, .config = config, .project = project != NULL, .home = "/people/mara"};

    *w = (struct world){.arena = arena_new(), .diag = diag_new()};
    w->schemas = schemas_open(UNIT_SOURCE_DIR "/stdlib/schema", &err);
    w->sources = sources_new(w->arena, w->diag, project ? project : ".");
    options.schemas = w->schemas;
    options.sources = w->sources;
    w->studio = studio_read(w->arena, w->diag, &options);
}

static const char *said(struct world *w)
{
    buf_clear(&w->said);
    diag_render(w->diag, &w->said, false);
    return buf_text(&w->said);
}

static void close_world(struct world *w)
{
    studio_free(w->studio);
    buf_release(&w->said);
    diag_free(w->diag);
    sources_free(w->sources);
    schemas_free(w->schemas);
    arena_free(w->arena);
}

static void test_whole(void **state)
{
    struct world w;
    const struct studio *s;
    const struct studio_service *comfy;

    (void)state;
    assert_int_equal(chdir(fixtures), 0);
    open_world(&w, "whole.yaml", NULL, NULL);
    assert_string_equal(said(&w), "");
    s = w.studio;
    assert_string_equal(s->file, "whole.yaml");
    assert_int_equal(s->n_machines, 3);
    assert_string_equal(s->machines[2].name, "here");
    assert_int_equal(s->machines[1].gpus, 2);
    assert_int_equal(s->machines[0].n_hours, 2);
    assert_int_equal(s->machines[0].hours[1].from_min, 22 * 60 + 30);
    assert_int_equal(s->machines[1].n_hours, 1);
    assert_int_equal(s->machines[1].hours[0].from_min, 20 * 60);
    assert_int_equal(s->machines[1].hours[0].to_min, 8 * 60);
    assert_string_equal(s->machines[0].awake[0], "ssh");
    assert_string_equal(s->machines[0].awake[2], "caffeinate");
    assert_null(s->machines[0].awake[5]);
    assert_string_equal(s->machines[1].awake[1], "two words");
    assert_null(s->machines[1].awake[2]);
    assert_int_equal(s->machines[2].n_hours, 0);
    comfy = &s->machines[1].services[0];
    assert_string_equal(comfy->url, "http://gpu.local:8188");
    assert_string_equal(comfy->token_env, "COMFY_TOKEN");
    assert_ptr_equal(comfy->machine, &s->machines[1]);
    assert_int_equal(comfy->n_presets, 1);
    assert_string_equal(s->machines[1].services[1].over, "ssh gpu.local");
    assert_int_equal(s->n_presets, 3);
    assert_string_equal(s->presets[0], "presets");
    assert_string_equal(s->presets[1], "/opt/presets");
    assert_string_equal(s->presets[2], "/people/mara/presets");
    assert_string_equal(s->cache_url, "http://nas.local:8080");
    assert_true(s->cache_push);
    assert_int_equal(s->fingerprint, FINGERPRINT_STRICT);
    assert_int_equal(s->patience_ms, 30 * 60 * 1000);
    assert_string_equal(s->webhook_env, "HOOK");
    assert_null(s->webhook);
    close_world(&w);
}

// Each NAME.yaml beside NAME.said, unless nothing is said of it.
static void test_pairs(void **state)
{
    struct arena *a = arena_new();
    size_t n, failed = 0;
    const char *const *files = folder_files(a, fixtures, "", FOLDER_NO_LINKS, &n);

    (void)state;
    assert_int_equal(chdir(fixtures), 0);
    for (size_t i = 0; i < n; i++) {
        struct world w;

        if (strcmp(path_ext(files[i]), "yaml") != 0)
            continue;
        open_world(&w, files[i], NULL, NULL);
        if (!w.studio)
            failed += !pair_is(arena_printf(a, "%.*ssaid", (int)strlen(files[i]) - 4, files[i]),
                               said(&w));
        close_world(&w);
    }
    arena_free(a);
    assert_int_equal(failed, 0);
}

static void test_offers(void **state)
{
    static const struct {
        const char *driver, *preset;
        size_t n;
        const char *first; // MACHINE.SERVICE
    } cases[] = {
        {"comfyui", "z-image", 1, "gpu.comfy"},
        {"comfyui", "humo", 0, NULL},
        {"command", "musubi-z-image", 1, "gpu.trainer"},
        {"draft", "draft", 1, "here.draft"},
        {"local", "local", 1, "here.local"},
        {"none", "none", 0, NULL},
        {"ollama", "kimi-k2", 1, "mac.llm"},
        {"speech", "qwen3-tts", 0, NULL},
    };
    struct world w;

    (void)state;
    assert_int_equal(chdir(fixtures), 0);
    open_world(&w, "whole.yaml", NULL, NULL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *preset = json_pack("{ssss}", "driver", cases[i].driver, "preset", cases[i].preset);
        const struct studio_service *offers[4];
        size_t n = studio_offers(w.studio, preset, offers, 4);

        assert_int_equal(n, cases[i].n);
        if (n)
            assert_string_equal(
                arena_printf(w.arena, "%s.%s", offers[0]->machine->name, offers[0]->name),
                cases[i].first);
        json_decref(preset);
    }
    close_world(&w);
}

// --use over the film over the studio over draft, local and none.
static void test_use(void **state)
{
    static const char film[] =
        "image: {people: flux-2-dev}\nlipsync: infinitetalk\nedit: hidream-e1.1\n";
    static const struct {
        const char *kind, *people, *other;
        enum use_from from;
    } cases[] = {
        {"animate", "draft", "draft", USE_FALLBACK},
        {"conform", "local", "local", USE_FALLBACK},
        {"edit", "draft", "draft", USE_OPTION},
        {"image", "flux-2-dev", "flux-2-dev", USE_STUDIO},
        {"lipsync", "infinitetalk", "infinitetalk", USE_FILM},
        {"train", "none", "none", USE_FALLBACK},
    };
    struct world w;
    json_t *options = json_pack("{ss}", "edit", "draft");
    const struct use *uses;
    size_t n;
    struct node *node;

    (void)state;
    assert_int_equal(chdir(fixtures), 0);
    open_world(&w, "whole.yaml", NULL, NULL);
    node = yaml_parse(w.arena, w.diag, diag_add_source(w.diag, "film.yaml", str_of(film)));
    uses = use_resolve(w.arena, w.diag, w.studio, node, options, &n);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct use *use = use_find(uses, n, cases[i].kind);

        assert_non_null(use);
        assert_string_equal(use->people, cases[i].people);
        assert_string_equal(use->other, cases[i].other);
        assert_int_equal(use->from, cases[i].from);
    }
    assert_null(use_find(uses, n, "judge"));
    assert_string_equal(said(&w), "");
    json_object_set_new(options, "anmate", json_string("draft"));
    use_resolve(w.arena, w.diag, w.studio, NULL, options, &n);
    assert_non_null(strstr(said(&w), "did you mean \"animate\"?"));
    json_decref(options);
    close_world(&w);
}

// presets/studio/draft.yaml, which people copy, names all that the draft makes and nothing else.
static void test_draft(void **state)
{
    struct world w;
    size_t n_kinds, drafted = 0;
    const struct kind *kinds = kind_all(&n_kinds);

    (void)state;
    open_world(&w, UNIT_SOURCE_DIR "/presets/studio/draft.yaml", NULL, NULL);
    assert_string_equal(said(&w), "");
    for (size_t i = 0; i < n_kinds; i++)
        drafted += kinds[i].drafted;
    assert_int_equal(w.studio->n_uses, drafted);
    for (size_t i = 0; i < w.studio->n_uses; i++) {
        assert_true(kind_find(w.studio->uses[i].kind)->drafted);
        assert_string_equal(w.studio->uses[i].other, "draft");
    }
    close_world(&w);
}

static void write_text(struct arena *a, const char *dir, const char *name, const char *text)
{
    struct err err;

    assert_true(file_write(path_join(a, dir, name), text, strlen(text), &err));
}

// The user's own before the project's; the project's only when it is trusted.
static void test_where(void **state)
{
    struct arena *a = arena_new();
    char project[SCRATCH_BYTES], config[SCRATCH_BYTES];
    const char *const *files;
    struct world w;
    struct err err;
    size_t n;

    (void)state;
    scratch_make(project);
    scratch_make(config);
    open_world(&w, NULL, config, project);
    assert_null(w.studio->file);
    assert_int_equal(w.studio->n_machines, 1);
    close_world(&w);

    write_text(a, project, "studio.yaml", "c41: 1\nuse: {image: z-image}\n");
    open_world(&w, NULL, config, project);
    assert_int_equal(w.studio->n_uses, 0);
    assert_non_null(strstr(said(&w), "is not trusted"));
    close_world(&w);

    assert_true(trust_give(a, config, project, &files, &n, &err));
    open_world(&w, NULL, config, project);
    assert_int_equal(w.studio->n_uses, 1);
    assert_string_equal(said(&w), "");
    close_world(&w);

    write_text(a, config, "studio.yaml", "c41: 1\nuse: {image: flux-2-dev, speak: qwen3-tts}\n");
    open_world(&w, NULL, config, project);
    assert_int_equal(w.studio->n_uses, 2);
    close_world(&w);

    scratch_remove(project);
    scratch_remove(config);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole), cmocka_unit_test(test_pairs), cmocka_unit_test(test_offers),
        cmocka_unit_test(test_use),   cmocka_unit_test(test_draft), cmocka_unit_test(test_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
