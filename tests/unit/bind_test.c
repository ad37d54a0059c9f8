// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/bind.h"
#include "runtime/key.h"

enum { MOST_INPUTS = 4 };

struct input_case {
    const char *name, *facts;
};

struct bind_case {
    const char *preset, *params;
    struct input_case inputs[MOST_INPUTS];
    unsigned take;
    const char *bound; // the request's params; NULL: refused
    const char *kept;  // of the inputs, "10": the first only
};

#define LOCAL "{\"driver\":\"local\"}"

static const struct bind_case cases[] = {
    // Late values.
    {LOCAL,
     "{\"frames\":{\"late\":\"timing.frames\"}}",
     {{"timing", "{\"frames\":72}"}},
     0,
     "{\"frames\":72}",
     "1"},
    {LOCAL,
     "{\"s\":{\"late\":\"timing.seconds\",\"plus\":0.5,\"min\":1,\"max\":30}}",
     {{"timing", "{\"seconds\":2.25}"}},
     0,
     "{\"s\":2.75}",
     "1"},
    {LOCAL,
     "{\"s\":{\"late\":\"timing.seconds\",\"plus\":-9,\"min\":1}}",
     {{"timing", "{\"seconds\":2.25}"}},
     0,
     "{\"s\":1}",
     "1"},
    {LOCAL,
     "{\"s\":{\"late\":\"timing.seconds\",\"max\":2}}",
     {{"timing", "{\"seconds\":2.25}"}},
     0,
     "{\"s\":2}",
     "1"},
    // By dotted path; names with dots; the longest name wins.
    {LOCAL,
     "{\"at\":{\"late\":\"t.lines.ann-hello.start\"}}",
     {{"t", "{\"lines.ann-hello.start\":0.2}"}},
     0,
     "{\"at\":0.2}",
     "1"},
    {LOCAL,
     "{\"f\":[{\"late\":\"timing.1.frames\"},{\"late\":\"timing.0.frames\"}]}",
     {{"timing.0", "{\"frames\":7}"}, {"timing.1", "{\"frames\":8}"}},
     0,
     "{\"f\":[8,7]}",
     "11"},
    {LOCAL,
     "{\"f\":[{\"late\":\"timing.1.frames\"},{\"late\":\"timing.0.frames\"}]}",
     {{"timing", "{\"frames\":7}"}, {"timing", "{\"frames\":8}"}},
     0,
     "{\"f\":[8,7]}",
     "11"},
    // Text: whole, joined with others; lists of other things stay lists.
    {LOCAL,
     "{\"prompt\":{\"late\":\"words.text\"}}",
     {{"words", "{\"text\":\"a\\nb\"}"}},
     0,
     "{\"prompt\":\"a\\nb\"}",
     "1"},
    {LOCAL,
     "{\"prompt\":[\"wide, \",{\"late\":\"words.text\"},\", night\"]}",
     {{"words", "{\"text\":\"rain\"}"}},
     0,
     "{\"prompt\":\"wide, rain, night\"}",
     "1"},
    {LOCAL,
     "{\"box\":[1,{\"late\":\"i.width\"}],\"names\":[\"a\",\"b\"]}",
     {{"i", "{\"width\":9}"}},
     0,
     "{\"box\":[1,9],\"names\":[\"a\",\"b\"]}",
     "1"},
    {LOCAL, "{\"x\":{\"late\":\"words.nothing\"}}", {{"words", "{\"text\":\"a\"}"}}, 0, NULL, ""},
    {LOCAL, "{\"x\":{\"late\":\"nobody.text\"}}", {{"words", "{\"text\":\"a\"}"}}, 0, NULL, ""},
    // Without a seed the number tells takes apart; the first is as if it were alone.
    {LOCAL, "{}", {{NULL, NULL}}, 1, "{}", ""},
    {LOCAL, "{}", {{NULL, NULL}}, 3, "{\"take\":3}", ""},
    {LOCAL, "{\"seed\":5}", {{NULL, NULL}}, 3, "{\"seed\":5}", ""},
    // A model takes what its preset declares, inputs too; late values of the rest are not missed.
    {"{\"driver\":\"comfyui\",\"params\":{\"prompt\":{},\"steps\":{\"default\":25},\"image\":{}}}",
     "{\"prompt\":\"p\",\"board\":{\"late\":\"nobody.text\"}}",
     {{"image", "{}"}, {"reference", "{}"}},
     0,
     "{\"prompt\":\"p\",\"steps\":25}",
     "10"},
    {"{\"driver\":\"comfyui\",\"params\":{\"prompt\":{}},\"chains\":{\"loras\":{\"of\":\"lora\"}}}",
     "{\"prompt\":\"p\",\"loras\":[{\"name\":\"a\"}]}",
     {{"lora", "{}"}},
     0,
     "{\"loras\":[{\"name\":\"a\"}],\"prompt\":\"p\"}",
     "1"},
    {"{\"driver\":\"comfyui\",\"params\":{},\"chains\":{\"low\":{\"of\":\"loras\"}}}",
     "{\"prompt\":\"p\",\"loras\":[{\"name\":\"a\"}]}",
     {{"lora", "{}"}},
     0,
     "{\"loras\":[{\"name\":\"a\"}]}",
     "1"},
    {"{\"driver\":\"speech\",\"params\":{\"language\":{\"values\":{\"en\":\"English\"}}}}",
     "{\"language\":\"en\"}",
     {{NULL, NULL}},
     0,
     "{\"language\":\"English\"}",
     ""},
    // Pixels: nearest in shape, then largest, then whole multiples.
    {"{\"driver\":\"comfyui\",\"params\":{\"pixels\":{\"sizes\":[[1024,1024],[960,544],[1920,1088]]"
     "}}}",
     "{\"pixels\":[1280,720]}",
     {{NULL, NULL}},
     0,
     "{\"pixels\":[1920,1088]}",
     ""},
    {"{\"driver\":\"comfyui\",\"params\":{\"pixels\":{\"multiple\":16,\"max\":1280}}}",
     "{\"pixels\":[1920,1080]}",
     {{NULL, NULL}},
     0,
     "{\"pixels\":[1280,1088]}",
     ""},
    // Seconds become frames by the preset's rule, whole steps of it, between its bounds.
    {"{\"driver\":\"comfyui\",\"params\":{\"frames\":{\"fps\":16,\"multiple\":4,\"plus\":1,\"max\":"
     "81}}}",
     "{\"seconds\":4}",
     {{NULL, NULL}},
     0,
     "{\"frames\":65}",
     ""},
    {"{\"driver\":\"comfyui\",\"params\":{\"frames\":{\"fps\":16,\"multiple\":4,\"plus\":1,\"max\":"
     "81}}}",
     "{\"seconds\":{\"late\":\"t.seconds\"}}",
     {{"t", "{\"seconds\":4.1}"}},
     0,
     "{\"frames\":69}",
     "0"},
    {"{\"driver\":\"comfyui\",\"params\":{\"frames\":{\"fps\":16,\"multiple\":4,\"plus\":1,\"max\":"
     "81}}}",
     "{\"seconds\":6}",
     {{NULL, NULL}},
     0,
     NULL,
     ""},
    {"{\"driver\":\"comfyui\",\"longer\":\"other\","
     "\"params\":{\"frames\":{\"fps\":16,\"multiple\":4,\"plus\":1,\"max\":81}}}",
     "{\"seconds\":6}",
     {{NULL, NULL}},
     0,
     "{\"frames\":97}",
     ""},
};

