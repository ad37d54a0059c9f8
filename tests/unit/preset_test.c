// SPDX-License-Identifier: MIT
// Presets: every one of ours reads without a word; what people get wrong is said at its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/preset.h"
#include "compiler/schema.h"
#include "compiler/source.h"

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
    struct presets_options options = {.config = config, .data = UNIT_SOURCE_DIR,
                                      .project = project != NULL};

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

    (void)state;
    open_world(&w, NULL, NULL);
    presets_all(w.presets, &n);
    assert_string_equal(said(&w), "");
    assert_true(n > 60);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
