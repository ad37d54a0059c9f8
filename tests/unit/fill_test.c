// SPDX-License-Identifier: MIT
// Filling, rule by rule of docs/presets.md: where values go, how chains and windows grow, what
// placeholders become, what saved files are called.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/fill.h"
#include "tests/unit/quoted.h"

enum { MOST_INPUTS = 8 };

struct fill_case {
    const char *about, *preset, *params;
    const char *inputs; // [[name, value], …]
    const char *filled; // NULL: refused, and error says why
    const char *error;
};

// A workflow of one loader 1, two slots of a chain behind it, and who uses them.
#define LORAS                                                                                      \
    "'workflow':{'1':{'class_type':'Load','inputs':{}},"                                           \
    "'2':{'class_type':'Lora','inputs':{'model':['1',0],'file':'a','by':1}},"                      \
    "'3':{'class_type':'Lora','inputs':{'model':['2',0],'file':'b','by':1}},"                      \
    "'4':{'class_type':'Use','inputs':{'model':['3',0],'other':['3',1]}}},"                        \
    "'chains':{'loras':{'slots':[['2'],['3']],'in':[[0,'model']],'out':[0,0],'max':4,"             \
    "'set':{'name':[0,'file'],'strength':[0,'by']}}}"

// A first window 1, one more of two nodes, and who uses it.
#define WINDOWS                                                                                    \
    "'preset':'w','params':{'frames':{'set':[[['1','length'],['2','length']]]}},"                  \
    "'workflow':{'1':{'class_type':'First','inputs':{'length':9}},"                                \
    "'2':{'class_type':'Next','inputs':{'length':9,'before':['1',0]}},"                            \
    "'3':{'class_type':'Join','inputs':{'a':['1',0],'b':['2',0]}},"                                \
    "'4':{'class_type':'Save','inputs':{'images':['3',0]}}},"                                      \
    "'windows':{'slots':[['2','3']],'in':[[0,'before'],[1,'a']],'out':[1,0],'set':{},"             \
    "'frames':9,'overlap':1,'max':3}"

#define ONE(fields)                                                                                \
    "'workflow':{'1':{'class_type':'A','inputs':{" fields "},'_meta':{'title':'t'}}}"
#define GIVES(fields) "{'1':{'class_type':'A','inputs':{" fields "}}}"

