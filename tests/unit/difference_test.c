// SPDX-License-Identifier: MIT
// What differs between two preimages, field by field.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/difference.h"
#include "runtime/key.h"

enum { COLUMNS = 30 };

struct difference_case {
    const char *about, *before, *now; // the preimages, ' for "
    const char *found;                // a line each
};

static const struct difference_case cases[] = {
    {"nothing", "{'kind':'image','inputs':[],'request':{'prompt':'a'}}",
     "{'kind':'image','inputs':[],'request':{'prompt':'a'}}", ""},
    {"words, short before long",
     "{'request':{'board':{'prompt':'dawn'},'prompt':'a dawn','seed':1}}",
     "{'request':{'board':{'prompt':'dusk'},'prompt':'a dusk','seed':2}}",
     "prompt: \"a dawn\" -> \"a dusk\"\n"
     "seed: 1 -> 2\n"
     "board.prompt: \"dawn\" -> \"dusk\"\n"},
    {"a word that came and one that went", "{'request':{'old':1}}", "{'request':{'new':[1,2]}}",
     "new: nothing -> [1,2]\nold: 1 -> nothing\n"},
    {"sizes part by part", "{'request':{'pixels':[256,144]}}", "{'request':{'pixels':[256,192]}}",
     "pixels.1: 144 -> 192\n"},
    {"fractions short", "{'request':{'seconds':1.4127083333333332}}", "{'request':{'seconds':2.5}}",
     "seconds: 1.41271 -> 2.5\n"},
    {"lists of other lengths whole", "{'request':{'loras':[]}}", "{'request':{'loras':['x']}}",
     "loras: [] -> [\"x\"]\n"},
    {"a long text around its end",
     "{'request':{'prompt':'a very long list of things by the sea at dawn'}}",
     "{'request':{'prompt':'a very long list of things by the sea at dusk'}}",
     "prompt: \"… sea at dawn\" -> \"… sea at dusk\"\n"},
    {"a long text around its begin, in whole words",
     "{'request':{'prompt':'one very long list of things by the sea at dawn'}}",
     "{'request':{'prompt':'the very long list of things by the sea at dawn'}}",
     "prompt: \"one very …\" -> \"the very …\"\n"},
    {"characters stay whole", "{'request':{'prompt':'a'}}",
     "{'request':{'prompt':'äöüäöüäöüäöüäöüäöüäöü'}}", "prompt: \"a\" -> \"äöüäöüäöüäöüäöü …\"\n"},
    {"the preset's own words",
     "{'request':{'params':{'prompt':'a'},'preset':{'preset':'p','params':"
     "{'steps':{'default':20}}}}}",
     "{'request':{'params':{'prompt':'a'},'preset':{'preset':'p','params':{'steps':{'default':30}}}"
     "}}",
     "preset params.steps.default: 20 -> 30\n"},
    {"another preset is one difference",
     "{'driver':'comfyui','request':{'params':{'prompt':'a'},'preset':{'preset':'p','model':'m'}}}",
     "{'driver':'comfyui','request':{'params':{'prompt':'a'},'preset':{'preset':'q','model':'n'}}}",
     "preset: \"p\" -> \"q\"\n"},
    {"from the draft to a model", "{'driver':'draft','request':{'prompt':'a'}}",
     "{'driver':'comfyui','request':{'params':{'prompt':'a'},'preset':{'preset':'q'}}}",
     "preset: nothing -> \"q\"\nmaking driver: \"draft\" -> \"comfyui\"\n"},
    {"a version", "{'version':1,'request':{}}", "{'version':2,'request':{}}",
     "making version: 1 -> 2\n"},
    {"one input of two", "{'inputs':[{'name':'a','digest':'1'},{'name':'b','digest':'2'}]}",
     "{'inputs':[{'name':'a','digest':'1'},{'name':'b','digest':'3'}]}", "input b 2 -> 3 at 1\n"},
    {"a list that grew in front leaves the others alone",
     "{'inputs':[{'name':'cut','digest':'1'},{'name':'cut','digest':'2'}]}",
     "{'inputs':[{'name':'cut','digest':'9'},{'name':'cut','digest':'1'},{'name':'cut','digest':'2'"
     "}]}",
     "input cut - -> 9 at 0\n"},
    {"one went", "{'inputs':[{'name':'lora','digest':'1'}]}", "{'inputs':[]}",
     "input lora 1 -> - at 0\n"},
    {"places changed", "{'inputs':[{'name':'cut','digest':'1'},{'name':'cut','digest':'2'}]}",
     "{'inputs':[{'name':'cut','digest':'2'},{'name':'cut','digest':'1'}]}",
     "input order - -> - at 0\n"},
};

static const char *quoted(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);

    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    return copy;
}

static void print(const struct difference *d, struct buf *out)
{
    if (d->of == DIFFERENCE_INPUT) {
        buf_printf(out, "input %s %s -> %s at %zu\n", d->field, d->before ? d->before : "-",
                   d->now ? d->now : "-", d->nth);
        return;
    }
    buf_printf(out, "%s%s: ", d->of == DIFFERENCE_MAKING ? "making " : "", d->field);
    difference_print_values(d, COLUMNS, out);
    buf_char(out, '\n');
}

static void finds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new();
        struct difference *list;
        struct buf out = {0};
        size_t n = difference_find(quoted(a, cases[i].before), quoted(a, cases[i].now), a, &list);

        for (size_t k = 0; k < n; k++)
            print(&list[k], &out);
        if (strcmp(buf_text(&out), cases[i].found) != 0)
            fail_msg("%s:\n%snot\n%s", cases[i].about, buf_text(&out), cases[i].found);
        buf_release(&out);
        arena_free(a);
    }
}

// What is known of a step that waits: its words, but for those that are late or fitted to a model.
static void foresees_words(void **state)
{
    struct arena *a = arena_new();
    struct step step = {
        .params = quoted(a, "{'call':'Ann','language':'de','prompt':'dusk','seconds':{'late':"
                            "'t.seconds'},'seed':7,'unknown':'x'}")};
    json_t *preset =
        json_pack("{s:{s:{}, s:{s:{}}, s:{s:s}, s:{}, s:{}}}", "params", "prompt", "language",
                  "values", "call", "form", "Hi ${call}", "seed", "seconds");
    char *served = key_foresee(
        &step, preset, false,
        quoted(a, "{'request':{'params':{'prompt':'dawn','seconds':2},'preset':{'preset':'p'}}}"));
    char *here =
        key_foresee(&step, NULL, true, quoted(a, "{'request':{'prompt':'dawn','seconds':2}}"));

    (void)state;
    assert_string_equal(served, quoted(a, "{'request':{'params':{'prompt':'dusk','seconds':2},"
                                          "'preset':{'preset':'p'}}}"));
    assert_string_equal(here, quoted(a, "{'request':{'call':'Ann','language':'de','prompt':'dusk',"
                                        "'seconds':2,'seed':7,'unknown':'x'}}"));
    assert_null(key_foresee(&step, preset, false, quoted(a, "{'request':{'prompt':'dawn'}}")));
    mem_free(served);
    mem_free(here);
    json_decref(preset);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds), cmocka_unit_test(foresees_words)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
