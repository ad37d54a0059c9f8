// SPDX-License-Identifier: MIT
// Workflows held against what a ComfyUI server says of its nodes: each kind of fault with its
// remedy, and the verdicts that two servers gave on wrong prompts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/infos.h"
#include "tests/unit/quoted.h"

#define IN(fields)  "'input':{'required':{" fields "}}"
#define SAVES(more) "'S':{" IN("'x':['X']" more) ",'output':[],'output_node':true}"
#define NODE(fields)                                                                               \
    "{'workflow':{'1':{'class_type':'S','inputs':{'x':['2',0]}},"                                  \
    "'2':{'class_type':'A','inputs':{" fields "}}}}"
#define CLASS(fields) "{" SAVES("") ",'A':{" IN(fields) ",'output':['X'],'output_name':['x']}}"

struct fault_case {
    const char *about, *info, *preset;
    const char *faults; // "" where it fits
};

static const struct fault_case faults[] = {
    {"both spellings of a combo", CLASS("'a':[['u','v']],'b':['COMBO',{'options':['u','v']}]"),
     NODE("'a':'u','b':'v'"), ""},
    {"neither has it", CLASS("'a':[['up','down']],'b':['COMBO',{'options':['up','down']}]"),
     NODE("'a':'dawn','b':'left'"),
     "a A that takes \"dawn\" for a (node 2) | did you mean \"down\"?\na A that takes \"left\" for "
     "b (node 2) | it takes one of: up, down\n"},
    {"choices may be numbers and flags", CLASS("'a':[[8,16.0,true]],'b':[[8,16.0,true]],'c':[[8]]"),
     NODE("'a':16,'b':true,'c':9"), "a A that takes 9 for c (node 2) | it takes one of: 8\n"},
    {"choices that are elsewhere are not looked for",
     CLASS("'a':[['u'],{'image_upload':true}],'b':['COMBO',{'remote':{'route':'/"
           "r'}}],'c':[['u'],{'image_upload':false}]"),
     NODE("'a':'v','b':'v','c':'v'"), "a A that takes \"v\" for c (node 2) | it takes one of: u\n"},
    {"a range", CLASS("'a':['INT',{'min':0,'max':16384}],'b':['FLOAT',{'min':0.5}]"),
     NODE("'a':16385,'b':0.25"),
     "a A that takes 16385 for a (node 2) | it takes 16384 at most\na A that takes 0.25 for b "
     "(node 2) | it takes 0.5 and more\n"},
    {"integers of 64 bits, and no end",
     CLASS("'seed':['INT',{'min':0,'max':18446744073709551615}],'g':['FLOAT',{'min':-Infinity,'max'"
           ":Infinity}],'h':['FLOAT',{'min':NaN,'max':null}]"),
     NODE("'seed':9007199254740991,'g':1e300,'h':-5"), ""},
    {"a seed as text", CLASS("'seed':['INT',{'min':0,'max':18446744073709551615}]"),
     NODE("'seed':'18446744073709551615'"), ""},
    {"numbers as text, fractions of integers, flags",
     CLASS("'a':['INT',{'max':16}],'b':['INT'],'c':['INT']"), NODE("'a':16.9,'b':true,'c':'x'"),
     "a A that takes \"x\" for c (node 2) | give it a number\n"},
    {"what is missing", CLASS("'a':['INT'],'b':['X']"), NODE(""),
     "a A that does without a (node 2) | add it to the workflow: versions of the node that do not "
     "know it pass it over\na A that does without b (node 2) | add it to the workflow: versions of "
     "the node that do not know it pass it over\n"},
    {"what is not declared is passed over", CLASS("'a':['INT']"), NODE("'a':1,'z':'z','z.y':[1]"),
     ""},
    {"keys that are absent or null",
     "{" SAVES(
         "") ",'A':{'input':{'required':null,'optional':null},'output':['X'],'output_name':null}}",
     NODE("'a':1"), ""},
    {"no input at all", "{" SAVES("") ",'A':{'input':null,'output':['X']}}", NODE(""), ""},
    {"a dynamic combo brings its own",
     CLASS("'m':['COMFY_DYNAMICCOMBO_V3',{'options':[{'key':'auto','inputs':{'required':{}}},{'key'"
           ":'by "
           "hand','inputs':{'required':{'n':['INT',{'max':9}]},'optional':{'o':['INT',{'max':9}]}}}"
           "]}]"),
     NODE("'m':'by hand','m.n':10"), "a A that takes 10 for m.n (node 2) | it takes 9 at most\n"},
    {"and needs it",
     CLASS("'m':['COMFY_DYNAMICCOMBO_V3',{'options':[{'key':'by "
           "hand','inputs':{'required':{'n':['INT'],'d':['COMFY_DYNAMICCOMBO_V3',{'options':[{'key'"
           ":'k','inputs':{'required':{'deep':['INT']}}}]}]}}}]}]"),
     NODE("'m':'by hand','m.d':'k'"),
     "a A that does without m.n (node 2) | add it to the workflow: versions of the node that do "
     "not know it pass it over\na A that does without m.d.deep (node 2) | add it to the workflow: "
     "versions of the node that do not know it pass it over\n"},
    {"a choice of it that is not there",
     CLASS("'m':['COMFY_DYNAMICCOMBO_V3',{'options':[{'key':'auto','inputs':{}}]}]"),
     NODE("'m':'auta'"), "a A that takes \"auta\" for m (node 2) | did you mean \"auto\"?\n"},
    {"an input that grows",
     CLASS("'i':['COMFY_AUTOGROW_V3',{'template':{'input':{'required':{'image':['IMAGE',{}]}},'"
           "prefix':'image','min':2,'max':50}}]"),
     NODE("'i.image0':['2',0]"),
     "a A that does without i.image1 (node 2) | add it to the workflow: versions of the node that "
     "do not know it pass it over\na A that takes X for i.image0 (node 2) | it takes IMAGE; export "
     "the workflow from this server\n"},
    {"a type that follows others",
     CLASS("'i':['COMFY_MATCHTYPE_V3',{'template':{'template_id':'t','allowed_types':'X,Y'}}],'j':["
           "'COMFY_MATCHTYPE_V3',{'template':{'allowed_types':'Y'}}]"),
     NODE("'i':['2',0],'j':['2',0]"),
     "a A that takes X for j (node 2) | it takes Y; export the workflow from this server\n"},
    {"what nobody has heard of", CLASS("'i':['COMFY_NEXT_V4',{'options':7}],'j':[{}],'k':7"),
     NODE("'i':['2',0],'j':1,'k':1"), ""},
    {"unions and anything", CLASS("'a':['X,Y'],'b':['*'],'c':['Y , Z']"),
     NODE("'a':['2',0],'b':['2',0],'c':['2',0]"),
     "a A that takes X for c (node 2) | it takes Y , Z; export the workflow from this server\n"},
    {"an output that is not there", CLASS("'a':['X']"), NODE("'a':['2',1]"),
     "output 1 of A | its outputs are: 0 x; export the workflow from this server\n"},
    {"a node that is not there", CLASS("'a':['X']"), NODE("'a':['9',0]"),
     "node 9, which 2.a reads | the preset's workflow does not have it either: export it again\n"},
    {"a list is a link", CLASS("'a':['X'],'b':['X']"),
     NODE("'a':[1,2,3],'b':{'__value__':[1,2,3]}"),
     "a A that takes a list for a (node 2) | any list is a link to it: write {\"__value__\": […]} "
     "in the workflow\n"},
    {"what nothing that saves needs is not looked at", CLASS("'a':['INT']"),
     "{'workflow':{'1':{'class_type':'S','inputs':{'x':['2',0]}},'2':{'class_type':'A','inputs':{'"
     "a':1}},'3':{'class_type':'A','inputs':{}}}}",
     ""},
    {"nothing saves", CLASS("'a':['INT']"), "{'workflow':{'2':{'class_type':'A','inputs':{}}}}",
     "a node of this workflow that saves something | end it in a node that saves, such as "
     "SaveImage or SaveVideo\n"},

    {"no node: ComfyUI's own", CLASS(""), "{'workflow':{'1':{'class_type':'New','inputs':{}}}}",
     "the node \"New\" | update ComfyUI on that server: newer versions have it themselves\n"},
    {"known by another name", "{" SAVES("") ",'SaveLoRANode':{'input':{}}}",
     "{'needs':{'packs':['P']},'workflow':{'1':{'class_type':'SaveLoRA','inputs':{}}}}",
     "the node \"SaveLoRA\" | update ComfyUI on that server: it has an older version, called "
     "SaveLoRANode\n"},
    {"of a pack that the preset needs", CLASS(""),
     "{'needs':{'packs':['Pack-A']},'workflow':{'1':{'class_type':'New','inputs':{}}}}",
     "the node \"New\" | install the node pack Pack-A on that server, and start it again\n"},
    {"of the one of them that is not there",
     "{" SAVES("") ",'B':{'input':{},'python_module':'custom_nodes.pack_a'}}",
     "{'needs':{'packs':['ComfyUI-Pack-A','Pack-B']},'workflow':{'1':{'class_type':'New','inputs':{"
     "}}}}",
     "the node \"New\" | install the node pack Pack-B on that server, and start it again\n"},
    {"of one that everybody knows", CLASS(""),
     "{'workflow':{'1':{'class_type':'VHS_LoadVideo','inputs':{}}}}",
     "the node \"VHS_LoadVideo\" | install the node pack ComfyUI-VideoHelperSuite on that server, "
     "and start it again\n"},
    {"and which is there",
     "{" SAVES("") ",'B':{'input':{},'python_module':'custom_nodes.comfyui-videohelpersuite'}}",
     "{'workflow':{'1':{'class_type':'VHS_LoadVideo','inputs':{}}}}",
     "the node \"VHS_LoadVideo\" | update the node pack ComfyUI-VideoHelperSuite on that server, "
     "or look into its log: the pack is there, and this node is not\n"},

    {"no model: its folder by the preset, by the field, or by nobody",
     CLASS("'m':[['a.safetensors']],'unet_name':['COMBO',{'options':[]}],'n':[['x']]"),
     "{'needs':{'models':{'SEEDVR2':['b.safetensors']}},'workflow':{'1':{'class_type':'S','inputs':"
     "{'x':['2',0]}},'2':{'class_type':'A','inputs':{'m':'b.safetensors','unet_name':'wan.gguf','n'"
     ":'odd.pth'}}}}",
     "the model \"b.safetensors\" | put it into models/SEEDVR2 of that server; it has "
     "\"a.safetensors\"\nthe model \"wan.gguf\" | put it into models/diffusion_models of that "
     "server\nthe model \"odd.pth\" | put it where A looks for its files\n"},
    {"in a subfolder, as Windows spells it",
     CLASS("'m':[['wan\\\\2.2\\\\a.safetensors']],'n':[['x/wan\\\\b.safetensors']]"),
     NODE("'m':'wan/2.2/a.safetensors','n':'b.safetensors'"), ""},
    {"whole parts only", CLASS("'m':[['xa.safetensors']]"), NODE("'m':'a.safetensors'"),
     "the model \"a.safetensors\" | put it where A looks for its files; it has "
     "\"xa.safetensors\"\n"},
    {"a model is told once", CLASS("'vae_name':[[]],'b':[[]]"),
     NODE("'vae_name':'a.pt','b':'a.pt'"),
     "the model \"a.pt\" | put it into models/vae of that server\n"},
    {"what each step brings is not looked for", CLASS("'i':[[]],'l':[[]],'n':['INT',{'max':5}]"),
     "{'params':{'image':{'required':true,'set':[[['2','i']]]},'n':{'required':true,'set':[[['2','"
     "n']]]}},'chains':{'loras':{'slots':[['2']],'in':[],'set':{'name':[0,'l']}}},'workflow':{'1':{"
     "'class_type':'S','inputs':{'x':['2',0]}},'2':{'class_type':'A','inputs':{'i':'a.png','l':'b."
     "st','n':6}}}}",
     "a A that takes 6 for n (node 2) | it takes 5 at most\n"},
    {"defaults and limits of the preset",
     CLASS("'s':['INT',{'max':50}],'f':['INT',{'max':100}],'w':['INT',{'max':2000}],'h':['INT',{'"
           "max':1000}]"),
     "{'params':{'steps':{'default':60,'set':[[['2','s']]]},'frames':{'max':121,'set':[[['2','f']]]"
     "},'pixels':{'sizes':[[1920,1080],[640,480]],'set':[[['2','w']],[['2','h']]]}},'workflow':{'1'"
     ":{'class_type':'S','inputs':{'x':['2',0]}},'2':{'class_type':'A','inputs':{'s':1,'f':1,'w':1,"
     "'h':1}}}}",
     "a A that takes 60 for s (node 2) | it takes 50 at most\na A that takes 121 for f (node 2) | "
     "it takes 100 at most\na A that takes 1080 for h (node 2) | it takes 1000 at most\n"},

    {"an output that was called otherwise, by its type",
     "{" SAVES(
         "") ",'A':{'input':{},'output':['MODEL','X','LOSS'],'output_name':['model','x','l']}}",
     "{'needs':{'outputs':{'A':['x']}},'workflow':{'1':{'class_type':'S','inputs':{'x':['2',0]}},'"
     "2':{'class_type':'A','inputs':{}}}}",
     ""},
    {"an output that is gone",
     "{" SAVES("") ",'A':{'input':{},'output':['X','X'],'output_name':['y','z']}}",
     "{'needs':{'outputs':{'A':['x']}},'workflow':{'1':{'class_type':'S','inputs':{'x':['2',0]}},'"
     "2':{'class_type':'A','inputs':{}}}}",
     "the output \"x\" of A | its outputs are: 0 y, 1 z; export the workflow from this server\n"},
};

