// SPDX-License-Identifier: MIT
// What ComfyUI servers say of their nodes: documents of several versions, whole, cut and wrong; the
// form in which they are kept; and a workflow put into a server's own words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "tests/unit/infos.h"
#include "tests/unit/quoted.h"
#include "tests/unit/scratch.h"

static void test_documents(void **state)
{
    static const struct {
        const char *path;
        size_t classes;
        bool flux2; // a node that came with a later version
    } rows[] = {
        {FIXTURES "newest.json", 95, true},
        {FIXTURES "v0.3.64.json", 18, false},
        {FIXTURES "v0.21.0.json", 20, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct object_info *o = read_info(rows[i].path);

        assert_int_equal(object_info_classes(o), rows[i].classes);
        assert_int_equal(object_info_has(o, "Flux2Scheduler"), rows[i].flux2);
        assert_true(object_info_has(o, "SaveImage"));
        assert_false(object_info_has(o, "NoSuchNodeClass"));
        object_info_free(o);
    }
}

static void test_packs(void **state)
{
    struct object_info *o = read_info(FIXTURES "newest.json");
    json_t *packs = object_info_packs(o);
    char *text = json_dumps(packs, 0);

    (void)state;
    assert_string_equal(text, "[\"ComfyUI-FramePackWrapper\", \"ComfyUI-MMAudio\", "
                              "\"ComfyUI-VideoHelperSuite\", \"ComfyUI-WanVideoWrapper\", "
                              "\"joycaption_comfyui\", \"seedvr2_videoupscaler\"]");
    free(text);
    json_decref(packs);
    object_info_free(o);
}

static const char *const no_documents[] = {
    "",
    " ",
    "{}",
    "[]",
    "null",
    "\"a\"",
    "<html><body>502 Bad Gateway</body></html>",
    "{\"error\":\"no such route\"}",
    "{\"detail\":[1,2]}",
    "{\"A\":{\"input\":{}}",
    "{\"A\":{\"input\":{}}}}",
    "{\"A\":{\"input\":{}}} x",
};

static void test_no_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(no_documents) / sizeof(*no_documents); i++) {
        struct err err = {0};
        struct object_info *o = object_info_read(str_of(no_documents[i]), &err);

        if (o)
            fail_msg("%s was read", no_documents[i]);
        assert_int_equal(err.kind, ERR_FINAL);
    }
}

// A document that was cut on its way is none, wherever.
static void test_cut_documents(void **state)
{
    struct buf text = {0};
    struct err err;

    (void)state;
    read_text(FIXTURES "v0.21.0.json", &text);
    for (size_t len = 0; len + 3 < text.len; len += 13) {
        char *copy = mem_new(len + 1);

        memcpy(copy, text.ptr, len);
        copy = mem_resize(copy, len ? len : 1, 1);
        assert_null(object_info_read((struct str){copy, len}, &err));
        mem_free(copy);
    }
    buf_release(&text);
}

// Whatever a server says, it is read to an end and does no harm; half of it may mean nothing.
static void test_hostile_documents(void **state)
{
    static const char *const bodies[] = {
        "{'input':{'required':{'a':['COMBO',{'kept list':7}]}},'output':['X']}",
        "{'input':{'required':{'a':['INT',{'min':1e999,'max':-1e999}]}},'output':[[['u']],7,null]}",
        "{'input':{'required':[1,2],'optional':'x','hidden':7},'output':{},'output_name':[[],{}]}",
        "{'input':[],'output':null,'python_module':7,'output_node':'yes'}",
        "{'input':{'required':{'':[''],'.':['X'],'a.':[[]],'b':[],'c':[{}]}},'output':[]}",
        "{'input':{'required':{'a':['COMFY_DYNAMICCOMBO_V3',{'options':[7,{},{'key':7},{'inputs':7}"
        "]}],"
        "'b':['COMFY_AUTOGROW_V3',{'template':{'min':-5,'prefix':7}}],"
        "'c':['COMFY_AUTOGROW_V3',{'template':{'min':1e300,'prefix':'p','input':[]}}]}}}",
    };
    json_t *preset = quoted_json(
        "{'workflow':{'1':{'class_type':'A','inputs':{'a':'x','a.':'y','b.p0':1,'c.p0':2,'.':3,"
        "'a.b.c.d':['1',-1],'':['1',99]}},'2':{'class_type':'S','inputs':{'x':['1',0]}}}}");

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        struct buf text = {0};
        struct object_info *o;
        json_t *list = json_array();

        buf_printf(&text, "{'A':%s,'S':{'input':{'required':{'x':['*']}},'output_node':true}}",
                   bodies[i]);
        o = quoted_info(buf_text(&text));
        object_info_check(o, preset, NULL, list);
        object_info_adapt(o, preset, json_object_get(preset, "workflow"));
        json_decref(list);
        object_info_free(o);
        buf_release(&text);
    }
    json_decref(preset);
}