static const struct fill_case workflows[] = {
    {"a value goes to every place of its part",
     "{'params':{'seed':{'set':[[['1','seed'],['1','noise']]]}}," ONE("'seed':0,'noise':0") "}",
     "{'seed':9007199254740991}", "[]", GIVES("'seed':9007199254740991,'noise':9007199254740991"),
     NULL},
    {"what nobody says stays as it is written",
     "{'params':{'seed':{'set':[[['1','seed']]]}}," ONE("'seed':7") "}", "{}", "[]",
     GIVES("'seed':7"), NULL},
    {"what is not declared goes nowhere", "{'params':{}," ONE("'seed':7") "}", "{'seed':8}", "[]",
     GIVES("'seed':7"), NULL},
    {"pixels have two parts, which may be empty",
     "{'params':{'pixels':{'set':[[],[['1','h']]]}}," ONE("'w':1,'h':1") "}",
     "{'pixels':[1920,1080]}", "[]", GIVES("'w':1,'h':1080"), NULL},
    {"a list in one place is wrapped, for it is no link",
     "{'params':{'box':{'set':[[['1','box']]]}}," ONE("'box':0") "}", "{'box':['2',0]}", "[]",
     GIVES("'box':{'__value__':['2',0]}"), NULL},
    {"so is one that is written", "{'params':{}," ONE("'box':[1,2,3]") "}", "{}", "[]",
     GIVES("'box':{'__value__':[1,2,3]}"), NULL},
    {"a seed beyond 63 bits is no exponent", "{'params':{}," ONE("'seed':18446744073709551615") "}",
     "{}", "[]", GIVES("'seed':'18446744073709551615'"), NULL},
    {"inputs of one name have a part each",
     "{'params':{'track':{'set':[[['1','a']],[['1','b']]]}}," ONE("'a':'','b':''") "}", "{}",
     "[['track','1.wav'],['track','2.wav']]", GIVES("'a':'1.wav','b':'2.wav'"), NULL},
    {"and no more of them than parts, nor fewer",
     "{'preset':'two','params':{'track':{'set':[[['1','a']],[['1','b']]]}}," ONE(
         "'a':'','b':''") "}",
     "{}", "[['track','1.wav']]", NULL, "two takes 2 of track, and this step has 1"},
    {"a folder is one value",
     "{'params':{'image':{'folder':true,'set':[[['1','folder']]]}}," ONE("'folder':''") "}", "{}",
     "[['image','c41/k'],['image','c41/k']]", GIVES("'folder':'c41/k'"), NULL},
    {"the form of an input is filled in when it is sent",
     "{'params':{'image':{'form':'${image} [input], $${x} ${n}','set':[[['1','f']]]}}," ONE(
         "'f':''") "}",
     "{'n':3}", "[['image','${n}.png']]", GIVES("'f':'${n}.png [input], ${x} 3'"), NULL},
    {"no workflow", "{'preset':'p','params':{}}", "{}", "[]", NULL, "p has no workflow"},

    {"a chain without items leaves what fed it", "{" LORAS "}", "{}", "[]",
     "{'1':{'class_type':'Load','inputs':{}},'4':{'class_type':'Use','inputs':{'model':['1',0]}}}",
     NULL},
    {"fewer items than slots: the last ones go", "{" LORAS "}",
     "{'loras':[{'name':'x','strength':0.5}]}", "[]",
     "{'1':{'class_type':'Load','inputs':{}},"
     "'2':{'class_type':'Lora','inputs':{'model':['1',0],'file':'x','by':0.5}},"
     "'4':{'class_type':'Use','inputs':{'model':['2',0]}}}",
     NULL},
    {"what an item does not say stays", "{" LORAS "}", "{'loras':[{'name':'x'},{'strength':2}]}",
     "[]",
     "{'1':{'class_type':'Load','inputs':{}},"
     "'2':{'class_type':'Lora','inputs':{'model':['1',0],'file':'x','by':1}},"
     "'3':{'class_type':'Lora','inputs':{'model':['2',0],'file':'b','by':2}},"
     "'4':{'class_type':'Use','inputs':{'model':['3',0],'other':['3',1]}}}",
     NULL},
    {"more: the last slot again; a name stands for its file", "{" LORAS "}",
     "{'loras':[{'name':'x'},{'name':'y'},{'name':'z','strength':3}]}",
     "[['lora','x.st'],['lora','y.st'],['lora','z.st']]",
     "{'1':{'class_type':'Load','inputs':{}},"
     "'2':{'class_type':'Lora','inputs':{'model':['1',0],'file':'x.st','by':1}},"
     "'3':{'class_type':'Lora','inputs':{'model':['2',0],'file':'y.st','by':1}},"
     "'3_3':{'class_type':'Lora','inputs':{'model':['3',0],'file':'z.st','by':3}},"
     "'4':{'class_type':'Use','inputs':{'model':['3_3',0],'other':['3',1]}}}",
     NULL},
    {"an item without its file", "{'preset':'p'," LORAS "}",
     "{'loras':[{'name':'x'},{'name':'y'}]}", "[['lora','x.st']]", NULL,
     "the chain loras: number 2 of loras has no lora"},
    {"more than the model takes", "{'preset':'p'," LORAS "}", "{'loras':[{},{},{},{},{}]}", "[]",
     NULL, "p takes at most 4 of loras, and this step has 5"},
    {"two chains of one list",
     "{'workflow':{'1':{'class_type':'A','inputs':{'f':''}},'2':{'class_type':'A','inputs':{'f':''}"
     "},"
     "'3':{'class_type':'U','inputs':{'a':['1',0],'b':['2',0]}}},"
     "'chains':{'loras':{'slots':[['1']],'in':[],'out':[0,0],'max':1,'set':{'name':[0,'f']}},"
     "'low':{'of':'loras','slots':[['2']],'in':[],'out':[0,0],'max':1,'set':{'name':[0,'f']}}}}",
     "{'loras':[{'name':'x'}]}", "[]",
     "{'1':{'class_type':'A','inputs':{'f':'x'}},'2':{'class_type':'A','inputs':{'f':'x'}},"
     "'3':{'class_type':'U','inputs':{'a':['1',0],'b':['2',0]}}}",
     NULL},
    {"a slot that nothing feeds leaves its users' fields out",
     "{'workflow':{'1':{'class_type':'A','inputs':{'f':''}},"
     "'3':{'class_type':'U','inputs':{'a':['1',0],'b':5}}},"
     "'chains':{'video':{'slots':[['1']],'in':[],'out':[0,0],'max':1,'set':{'video':[0,'f']}}}}",
     "{}", "[]", "{'3':{'class_type':'U','inputs':{'b':5}}}", NULL},
    {"and cannot be there twice",
     "{'workflow':{'1':{'class_type':'A','inputs':{'f':''}}},"
     "'chains':{'video':{'slots':[['1']],'in':[],'out':[0,0],'max':2,'set':{'video':[0,'f']}}}}",
     "{}", "[['video','a'],['video','b']]", NULL, "take nothing from the slot before"},

    {"what fits the first window has no others, and its own length", "{" WINDOWS "}",
     "{'frames':5}", "[]",
     "{'1':{'class_type':'First','inputs':{'length':5}},"
     "'4':{'class_type':'Save','inputs':{'images':['1',0]}}}",
     NULL},
    {"one frame more needs a second", "{" WINDOWS "}", "{'frames':10}", "[]",
     "{'1':{'class_type':'First','inputs':{'length':9}},"
     "'2':{'class_type':'Next','inputs':{'length':9,'before':['1',0]}},"
     "'3':{'class_type':'Join','inputs':{'a':['1',0],'b':['2',0]}},"
     "'4':{'class_type':'Save','inputs':{'images':['3',0]}}}",
     NULL},
    {"each reads the one before", "{" WINDOWS "}", "{'frames':25}", "[]",
     "{'1':{'class_type':'First','inputs':{'length':9}},"
     "'2':{'class_type':'Next','inputs':{'length':9,'before':['1',0]}},"
     "'3':{'class_type':'Join','inputs':{'a':['1',0],'b':['2',0]}},"
     "'2_2':{'class_type':'Next','inputs':{'length':9,'before':['3',0]}},"
     "'3_2':{'class_type':'Join','inputs':{'a':['3',0],'b':['2_2',0]}},"
     "'4':{'class_type':'Save','inputs':{'images':['3_2',0]}}}",
     NULL},
    {"a model is never sent more than it takes",
     "{'preset':'p','params':{'frames':{'max':81,'set':[[['1','n']]]}},'longer':'q'," ONE(
         "'n':1") "}",
     "{'frames':97}", "[]", NULL, "p makes at most 81 frames, and this needs 97"},
    {"as many as there may be", "{" WINDOWS "}", "{'frames':34}", "[]", NULL,
     "w makes no 34 frames in windows of 9"},
};

