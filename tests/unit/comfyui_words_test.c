// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "runtime/services/comfyui/words.h"
#include "tests/unit/recorded.h"

// What is said of the refusals of validation_errors.json, by the note of the request.
struct refusal_case {
    const char *note;
    const char *old, *text; // the older server's (NULL: the same) and the newer's
    const char *help;       // holds this; NULL: there is none
};

#define SHORT_LIST                                                                                 \
    "node 2 (ImageScale): \"upscale_method\" is \"sinc\", which is none of \"nearest-exact\", "    \
    "\"bilinear\", \"area\", \"bicubic\", \"lanczos\""

static const struct refusal_case refusals[] = {
    {"no output node", NULL, "Prompt has no outputs", NULL},
    {"empty graph", NULL, "Prompt has no outputs", NULL},
    {"unknown class_type", NULL, "the server has no node \"NoSuchNodeClass\" (node 2)",
     "install the node pack"},
    {"unknown class_type with a title", NULL,
     "the server has no node \"NoSuchNodeClass\" (\"Upscaler (fancy)\", node 1)",
     "install the node pack"},
    {"node without class_type",
     "Cannot execute because a node is missing the class_type property: Node ID '#1'",
     "Node 'ID #1' has no class_type. The workflow may be corrupted or a custom node is missing: "
     "Node ID '#1'",
     NULL},
    {"bad choice (short list)", NULL, SHORT_LIST, NULL},
    {"required input missing", NULL, "node 2 (ImageScale): \"width\" is missing", NULL},
    {"three faults in one node",
     "node 2 (ImageScale): \"crop\" is \"middle\", which is none of \"disabled\", \"center\"; "
     "\"height\" is 99999, which is more than 16384; \"width\" is missing",
     "node 2 (ImageScale): \"width\" is missing; \"crop\" is \"middle\", which is none of "
     "\"disabled\", \"center\"; \"height\" is 99999, which is more than 16384",
     NULL},
    {"number below minimum", NULL, "node 2 (ImageScale): \"width\" is -1, which is less than 0",
     NULL},
    {"number above maximum", NULL,
     "node 2 (ImageScale): \"width\" is 16385, which is more than 16384", NULL},
    {"not convertible to INT", NULL,
     "node 2 (ImageScale): \"width\" is \"wide\": Failed to convert an input value to a INT value",
     NULL},
    {"wrong type on a link", NULL, "node 2 (MaskToImage): \"mask\" gets IMAGE, but takes MASK",
     NULL},
    {"link with three elements", NULL,
     "node 2 (ImageScale): \"image\" is [\"1\",0,0]: Bad linked input, must be a length-2 list of "
     "[node_id, slot_index]",
     NULL},
    {"link to a node that does not exist", NULL,
     "node 2 (ImageScale): it reads a node that is not there: '9'", NULL},
    {"link to an output slot that does not exist", NULL,
     "node 2 (ImageScale): it reads an output that is not there", NULL},
    {"image file not on the server", NULL,
     "node 1 (LoadImage): image - Invalid image file: no_such_file.png", NULL},
    {"node's own validation says no", NULL,
     "node 1 (ProbeValidate): value - value must be even, got 7", NULL},
    {"model file not on the server (empty list)", NULL,
     "node 1 (CheckpointLoaderSimple): \"ckpt_name\" is \"film.safetensors\", and the server has "
     "none to choose from",
     "film.safetensors"},
    {"bad choice (list longer than 20: the list is not sent back)",
     "node 1 (KSamplerSelect): \"sampler_name\" is \"eulerish\", which is not in (list of length "
     "42)",
     "node 1 (KSamplerSelect): \"sampler_name\" is \"eulerish\", which is not in (list of length "
     "44)",
     NULL},
    {"the fault is upstream of two outputs", NULL, SHORT_LIST, NULL},
    {"node without inputs key", NULL,
     "node 1 (EmptyImage): Exception when validating inner node: 'inputs'", NULL},
    {"cycle", "Prompt outputs failed validation",
     "nodes feed each other: 2 (ImageInvert) -> 1 (ImageInvert) -> 2 (ImageInvert)", NULL},
};

static const struct refusal_case *find_case(const char *note)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
        if (strcmp(refusals[i].note, note) == 0)
            return &refusals[i];
    print_error("no case for \"%s\"\n", note);
    fail();
    return NULL;
}

static void check_refusal(struct arena *a, bool old, const json_t *request, const json_t *answer)
{
    const struct refusal_case *c = find_case(json_get_text(request, "note", ""));
    const json_t *graph = json_object_get(json_object_get(request, "body"), "prompt");
    struct err err = {0};
    const char *help = comfyui_refusal(a, graph, json_object_get(answer, "body"), &err);

    assert_string_equal(err.text, old && c->old ? c->old : c->text);
    assert_int_equal(err.kind, ERR_FINAL);
    if (c->help)
        assert_non_null(help ? strstr(help, c->help) : NULL);
    else if (!old || strcmp(c->note, "cycle") != 0)
        assert_null(help);
}