static void test_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct object_info *o = quoted_info(faults[i].info);
        json_t *preset = quoted_json(faults[i].preset), *list = json_array();
        struct buf told = {0};

        assert_non_null(preset);
        object_info_check(o, preset, NULL, list);
        tell_faults(list, &told);
        if (strcmp(buf_text(&told), faults[i].faults) != 0)
            fail_msg("%s:\n%s", faults[i].about, buf_text(&told));
        buf_release(&told);
        json_decref(list);
        json_decref(preset);
        object_info_free(o);
    }
}

// A class that two documents have is right as either of them, and has the files of both.
static void test_two_documents(void **state)
{
    struct object_info *o = quoted_info(CLASS("'a':['INT'],'m':[['u.st']]"));
    json_t *list = json_array(), *one = quoted_json(NODE("'a':1,'m':'v.st'")),
           *two = quoted_json(NODE("'b':1,'m':'u.st'")), *none = quoted_json(NODE("'m':'w.st'"));
    const char *second = "{\"A\":{\"input\":{\"required\":{\"b\":[\"INT\"],\"m\":[[\"v.st\"]]}},"
                         "\"output\":[\"X\"]}}";
    struct err err;

    (void)state;
    assert_true(object_info_add(o, str_of(second), &err));
    object_info_check(o, one, NULL, list);
    object_info_check(o, two, NULL, list);
    assert_int_equal(json_array_size(list), 0);
    object_info_check(o, none, NULL, list);
    assert_int_equal(json_array_size(list), 2);
    assert_false(object_info_add(o, str_of("{}"), &err));
    json_decref(none);
    json_decref(two);
    json_decref(one);
    json_decref(list);
    object_info_free(o);
}