#define REQUEST(text) "{'preset':'p','model':'m:1','request':" text "}"

static const struct fill_case requests[] = {
    {"a scalar that is just a name takes its type",
     REQUEST("{'n':'${n}','x':'${x}','b':'${b}','o':'${o}','l':['${l}']}"),
     "{'n':3,'x':0.5,'b':true,'o':{'a':1},'l':[1,2]}", "[]",
     "{'n':3,'x':0.5,'b':true,'o':{'a':1},'l':[[1,2]]}", NULL},
    {"within a text its text goes in", REQUEST("['n=${n} x=${x} b=${b} t=${t} ${ t }']"),
     "{'n':3,'x':0.5,'b':true,'t':'a b'}", "[]", "['n=3 x=0.5 b=true t=a b a b']", NULL},
    {"what is absent goes, with its key or its item",
     REQUEST("{'a':'${a}','b':['--a=${a}','x','${a}'],'c':{'d':'${a}'}}"), "{}", "[]",
     "{'b':['x'],'c':{}}", NULL},
    {"two dollars are none", REQUEST("['$${a}','$${a} ${a} $$ $ ${','${'] "), "{'a':'1'}", "[]",
     "['${a}','${a} 1 $$ $ ${','${']", NULL},
    {"a value is not looked into", REQUEST("['${a}','<${a}>']"), "{'a':'${b} $${c}','b':1}", "[]",
     "['${b} $${c}','<${b} $${c}>']", NULL},
    {"the preset's model, what the driver knows, inputs before params",
     REQUEST("['${model}','${work}/x','${output.lora}','${image}']"), "{'image':'no'}",
     "[['image','yes']]", "['m:1','/w/x','/w/o','yes']", NULL},
    {"several inputs are a list, or as many items",
     REQUEST("{'images':'${image}','run':['a','${...image}','${...none}','z']}"), "{}",
     "[['image','1'],['image','2']]", "{'images':['1','2'],'run':['a','1','2','z']}", NULL},
    {"one input is no list, but may be an item", REQUEST("{'i':'${image}','l':['${...image}']}"),
     "{}", "[['image','1']]", "{'i':'1','l':['1']}", NULL},
    {"numbers, null and false stay", REQUEST("[1,2.5,null,false,'']"), "{}", "[]",
     "[1,2.5,null,false,'']", NULL},
    {"no request", "{'preset':'p'}", "{}", "[]", "{}", NULL},
    {"nothing left of it", REQUEST("'${a}'"), "{}", "[]", NULL, "the request of p is empty"},
};

