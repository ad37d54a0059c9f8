// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/services/comfyui/news.h"
#include "tests/unit/recorded.h"

struct news_case {
    const char *message;
    enum comfyui_news_kind kind;
    const char *node;
    double done, total;
};

#define OF "\"prompt_id\":\"p\""

static const struct news_case cases[] = {
    {"{\"type\":\"status\",\"data\":{\"status\":{}}}", COMFYUI_NEWS_NONE, NULL, 0, 0},
    {"{\"type\":\"executing\",\"data\":{\"node\":\"3\"}}", COMFYUI_NEWS_NONE, NULL, 0, 0},
    {"[]", COMFYUI_NEWS_NONE, NULL, 0, 0},
    {"{\"type\":\"of a custom node\",\"data\":{" OF "}}", COMFYUI_NEWS_SIGN, NULL, 0, 0},
    {"{\"type\":\"execution_start\",\"data\":{" OF "}}", COMFYUI_NEWS_SIGN, NULL, 0, 0},
    {"{\"type\":\"executing\",\"data\":{\"node\":\"2.0.1\",\"display_node\":\"2\"," OF "}}",
     COMFYUI_NEWS_NODE, "2", 0, 0},
    {"{\"type\":\"executing\",\"data\":{\"node\":null," OF "}}", COMFYUI_NEWS_ENDED, NULL, 0, 0},
    {"{\"type\":\"progress\",\"data\":{\"node\":\"5\",\"value\":3,\"max\":20," OF "}}",
     COMFYUI_NEWS_PROGRESS, "5", 3, 20},
    {"{\"type\":\"progress_state\",\"data\":{\"nodes\":{\"1\":{\"state\":\"finished\",\"value\":9,"
     "\"max\":90},\"5\":{\"state\":\"running\",\"value\":2,\"max\":20,\"display_node_id\":\"5\"},"
     "\"6\":{\"state\":\"running\",\"value\":0,\"max\":1}}," OF "}}",
     COMFYUI_NEWS_PROGRESS, "5", 2, 20},
    {"{\"type\":\"progress_state\",\"data\":{\"nodes\":null," OF "}}", COMFYUI_NEWS_SIGN, NULL, 0,
     0},
    {"{\"type\":\"execution_error\",\"data\":{\"node_id\":\"9\",\"exception_type\":"
     "\"ValueError\"," OF "}}",
     COMFYUI_NEWS_SIGN, NULL, 0, 0},
    {"{\"type\":\"execution_error\",\"data\":{\"node_id\":\"9\",\"exception_type\":"
     "\"ExecutionBlocked\",\"exception_message\":\"no\"," OF "}}",
     COMFYUI_NEWS_BLOCKED, "9", 0, 0},
    {"{\"type\":\"execution_success\",\"data\":{" OF "}}", COMFYUI_NEWS_SIGN, NULL, 0, 0},
};

static void test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err err;
        json_t *message = json_read_loose(str_of(cases[i].message), &err);
        struct comfyui_news news = comfyui_news_read(message);

        if (news.kind != cases[i].kind)
            print_error("%s\n", cases[i].message);
        assert_int_equal(news.kind, cases[i].kind);
        if (cases[i].node)
            assert_string_equal(news.node, cases[i].node);
        else
            assert_null(news.node);
        assert_true(news.done == cases[i].done && news.total == cases[i].total);
        json_decref(message);
    }
}

// Every recorded run ends with news of its end, and nothing of it comes after.
static void test_recorded_runs(void **state)
{
    static const char *const names[] = {"normal_run",           "cached_rerun", "interrupt_running",
                                        "subgraph_expansion",   "async_nodes",  "execution_blocker",
                                        "execution_error_raise"};

    (void)state;
    for (size_t v = 0; v < 2; v++)
        for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++) {
            json_t *entries = recorded(recorded_versions[v], names[n]), *entry;
            size_t i, ended = 0, blocked = 0;
            char running[64] = "";

            json_array_foreach(entries, i, entry) {
                struct comfyui_news news = comfyui_news_read(json_object_get(entry, "body"));

                if (strcmp(json_get_text(entry, "channel", ""), "ws") != 0 ||
                    news.kind == COMFYUI_NEWS_NONE)
                    continue;
                if (news.node && news.kind != COMFYUI_NEWS_BLOCKED)
                    assert_null(strchr(news.node, '.')); // nodes of the sent graph alone
                snprintf(running, sizeof(running), "%s", news.prompt);
                ended += news.kind == COMFYUI_NEWS_ENDED;
                blocked += news.kind == COMFYUI_NEWS_BLOCKED;
            }
            assert_true(running[0] && ended > 0);
            assert_int_equal(blocked > 0, strcmp(names[n], "execution_blocker") == 0);
            json_decref(entries);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_recorded_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