static void test_params_of_two_documents(void **state)
{
    struct object_info *o = quoted_info(CLASS("'s':['INT',{'max':50}]"));
    const char *second = "{\"A\":{\"input\":{\"required\":{\"s\":[\"INT\",{\"max\":100}]}}}}";
    json_t *preset = quoted_json("{'params':{'steps':{'set':[[['2','s']]]}},'workflow':{"
                                 "'2':{'class_type':'A','inputs':{'s':1}}}}");
    json_t *within = quoted_json("{'steps':70}"), *beyond = quoted_json("{'steps':101}");
    json_t *list = json_array();
    struct err err;

    (void)state;
    assert_true(object_info_add(o, str_of(second), &err));
    object_info_check_params(o, preset, within, list);
    assert_int_equal(json_array_size(list), 0);
    object_info_check_params(o, preset, beyond, list);
    assert_int_equal(json_array_size(list), 1);
    json_decref(list);
    json_decref(beyond);
    json_decref(within);
    json_decref(preset);
    object_info_free(o);
}

static void test_params(void **state)
{
    struct object_info *o =
        quoted_info(CLASS("'s':['INT',{'max':50}],'c':[['u']],'w':['INT',{'max':9}],'h':['INT']"));
    json_t *preset = quoted_json(
        "{'params':{'steps':{'set':[[['2','s']]]},'mode':{'set':[[['2','c']]]},"
        "'pixels':{'set':[[['2','w']],[['2','h']]]},'other':{}},"
        "'workflow':{'1':{'class_type':'S','inputs':{'x':['2',0]}},'2':{'class_type':'A','inputs':"
        "{'s':1,'c':'u','w':1,'h':1}}}}");
    json_t *params = quoted_json("{'steps':99,'mode':'v','pixels':[10,10],'other':7,'nobody':8}");
    json_t *list = json_array();
    struct buf told = {0};

    (void)state;
    object_info_check_params(o, preset, params, list);
    tell_faults(list, &told);
    assert_string_equal(buf_text(&told),
                        "a A that takes 99 for s (node 2) | it takes 50 at most\n"
                        "a A that takes \"v\" for c (node 2) | it takes one of: u\n"
                        "a A that takes 10 for w (node 2) | it takes 9 at most\n");
    buf_release(&told);
    json_decref(list);
    json_decref(params);
    json_decref(preset);
    object_info_free(o);
}

