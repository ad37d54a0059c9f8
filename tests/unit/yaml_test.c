// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/json.h"
#include "compiler/yaml.h"

struct yaml_case {
    const char *in;
    const char *json; // NULL: no tree
    const char *said; // a part of what is said; NULL: nothing is
};

static const struct yaml_case cases[] = {
    // The core schema of YAML 1.2.
    {"[yes, no, on, off, y, n]", "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\"]", NULL},
    {"[true, False, TRUE, tRue]", "[true,false,true,\"tRue\"]", NULL},
    {"[null, ~, Null, nULL]", "[null,null,null,\"nULL\"]", NULL},
    {"[012, 0o17, 0x1F, -3, +4, 1_000]", "[12,15,31,-3,4,\"1_000\"]", NULL},
    {"[1.5, .5, 5., 1e3, 1.5E-3, 1e, .e1]", "[1.5,0.5,5,1000,0.0015,\"1e\",\".e1\"]", NULL},
    {"[12:30, 1.0.0, 2001-12-14, 0b1, 0o8]", "[\"12:30\",\"1.0.0\",\"2001-12-14\",\"0b1\",\"0o8\"]",
     NULL},
    {"[.inf, -.INF, .nan, .infinity]", "[null,null,null,\".infinity\"]", NULL},
    {"[9223372036854775807, 9223372036854775808]", "[9223372036854775807,9223372036854775808]",
     NULL},
    {"['12', \"true\"]", "[\"12\",\"true\"]", NULL},
    // Styles.
    {"a: |\n  one\n  two\nb: >-\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\"}",
     NULL},
    {"a: \"\\u00e9\\n\"", "{\"a\":\"\xc3\xa9\\n\"}", NULL},
    {"a:\n  b:\n", "{\"a\":{\"b\":null}}", NULL},
    {"\r\na: 1\r\nb: |\r\n  x\r\n  y\r\n", "{\"a\":1,\"b\":\"x\\ny\\n\"}", NULL},
    // Aliases are copies.
    {"[&a [1, 2], *a]", "[[1,2],[1,2]]", NULL},
    {"[*a]", "[null]", "there is no anchor"},
    {"&a [*a]", "[null]", "would contain itself"},
    // What is refused, and goes on.
    {"{a: 1, a: 2}", "{\"a\":1}", "stands here twice"},
    {"<<: 1", "{\"<<\":1}", "merge key"},
    {"a: !x b", "{\"a\":\"b\"}", "tags mean nothing"},
    {"[\"a\\0b\"]", NULL, "NUL"},
    // What is refused, and ends it.
    {"", NULL, NULL},
    {"# nothing\n", NULL, NULL},
    {"a: 1\n---\nb: 2\n", NULL, "second document"},
    {"{[a]: 1}", NULL, "a key must be text"},
    {"a: b: c", NULL, "a colon and a blank begin a mapping"},
    {"a: \"b", NULL, "never closed"},
    {"a: [1, 2", NULL, "never closed"},
    {"a:\n\tb: 1", NULL, "a tab cannot indent"},
    {"a: @b", NULL, "cannot begin with \"@\""},
    {"a: `b", NULL, "cannot begin with \"`\""},
    {"a: * b", NULL, "cannot begin with \"*\""},
    {"a: {b: c #4, d}", NULL, "swallows the rest"},
    {"a: b c #4\n  and so on\n", NULL, "so the words end before it"},
    {"a: 1\n b: 2", NULL, "a colon and a blank"},
    {"a: 1\nb\n", NULL, "no \"key:\""},
    {"a: \"\\q\"", NULL, "no escape"},
    {"a: | b\n  c", NULL, "nothing may follow"},
    {"a: \x01", NULL, "control character U+0001"},
    {"%YAML 3.0\n---\na: 1", NULL, "another version of YAML"},
};

static void check_case(const struct yaml_case *c)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct node *n = yaml_parse(a, d, diag_add_source(d, "t.yaml", str_of(c->in)));
    struct buf said = {0}, json = {0};
    size_t errors = diag_errors(d);

    diag_render(d, &said, false);
    if (c->said && !strstr(buf_text(&said), c->said))
        fail_msg("%s: said \"%s\"", c->in, buf_text(&said));
    if (!c->said && errors)
        fail_msg("%s: said \"%s\"", c->in, buf_text(&said));
    if (c->json) {
        json_t *value = n ? node_json(n) : NULL;

        assert_non_null(value);
        json_canonical(value, &json);
        json_decref(value);
        if (!strstr(c->json, "92233"))
            assert_string_equal(buf_text(&json), c->json);
    }
    buf_release(&said);
    buf_release(&json);
    diag_free(d);
    arena_free(a);
}

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check_case(&cases[i]);
}