struct bench {
    struct edge edges[MOST_INPUTS];
    struct artifact artifacts[MOST_INPUTS];
    const struct artifact *inputs[MOST_INPUTS];
    struct step step;
};

static void set_up(struct bench *b, const struct bind_case *c)
{
    *b = (struct bench){.step = {.id = "a/b/image", .kind = kind_find("image"), .take = c->take}};
    b->step.inputs = b->edges;
    b->step.params = c->params;
    for (; c->inputs[b->step.n_inputs].name; b->step.n_inputs++) {
        size_t i = b->step.n_inputs;

        b->edges[i] = (struct edge){.name = c->inputs[i].name, .mode = EDGE_USE};
        b->artifacts[i].facts = json_loads(c->inputs[i].facts, 0, NULL);
        b->inputs[i] = &b->artifacts[i];
    }
}

static void tear_down(struct bench *b)
{
    for (size_t i = 0; i < b->step.n_inputs; i++)
        json_decref(b->artifacts[i].facts);
}

static void check(const struct bind_case *c)
{
    struct bench b;
    struct bound bound = {0};
    struct buf text = {0};
    struct err err = {0};
    json_t *preset = json_loads(c->preset, 0, NULL), *params;

    set_up(&b, c);
    assert_int_equal(bind_step(&b.step, preset, b.inputs, &bound, &err), c->bound != NULL);
    if (c->bound) {
        params = json_object_get(bound.request, "params");
        json_canonical(params ? params : bound.request, &text);
        assert_string_equal(buf_text(&text), c->bound);
        for (size_t i = 0; i < b.step.n_inputs; i++)
            assert_int_equal(bound.kept[i], c->kept[i] == '1');
    } else {
        assert_int_equal(err.kind, ERR_FILM);
    }
    bound_release(&bound);
    buf_release(&text);
    json_decref(preset);
    tear_down(&b);
}

static void binding(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        check(&cases[i]);
}

// What is read is in the key by its values only; what the preset does not take is not in it.
static void keys(void **state)
{
    static const struct bind_case c = {LOCAL, "{}", {{"a", "{}"}, {"b", "{}"}, {"c", "{}"}},
                                       0,     "{}", ""};
    const bool kept[] = {true, true, false};
    char hex[DIGEST_HEX_BYTES];
    json_t *request = json_loads("{\"z\":1.0,\"a\":\"x\"}", 0, NULL);
    struct bench b;
    char *preimage;

    (void)state;
    set_up(&b, &c);
    b.edges[1].mode = EDGE_READ;
    preimage = key_preimage(&b.step, "local", request, b.inputs, kept, NULL);
    assert_string_equal(
        preimage,
        "{\"driver\":\"local\",\"inputs\":[{\"digest\":\"0000000000000000000000000000000000"
        "000000000000000000000000000000\",\"name\":\"a\"}],\"kind\":\"image\",\"request\":"
        "{\"a\":\"x\",\"z\":1},\"version\":1}");
    key_of(preimage, hex);
    assert_string_equal(hex, "c152789442110214d2b3e241bc28bd2a05f7018fa77e5b331627d69468f26db5");
    mem_free(preimage);
    json_decref(request);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(binding), cmocka_unit_test(keys)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