// What we say of each kind of fault that a server tells.
static const struct {
    const char *theirs, *ours;
} words[] = {
    {"value_not_in_list", "that takes"},     {"required_input_missing", "does without"},
    {"value_bigger_than_max", "that takes"}, {"value_smaller_than_min", "that takes"},
    {"invalid_input_type", "that takes"},    {"return_type_mismatch", "that takes"},
    {"bad_linked_input", "takes a list"},
};

static bool is_told(json_t *list, const char *fault)
{
    const char *field = strchr(fault, ' ') + 1;
    json_t *one;
    size_t i;

    for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
        if (strncmp(fault, words[k].theirs, strlen(words[k].theirs)) == 0)
            json_array_foreach(list, i, one) {
                const char *what = json_get_text(one, "what", "");

                if ((strstr(what, words[k].ours) && strstr(what, field)) ||
                    strncmp(what, "the model", 9) == 0)
                    return true;
            }
    return false;
}

// Some faults are the server's alone to know: files of its input folder, rules of a node's own
// code; and a circle of nodes cannot be exported.
static bool is_theirs_alone(const json_t *row)
{
    const char *first = json_string_value(json_array_get(json_object_get(row, "faults"), 0));
    bool whole = strcmp(json_get_text(row, "error", ""), "prompt_outputs_failed_validation") == 0;

    return (whole && !first) || (first && (strncmp(first, "custom_", 7) == 0 ||
                                           strncmp(first, "dependency_cycle", 16) == 0));
}