static struct object_info *read_nested(int depth)
{
    struct buf text = {0};
    struct err err;
    struct object_info *o;

    buf_puts(&text, "{'A':{'input':{'required':{");
    for (int i = 0; i < depth; i++)
        buf_puts(&text,
                 "'a':['COMFY_DYNAMICCOMBO_V3',{'options':[{'key':'k','inputs':{'required':{");
    for (int i = 0; i < depth; i++)
        buf_puts(&text, "}}}]}]");
    buf_puts(&text, "}}},'B':{'input':{}}}");
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = text.ptr[i] == '\'' ? '"' : text.ptr[i];
    o = object_info_read(buf_view(&text), &err);
    buf_release(&text);
    return o;
}

// Combos within combos are cut off where they are deeper than any, and the rest is read; without
// end they are refused.
static void test_deep_documents(void **state)
{
    struct object_info *o = read_nested(50);

    (void)state;
    assert_true(object_info_has(o, "B"));
    object_info_free(o);
    assert_null(read_nested(20000));
}

struct adapt_case {
    const char *about, *info, *preset, *workflow, *adapted;
};

#define TRAINER(names, types)                                                                      \
    "{'T':{'input':{},'output':[" types "],'output_name':[" names "]},"                            \
    "'L':{'input':{'required':{'lora':['LORA'],'loss':['LOSS_MAP'],'steps':['INT']}},"             \
    "'output':[],'output_node':true}}"
#define TRAINED "{'needs':{'outputs':{'T':['lora','loss_map','steps']}}}"
#define LINKS(a, b, c)                                                                             \
    "{'1':{'class_type':'T','inputs':{}},'2':{'class_type':'L','inputs':"                          \
    "{'lora':['1'," #a "],'loss':['1'," #b "],'steps':['1'," #c "]}}}"

static const struct adapt_case adapts[] = {
    {"outputs that moved, of which one is called otherwise",
     TRAINER("'model','lora','loss','steps'", "'MODEL','LORA','LOSS_MAP','INT'"), TRAINED,
     LINKS(0, 1, 2), LINKS(1, 2, 3)},
    {"outputs as they were", TRAINER("'lora','loss_map','steps'", "'LORA','LOSS_MAP','INT'"),
     TRAINED, LINKS(0, 1, 2), LINKS(0, 1, 2)},
    {"nobody said what they were called",
     TRAINER("'model','lora','loss','steps'", "'MODEL','LORA','LOSS_MAP','INT'"), "{}",
     LINKS(0, 1, 2), LINKS(0, 1, 2)},
    {"files as the server spells them",
     "{'A':{'input':{'required':{'m':[['wan\\\\a.st','b.st']],'n':['COMBO',{'options':"
     "['x\\\\a.st']}],'o':[['a/b']],'p':[['c.st']]}}}}",
     "{}",
     "{'1':{'class_type':'A','inputs':{'m':'wan/a.st','n':'a.st','o':'a/b','p':'c41/new.st',"
     "'q':'a/b.st'}}}",
     "{'1':{'class_type':'A','inputs':{'m':'wan\\\\a.st','n':'x\\\\a.st','o':'a/b',"
     "'p':'c41\\\\new.st','q':'a/b.st'}}}"},
    {"and no others of one that has slashes", "{'A':{'input':{'required':{'m':[['wan/a.st']]}}}}",
     "{}", "{'1':{'class_type':'A','inputs':{'m':'new/b.st'}}}",
     "{'1':{'class_type':'A','inputs':{'m':'new/b.st'}}}"},
    {"what it does not know stays", "{'A':{'input':{}}}", "{}",
     "{'1':{'class_type':'B','inputs':{'a':['9',7]}},'2':{'class_type':'A','inputs':{'z':1,'y':['1'"
     ","
     "3]}}}",
     "{'1':{'class_type':'B','inputs':{'a':['9',7]}},'2':{'class_type':'A','inputs':{'z':1,'y':['1'"
     ","
     "3]}}}"},
};