static void check(const struct fill_case *c, bool request)
{
    json_t *preset = quoted_json(c->preset), *params = quoted_json(c->params);
    json_t *inputs = quoted_json(c->inputs), *input, *filled;
    json_t *more = quoted_json("{'work':'/w','output.lora':'/w/o'}");
    struct fill_input list[MOST_INPUTS];
    struct fill f = {preset, params, list, json_array_size(inputs), NULL};
    struct err err = {0};
    size_t i;

    assert_non_null(preset);
    assert_non_null(params);
    json_array_foreach(inputs, i, input)
        list[i] = (struct fill_input){json_string_value(json_array_get(input, 0)),
                                      json_array_get(input, 1)};
    filled = request ? fill_request(&f, more, &err) : fill_workflow(&f, &err);
    if (filled) {
        json_t *expected = quoted_json(c->filled ? c->filled : "null");

        if (!json_equal(expected, filled))
            fail_msg("%s: gave %s", c->about, json_dumps(filled, JSON_ENCODE_ANY));
        json_decref(expected);
    } else {
        assert_int_equal(err.kind, ERR_FILM);
        if (!c->error || !strstr(err.text, c->error))
            fail_msg("%s: %s", c->about, err.text);
    }
    json_decref(filled);
    json_decref(more);
    json_decref(inputs);
    json_decref(params);
    json_decref(preset);
}

static void test_workflows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(workflows) / sizeof(*workflows); i++)
        check(&workflows[i], false);
}

static void test_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
        check(&requests[i], true);
}

// What was handed in is as it was, whatever is done to what came out.
static void test_nothing_is_shared(void **state)
{
    json_t *preset = quoted_json("{" LORAS "}"), *before = json_deep_copy(preset);
    json_t *params = quoted_json("{'loras':[{'name':'x'},{'name':'y'},{'name':'z'}]}"), *filled;
    struct fill f = {.preset = preset, .params = params, .prefix = "p"};
    struct err err;

    (void)state;
    filled = fill_workflow(&f, &err);
    assert_non_null(filled);
    json_object_clear(json_object_get(json_object_get(filled, "4"), "inputs"));
    assert_true(json_equal(preset, before));
    json_decref(filled);
    json_decref(before);
    json_decref(params);
    json_decref(preset);
}