static void test_every_refusal(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        json_t *entries = recorded(recorded_versions[v], "validation_errors"), *entry;
        size_t i, n = 0;

        json_array_foreach(entries, i, entry) {
            if (!recorded_is(entry, "POST", "/prompt"))
                continue;
            check_refusal(a, v == 0, entry, recorded_answer(entries, entry));
            n++;
        }
        assert_int_equal(n, sizeof(refusals) / sizeof(*refusals));
        json_decref(entries);
    }
    arena_free(a);
}

// A graph of which a part was taken.
static void test_partly_valid(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        json_t *entries = recorded(recorded_versions[v], "partly_valid_graph"), *entry;
        size_t i, n = 0;

        json_array_foreach(entries, i, entry) {
            const json_t *body = json_object_get(recorded_answer(entries, entry), "body");
            struct err err;

            if (!recorded_is(entry, "POST", "/prompt") ||
                !json_object_size(json_object_get(body, "node_errors")))
                continue;
            comfyui_refusal(a, json_object_get(json_object_get(entry, "body"), "prompt"), body,
                            &err);
            assert_non_null(strstr(err.text, "node "));
            n++;
        }
        assert_true(n > 0);
        json_decref(entries);
    }
    arena_free(a);
}

struct exception_case {
    const char *data, *text;
    enum comfyui_fault fault;
};

static const struct exception_case exceptions[] = {
    {"{\"node_id\":\"2\",\"exception_type\":\"ValueError\",\"exception_message\":\"the lens is "
     "dirty\\n\"}",
     "\"Lens\" (node 2, Camera): the lens is dirty (ValueError)", COMFYUI_FAULT_NODE},
    {"{\"node_id\":\"2.0.1\",\"exception_type\":\"ValueError\",\"exception_message\":\"\"}",
     "\"Lens\" (node 2.0.1, Camera): it failed (ValueError)", COMFYUI_FAULT_NODE},
    {"{\"node_id\":\"2\",\"exception_type\":\"torch.OutOfMemoryError\",\"exception_message\":"
     "\"Allocation on device\\nThis error means you ran out of memory on your GPU.\\n\\nTIPS: x\"}",
     "\"Lens\" (node 2, Camera): Allocation on device (torch.OutOfMemoryError)",
     COMFYUI_FAULT_MEMORY},
    {"{\"node_id\":\"9\",\"exception_type\":\"torch.cuda.OutOfMemoryError\",\"exception_message\":"
     "\"no\"}",
     "node 9: no (torch.cuda.OutOfMemoryError)", COMFYUI_FAULT_MEMORY},
    {"{\"node_id\":\"9\",\"exception_type\":\"RuntimeError\",\"exception_message\":\"CUDA out of "
     "memory. Tried to allocate 2 GiB\"}",
     "node 9: CUDA out of memory. Tried to allocate 2 GiB (RuntimeError)", COMFYUI_FAULT_MEMORY},
    {"{\"node_id\":\"9\",\"exception_type\":\"OSError\",\"exception_message\":\"[Errno 28] No "
     "space left on device\"}",
     "node 9: [Errno 28] No space left on device (OSError)", COMFYUI_FAULT_DISK},
    {"{}", "node ?: it failed", COMFYUI_FAULT_NODE},
};

static void test_exceptions(void **state)
{
    struct err err;
    json_t *graph = json_pack("{s:{s:s, s:{}, s:{s:s}}}", "2", "class_type", "Camera", "inputs",
                              "_meta", "title", "Lens");

    (void)state;
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++) {
        struct arena *a = arena_new();
        json_t *data = json_read_loose(str_of(exceptions[i].data), &err);
        struct buf log = {0};

        assert_int_equal(comfyui_exception(a, graph, data, &log, &err), exceptions[i].fault);
        assert_string_equal(err.text, exceptions[i].text);
        buf_release(&log);
        json_decref(data);
        arena_free(a);
    }
    json_decref(graph);
}

// Whole recordings: the out-of-memory error is told from others, and tracebacks are kept.
static void test_recorded_exceptions(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    for (size_t v = 0; v < 2; v++) {
        json_t *entries = recorded(recorded_versions[v], "execution_error_raise"), *entry;
        size_t i, of[3] = {0};

        json_array_foreach(entries, i, entry) {
            const json_t *body = json_object_get(entry, "body");
            struct buf log = {0};
            struct err err;

            if (strcmp(json_get_text(body, "type", ""), "execution_error") != 0)
                continue;
            of[comfyui_exception(a, NULL, json_object_get(body, "data"), &log, &err)]++;
            assert_non_null(strstr(buf_text(&log), "execution.py"));
            buf_release(&log);
        }
        assert_int_equal(of[COMFYUI_FAULT_MEMORY], 1);
        assert_true(of[COMFYUI_FAULT_NODE] >= 2);
        json_decref(entries);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_refusal),
        cmocka_unit_test(test_partly_valid),
        cmocka_unit_test(test_exceptions),
        cmocka_unit_test(test_recorded_exceptions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
