// SPDX-License-Identifier: MIT
// Which steps a selection takes in, and what is said of one that takes in none.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/selection.h"

// As the ledger knows them: the last two without a scene of their own.
static const struct selectable steps[] = {
    {"sea/a/image", "image", "sea"}, {"sea/a/image/take-2", "image", "sea"},
    {"sea/a/cut/web", "cut", "sea"}, {"pier/b/image", "image", "pier"},
    {"film/web", "conform", ""},     {"pier/old/voice/ann", "speak", NULL},
};

enum { N_STEPS = sizeof(steps) / sizeof(*steps) };

struct selection_case {
    const char *globs[3];
    const char *kind, *scene;
    const char *taken; // indices of steps; NULL: refused
    const char *says;
};

static const struct selection_case cases[] = {
    {.taken = "012345"},
    {{"sea/a/image"}, .taken = "0"},
    {{"sea/*"}, .taken = "012"},
    {{"*/image"}, .taken = "03"},
    {{"*image*"}, .taken = "013"},
    {{"sea/?/cut/*", "film/web"}, .taken = "24"},
    {.kind = "image", .taken = "013"},
    {{"*/b/*"}, .kind = "image", .taken = "3"},
    {.scene = "sea", .taken = "012"},
    {.scene = "pier", .taken = "35"},
    {{"sea/a/imaeg"}, .says = "no step is called \"sea/a/imaeg\"; did you mean \"sea/a/image\"?"},
    {{"sea/*", "lamp/nothing/at-all"},
     .says = "no step is called \"lamp/nothing/at-all\"; `c41 list FILM` names the steps"},
    {.scene = "peir", .says = "no scene \"peir\"; did you mean \"pier\"?"},
    {.scene = "film", .says = "the film has no scene \"film\""},
    {{"sea/*", "film/*"},
     .kind = "speak",
     .says = "the film has no step of kind \"speak\" called \"sea/*\" or \"film/*\""},
    {.kind = "cut",
     .scene = "pier",
     .says = "the film has no step of kind \"cut\" in scene \"pier\""},
};

static struct selection selection_of(const struct selection_case *c)
{
    struct selection s = {.globs = c->globs, .kind = c->kind, .scene = c->scene};

    while (s.n_globs < 3 && c->globs[s.n_globs])
        s.n_globs++;
    return s;
}

static void takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct selection s = selection_of(&cases[i]);
        struct err err = {0};
        struct buf taken = {0};
        bool ok = selection_check_among(&s, steps, N_STEPS, "the film", &err);

        for (size_t k = 0; k < N_STEPS; k++)
            if (selection_has(&s, &steps[k]))
                buf_char(&taken, (char)('0' + k));
        assert_int_equal(ok, cases[i].taken != NULL);
        if (ok)
            assert_string_equal(buf_text(&taken), cases[i].taken);
        else
            assert_string_equal(err.text, cases[i].says);
        buf_release(&taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