// Reads text; the caller asserts on the tree and on what was said, then frees both.
static struct node *read(struct arena *a, struct diag *d, const char *text)
{
    return yaml_parse(a, d, diag_add_source(d, "t.yaml", str_of(text)));
}

struct span_case {
    const char *in, *key, *at; // the value under key stands at the text `at`
};

static const struct span_case span_cases[] = {
    {"a: one two # x", "a", "one two"},
    {"\xc3\xa9: \xe2\x82\xac\nb: two", "b", "two"},
    {"\xf0\x9f\x98\x80: x\r\nb:   'two'\r\n", "b", "'two'"},
    {"a: [1,\n 2]\nb: {c: 3}\n", "a", "[1,\n 2]"},
    {"a: [1,\n 2]\nb: {c: 3}\n", "b", "{c: 3}"},
    {"a:\n  b: 1\n  c: 2\nd: 3\n", "a", "b: 1\n  c: 2"},
    {"a: |\n  x\n  y\n\n\nb: 1\n", "a", "|\n  x\n  y"},
};

static void spans(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(span_cases) / sizeof(*span_cases); i++) {
        const struct span_case *c = &span_cases[i];
        struct arena *a = arena_new();
        struct diag *d = diag_new();
        struct node *n = node_get(read(a, d, c->in), c->key);

        assert_non_null(n);
        assert_string_equal(arena_strndup(a, c->in + n->span.start, n->span.end - n->span.start),
                            c->at);
        diag_free(d);
        arena_free(a);
    }
}

struct part_case {
    const char *in, *part; // where the first `part` of the text under "a" stands
    bool exact;
};

static const struct part_case part_cases[] = {
    {"a: one two", "two", true},
    {"a: 'one two'", "two", true},
    {"a: \"one \\u0074wo\"", "two", false},
    {"a: |\n  one\n  two\n", "two", true},
    {"a: |\n    one\n      two\n\n    three\n", "three", true},
    {"a: |\r\n  one\r\n  two\r\n", "two", true},
    {"a: >\n  one\n  two\n", "two", false},
    {"a: one\n  two", "two", false},
};

static void parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(part_cases) / sizeof(*part_cases); i++) {
        const struct part_case *c = &part_cases[i];
        struct arena *a = arena_new();
        struct diag *d = diag_new();
        struct node *n = node_get(read(a, d, c->in), "a");
        struct span whole = n->span, span;

        span =
            node_part(d, n, (size_t)(strstr(n->text.ptr, c->part) - n->text.ptr), strlen(c->part));
        if (c->exact)
            assert_string_equal(arena_strndup(a, c->in + span.start, span.end - span.start),
                                c->part);
        else
            assert_memory_equal(&span, &whole, sizeof(span));
        diag_free(d);
        arena_free(a);
    }
}

static void flags(void **state)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct node *n = read(a, d, "a: one #2\nb: one  #2\nc: 'one' #2\nd: {x: one, two}\n");

    (void)state;
    assert_true(node_get(n, "a")->comment_follows);
    assert_false(node_get(n, "b")->comment_follows);
    assert_false(node_get(n, "c")->comment_follows);
    assert_true(node_get(node_get(n, "d"), "two")->empty_in_flow);
    assert_false(node_get(node_get(n, "d"), "x")->empty_in_flow);
    diag_free(d);
    arena_free(a);
}

// Text that would take long or much: each ends quickly, with one error.
static void limits(void **state)
{
    struct arena *a = arena_new();
    struct diag *d = diag_new();
    struct buf deep = {0}, bomb = {0}, huge = {0};

    (void)state;
    buf_repeat(&deep, '[', 100000);
    assert_null(read(a, d, buf_text(&deep)));
    buf_puts(&bomb, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++)
        buf_printf(&bomb, "- &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_null(read(a, d, buf_text(&bomb)));
    buf_puts(&huge, "a: ");
    buf_repeat(&huge, 'x', (1 << 20) + 1);
    assert_null(read(a, d, buf_text(&huge)));
    assert_int_equal(diag_errors(d), 3);
    assert_true(arena_used_bytes(a) < 400u << 20);
    buf_release(&deep);
    buf_release(&bomb);
    buf_release(&huge);
    diag_free(d);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses), cmocka_unit_test(spans),  cmocka_unit_test(parts),
        cmocka_unit_test(flags),  cmocka_unit_test(limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