static void test_adapt(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(adapts) / sizeof(*adapts); i++) {
        struct object_info *o = quoted_info(adapts[i].info);
        json_t *preset = quoted_json(adapts[i].preset), *workflow = quoted_json(adapts[i].workflow);
        json_t *adapted = quoted_json(adapts[i].adapted);

        object_info_adapt(o, preset, workflow);
        if (!json_equal(workflow, adapted))
            fail_msg("%s: %s", adapts[i].about, json_dumps(workflow, 0));
        json_decref(adapted);
        json_decref(workflow);
        json_decref(preset);
        object_info_free(o);
    }
}

// A workflow with one fault of each kind, held against what was read and what was kept.
static void tell_wrong(const struct object_info *o, struct buf *out)
{
    json_t *preset = quoted_json(
        "{'workflow':{'1':{'class_type':'SaveVideo','inputs':{'video':['2',0],'filename_prefix':'x'"
        ","
        "'format':'mp4','format.codec':'h264','format.codec.encoding':'re-encode',"
        "'format.codec.encoding.crf':99}},'2':{'class_type':'CreateVideo','inputs':{'images':['3',"
        "1],"
        "'fps':16}},'3':{'class_type':'VAEDecode','inputs':{'samples':['4',0],'vae':['5',0]}},"
        "'4':{'class_type':'KSampler','inputs':{'model':['6',0],'seed':-1,'steps':20000,'cfg':4,"
        "'sampler_name':'eulr','scheduler':'simple','denoise':1,'positive':['9',0]}},"
        "'5':{'class_type':'VAELoader','inputs':{'vae_name':'no.safetensors'}},"
        "'6':{'class_type':'NoSuchLoader','inputs':{}}}}");
    json_t *list = json_array();

    object_info_check(o, preset, NULL, list);
    tell_faults(list, out);
    json_decref(list);
    json_decref(preset);
}

static void test_kept(void **state)
{
    char dir[SCRATCH_BYTES], path[SCRATCH_BYTES + 10], again[SCRATCH_BYTES + 10];
    struct object_info *read = read_info(FIXTURES "newest.json"), *kept;
    struct buf told = {0}, told_kept = {0}, one = {0}, two = {0}, document = {0};
    struct err err;

    (void)state;
    scratch_make(dir);
    snprintf(path, sizeof(path), "%s/kept", dir);
    snprintf(again, sizeof(again), "%s/again", dir);
    assert_null(object_info_load(path, &err));
    assert_true(object_info_keep(read, path, &err));
    kept = object_info_load(path, &err);
    assert_non_null(kept);
    tell_wrong(read, &told);
    tell_wrong(kept, &told_kept);
    assert_true(strlen(buf_text(&told)) > 500);
    assert_string_equal(buf_text(&told_kept), buf_text(&told));

    assert_true(object_info_keep(kept, again, &err));
    read_text(path, &one);
    read_text(again, &two);
    read_text(FIXTURES "newest.json", &document);
    assert_string_equal(buf_text(&one), buf_text(&two));
    assert_true(one.len < document.len);

    // Cut, or of another make: as if it were not there.
    for (size_t len = 0; len + 2 < one.len; len += 997) {
        assert_true(file_write(path, one.ptr, len, &err));
        assert_null(object_info_load(path, &err));
    }
    assert_true(file_write(path, document.ptr, document.len, &err));
    assert_null(object_info_load(path, &err));
    one.ptr[strlen("{\"kept by c41\":{\"form\":")] = '9';
    assert_true(file_write(path, one.ptr, one.len, &err));
    assert_null(object_info_load(path, &err));

    buf_release(&told);
    buf_release(&told_kept);
    buf_release(&one);
    buf_release(&two);
    buf_release(&document);
    object_info_free(read);
    object_info_free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_packs),
        cmocka_unit_test(test_no_documents),
        cmocka_unit_test(test_cut_documents),
        cmocka_unit_test(test_hostile_documents),
        cmocka_unit_test(test_deep_documents),
        cmocka_unit_test(test_adapt),
        cmocka_unit_test(test_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