struct prefix_case {
    const char *about, *nodes, *output, *filled;
};

#define SAVE(id, field, value, more)                                                               \
    "'" id "':{'class_type':'S','inputs':{'" field "':'" value "'" more "}}"

static const struct prefix_case prefixes[] = {
    {"alone", SAVE("1", "filename_prefix", "ComfyUI", ""), "{}",
     SAVE("1", "filename_prefix", "k", "")},
    {"a folder that is written stays", SAVE("1", "filename_prefix", "a/b/ComfyUI", ""), "{}",
     SAVE("1", "filename_prefix", "a/b/k", "")},
    {"but not one that only browsers know", SAVE("1", "filename_prefix", "%date:yyyy%/ComfyUI", ""),
     "{}", SAVE("1", "filename_prefix", "k", "")},
    {"several do not share a name",
     SAVE("1", "filename_prefix", "x", "") "," SAVE("2", "prefix", "l/x", ""), "{}",
     SAVE("1", "filename_prefix", "k-1", "") "," SAVE("2", "prefix", "l/k-2", "")},
    {"a prefix of text that others read is none",
     SAVE("1", "prefix", "Hello", "") "," SAVE("2", "filename_prefix", "x", ",'t':['1',0]"), "{}",
     SAVE("1", "prefix", "Hello", "") "," SAVE("2", "filename_prefix", "k", ",'t':['1',0]")},
    {"unless the preset says that it is an output",
     SAVE("1", "prefix", "x", "") "," SAVE("2", "a", "b", ",'t':['1',0]"),
     "{'lora':{'node':'1','saved':'_${n}.st'}}",
     SAVE("1", "prefix", "k", "") "," SAVE("2", "a", "b", ",'t':['1',0]")},
};

static void test_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
        const struct prefix_case *c = &prefixes[i];
        struct buf text = {0}, wanted = {0};
        struct err err;
        json_t *preset, *filled, *expected;
        struct fill f = {.prefix = "k"};

        buf_printf(&text, "{'output':%s,'workflow':{%s}}", c->output, c->nodes);
        buf_printf(&wanted, "{%s}", c->filled);
        f.preset = preset = quoted_json(buf_text(&text));
        expected = quoted_json(buf_text(&wanted));
        filled = fill_workflow(&f, &err);
        if (!json_equal(filled, expected))
            fail_msg("%s: gave %s", c->about, json_dumps(filled, 0));
        json_decref(filled);
        json_decref(expected);
        json_decref(preset);
        buf_release(&wanted);
        buf_release(&text);
    }
}

static void test_saved(void **state)
{
    json_t *preset = quoted_json(
        "{'output':{'lora':{'node':'1','saved':'_${steps}_${nothing}.st'},"
        "'ok':{'node':'1','saved':'_${steps}_00001_.st'},'image':{'node':'2','key':'images'}},"
        "'workflow':{" SAVE("1", "prefix", "loras/x", "") "}}");
    json_t *params = quoted_json("{'steps':2000}"), *filled;
    struct fill f = {.preset = preset, .params = params, .prefix = "c41/k"};
    struct err err;
    char *path;

    (void)state;
    filled = fill_workflow(&f, &err);
    path = fill_saved(&f, filled, "ok");
    assert_string_equal(path, "loras/c41/k_2000_00001_.st");
    assert_null(fill_saved(&f, filled, "lora"));
    assert_null(fill_saved(&f, filled, "image"));
    assert_null(fill_saved(&f, filled, "nothing"));
    mem_free(path);
    json_decref(filled);
    json_decref(params);
    json_decref(preset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workflows),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_nothing_is_shared),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_saved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
