// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/print.h"

static const char whole[] =
    "{\"version\": \"0.21.0\", \"packs\": {\"VHS\": \"1.2\", \"KJNodes\": \"3\"},"
    " \"models\": {\"flux\": \"aa\", \"vae\": \"bb\", \"other\": \"cc\"}}";

struct for_case {
    const char *preset, *print;
};

static const struct for_case fors[] = {
    {"{\"model\": \"flux\", \"needs\": {\"packs\": [\"VHS\"], \"models\": {\"vae\": [\"vae\"]}}}",
     "{\"models\":{\"flux\":\"aa\",\"vae\":\"bb\"},\"packs\":{\"VHS\":\"1.2\"},\"version\":\"0.21."
     "0\"}"},
    {"{\"model\": \"none\"}",
     "{\"models\":{},\"packs\":{\"KJNodes\":\"3\",\"VHS\":\"1.2\"},\"version\":\"0.21.0\"}"},
};

static void keeps_what_concerns_a_preset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fors) / sizeof(*fors); i++) {
        json_t *preset = json_loads(fors[i].preset, 0, NULL), *print = print_for(whole, preset);
        struct buf text = {0};

        json_canonical(print, &text);
        assert_string_equal(buf_text(&text), fors[i].print);
        buf_release(&text);
        json_decref(print);
        json_decref(preset);
    }
}

struct difference_case {
    const char *before, *now, *words;
};

static const struct difference_case differences[] = {
    {"{}", "{}", ""},
    {"{\"version\": \"1\"}", "{\"version\": \"1\", \"packs\": {}}", ""},
    {"{\"version\": \"0.3.64\"}", "{\"version\": \"0.21.0\"}", "version 0.3.64 -> 0.21.0"},
    {"{\"models\": {\"a\": \"0123456789012345678901\"}}",
     "{\"models\": {\"a\": \"x\", \"b\": \"y\"}}", "model a has changed, model b is new"},
    {"{\"packs\": {\"VHS\": \"1\", \"KJ\": \"1\"}}", "{\"packs\": {\"VHS\": \"2\"}}",
     "pack VHS 1 -> 2, pack KJ is gone"},
    {"broken", "{\"version\": \"1\"}", ""},
};

static void tells_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(differences) / sizeof(*differences); i++) {
        struct buf words = {0};

        print_difference(differences[i].before, differences[i].now, &words);
        assert_string_equal(buf_text(&words), differences[i].words);
        buf_release(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_concerns_a_preset),
        cmocka_unit_test(tells_differences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
