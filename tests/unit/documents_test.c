// SPDX-License-Identifier: MIT
// However many threads parse, the trees and the words are the same.
#include "compiler/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "compiler/node.h"

enum { DOCUMENTS = 300 };

static const char *text_of(struct arena *a, size_t i)
{
    switch (i % 50) {
    case 7:
        return "- [1, 2\n"; // not closed
    case 19:
        return "# nothing\n";
    default:
        return arena_printf(a, "- shot: s%zu\n  image: a lamp number %zu # %zu\n", i, i, i);
    }
}

// All trees as JSON, and what was said.
static const char *parse_with(struct arena *keep, unsigned threads)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    uint32_t sources[DOCUMENTS];
    struct node *roots[DOCUMENTS];
    struct buf out = {0};
    const char *copy;

    for (size_t i = 0; i < DOCUMENTS; i++)
        sources[i] = i % 50 == 30 ? 0
                                  : diag_add_source(d, arena_printf(a, "%zu.yaml", i),
                                                    str_of(text_of(a, i)));
    documents_parse(a, d, sources, DOCUMENTS, threads, roots);
    for (size_t i = 0; i < DOCUMENTS; i++) {
        json_t *tree = roots[i] ? node_json(roots[i]) : NULL;

        assert_int_equal(tree != NULL, i % 50 != 7 && i % 50 != 19 && i % 50 != 30);
        json_canonical(tree, &out);
        json_decref(tree);
    }
    diag_render(d, &out, false);
    copy = arena_strdup(keep, buf_text(&out));
    buf_release(&out);
    diag_free(d);
    arena_free(a);
    return copy;
}

static void same_on_any_threads(void **state)
{
    static const unsigned counts[] = {0, 2, 5, 64};
    struct arena *a = arena_new();
    const char *alone = parse_with(a, 1);

    (void)state;
    assert_non_null(strstr(alone, "19.yaml:1:1: error: this file is empty"));
    assert_non_null(strstr(alone, "lamp number 299"));
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        assert_string_equal(parse_with(a, counts[i]), alone);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_on_any_threads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