static void check_verdict(const struct object_info *o, const json_t *row)
{
    const json_t *prompt = json_object_get(row, "prompt");
    json_t *list = json_array(), *fault, *preset = json_pack("{s:O}", "workflow", prompt);
    struct buf told = {0};
    size_t i, n = json_array_size(json_object_get(row, "faults"));

    object_info_check(o, preset, prompt, list);
    tell_faults(list, &told);
    if (json_array_size(list) == 0 && !is_theirs_alone(row))
        fail_msg("refused by the server, and not by us: %s", json_dumps(prompt, 0));
    json_array_foreach(json_object_get(row, "faults"), i, fault) {
        const char *text = json_string_value(fault);

        if (!is_theirs_alone(row) && strncmp(text, "exception_", 10) != 0 && !is_told(list, text))
            fail_msg("%s is not told: %s", text, buf_text(&told));
        if (strncmp(text, "exception_", 10) != 0 && json_array_size(list) > n)
            fail_msg("more than the server finds wrong: %s", buf_text(&told));
    }
    buf_release(&told);
    json_decref(preset);
    json_decref(list);
}

static void test_verdicts(void **state)
{
    static const char *const versions[] = {"v0.3.64", "v0.21.0"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char path[1000];
        struct object_info *o;
        struct buf text = {0};
        struct err err;
        json_t *rows, *row;
        size_t k;

        snprintf(path, sizeof(path), FIXTURES "%s.json", versions[i]);
        o = read_info(path);
        snprintf(path, sizeof(path), FIXTURES "verdicts.%s.json", versions[i]);
        read_text(path, &text);
        rows = json_read_loose(buf_view(&text), &err);
        assert_int_equal(json_array_size(rows), 22);
        json_array_foreach(rows, k, row)
            check_verdict(o, row);
        json_decref(rows);
        buf_release(&text);
        object_info_free(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_two_documents),
        cmocka_unit_test(test_params),   cmocka_unit_test(test_params_of_two_documents),
        cmocka_unit_test(test_verdicts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
