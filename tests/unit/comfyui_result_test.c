// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "runtime/services/comfyui/result.h"
#include "tests/unit/recorded.h"

struct pick_case {
    const char *entry, *output, *ext;
    const char *name; // "type:subfolder:filename.ext" or "=text"; NULL: refused
    const char *why;
};

#define NINE_IMAGES "{\"node\":\"9\",\"key\":\"images\"}"
#define NINE_TEXT   "{\"node\":\"9\",\"key\":\"text\"}"

static const struct pick_case picks[] = {
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"a.png\",\"subfolder\":\"c41\",\"type\":"
     "\"output\"},{\"filename\":\"b.png\",\"subfolder\":\"c41\",\"type\":\"output\"}]}}}",
     NINE_IMAGES, "png", "output:c41:a.png:png", NULL},
    // Only `filename` is sure to be there; endings are not always small.
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"A.PNG\"}]}}}", NINE_IMAGES, "png",
     "output::A.PNG:png", NULL},
    // A film among its pictures, under whichever key; what is kept over what is not.
    {"{\"outputs\":{\"9\":{\"gifs\":[{\"filename\":\"v.png\"},{\"filename\":\"v.mp4\"}]}}}",
     NINE_IMAGES, "mp4", "output::v.mp4:mp4", NULL},
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"t.png\",\"type\":\"temp\"}],\"more\":[{"
     "\"filename\":\"o.png\"}]}}}",
     NINE_IMAGES, "png", "temp::t.png:png", NULL},
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"t.png\",\"type\":\"temp\"},{\"filename\":"
     "\"o.png\",\"type\":\"output\"}]}}}",
     NINE_IMAGES, "png", "output::o.png:png", NULL},
    {"{\"outputs\":{\"9\":{\"invented\":[{\"filename\":\"a.wav\"}],\"n\":[3],\"x\":null}}}",
     NINE_IMAGES, "wav", "output::a.wav:wav", NULL},
    // A Windows server's names are not taken apart.
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"a.png\",\"subfolder\":\"c41\\\\x\"}]}}}",
     NINE_IMAGES, "png", "output:c41\\x:a.png:png", NULL},
    // A node that became others.
    {"{\"outputs\":{\"9.0.1\":{\"images\":[{\"filename\":\"a.png\"}]}}}", NINE_IMAGES, "png",
     "output::a.png:png", NULL},
    {"{\"outputs\":{\"77\":{\"images\":[{\"filename\":\"a.png\"}]}},\"meta\":{\"77\":{"
     "\"display_node\":\"9\"}}}",
     NINE_IMAGES, "png", "output::a.png:png", NULL},
    {"{\"outputs\":{\"9\":{\"text\":[\"one\",\"two\"]}}}", NINE_TEXT, "txt", "=one\ntwo", NULL},
    {"{\"outputs\":{\"9\":{\"string\":\"one\"}}}", NINE_TEXT, "txt", "=one", NULL},
    {"{\"outputs\":{\"9\":{\"text\":[\"one\"]}}}", NINE_IMAGES, "png", NULL, "no file"},
    {"{\"outputs\":{\"8\":{\"images\":[{\"filename\":\"a.png\"}]}}}", NINE_IMAGES, "png", NULL,
     "nothing"},
    {"{\"outputs\":{}}", NINE_IMAGES, "png", NULL, "nothing"},
    {"{\"outputs\":null}", NINE_IMAGES, "png", NULL, "nothing"},
    {"{\"outputs\":{\"9\":{\"images\":[]}}}", NINE_IMAGES, "png", NULL, "no file"},
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"a.exe\"}]}}}", NINE_IMAGES, "png", NULL,
     "ends in \".exe\""},
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":\"a.png/../../x\"}]}}}", NINE_IMAGES, "png",
     NULL, "ends in"},
    {"{\"outputs\":{\"9\":{\"images\":[{\"filename\":7}]}}}", NINE_IMAGES, "png", NULL, "no file"},
};

static void check_pick(const struct pick_case *c)
{
    struct arena *a = arena_new();
    struct err err;
    json_t *entry = json_read_loose(str_of(c->entry), &err),
           *output = json_read_loose(str_of(c->output), &err);
    struct comfyui_file f = {0};
    const char *why = "", *got;

    if (comfyui_pick(a, entry, output, c->ext, &f, &why)) {
        got = f.text ? arena_printf(a, "=%s", f.text)
                     : arena_printf(a, "%s:%s:%s:%s", f.type, f.subfolder, f.name, f.ext);
        assert_string_equal(got, c->name ? c->name : "refused");
    } else {
        if (c->name || !strstr(why, c->why))
            print_error("%s: %s\n", c->entry, why);
        assert_null(c->name);
        assert_non_null(strstr(why, c->why));
    }
    json_decref(entry);
    json_decref(output);
    arena_free(a);
}

static void test_picks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(picks) / sizeof(*picks); i++)
        check_pick(&picks[i]);
}

// How the prompts of a transcript ended, in order: "s" success, "e" error, "i" interrupted, "-" not
// known.
struct ends_case {
    const char *name, *ends;
};

static const struct ends_case ends[] = {
    {"normal_run", "s"},
    {"execution_error_raise", "eees"},
    {"execution_error_after_first_output", "e"},
    {"interrupt_running", "iisi"},
    {"execution_blocker", "ss"},
    {"video_and_audio_outputs", "*"}, // all succeed
    {"text_outputs", "ss"},
};

static void test_recorded_ends(void **state)
{
    (void)state;
    for (size_t v = 0; v < 2; v++)
        for (size_t n = 0; n < sizeof(ends) / sizeof(*ends); n++) {
            json_t *entries = recorded(recorded_versions[v], ends[n].name), *entry;
            struct buf got = {0};
            size_t i;

            json_array_foreach(entries, i, entry) {
                const char *path = json_get_text(entry, "path", "");
                const json_t *answer = recorded_answer(entries, entry);

                if (!recorded_is(entry, "GET", "/history/") || !answer)
                    continue;
                buf_char(&got, "-sei"[comfyui_judge(json_object_get(answer, "body"),
                                                    path + strlen("/history/"))
                                          .end]);
            }
            if (ends[n].ends[0] == '*')
                assert_int_equal(strspn(buf_text(&got), "s"), got.len);
            else
                assert_string_equal(buf_text(&got), ends[n].ends);
            assert_true(got.len > 0);
            buf_release(&got);
            json_decref(entries);
        }
}

static void test_unknown_and_odd_histories(void **state)
{
    static const char *const texts[] = {"{}", "[]", "{\"q\":{}}", "{\"p\":null}", "{\"p\":[]}"};
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        json_t *history = json_read_loose(str_of(texts[i]), &err);

        assert_int_equal(comfyui_judge(history, "p").end, COMFYUI_END_NOT);
        json_decref(history);
    }
    assert_int_equal(comfyui_judge(NULL, "p").end, COMFYUI_END_NOT);
}

struct guess_case {
    const char *prefix, *ext, *guesses;
};

static const struct guess_case guesses[] = {
    {"c41/id", "png", "c41/id_00001_.png c41/id_00001.png c41/id_00001_.webp c41/id_00001.webp "},
    {"id", "mp4", "/id_00001_.mp4 /id_00001.mp4 /id_00001_.webm /id_00001.webm "},
    {"a/b/id", "wav",
     "a/b/id_00001_.flac a/b/id_00001.flac a/b/id_00001_.mp3 a/b/id_00001.mp3 "
     "a/b/id_00001_.opus a/b/id_00001.opus "},
    {"id", "txt", ""},
};

static void test_guesses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++) {
        struct arena *a = arena_new();
        struct comfyui_file f;
        struct buf got = {0};

        for (unsigned n = 0; comfyui_guess(a, guesses[i].prefix, guesses[i].ext, n, &f); n++)
            buf_printf(&got, "%s/%s ", f.subfolder, f.name);
        assert_string_equal(buf_text(&got), guesses[i].guesses);
        buf_release(&got);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_picks),
        cmocka_unit_test(test_recorded_ends),
        cmocka_unit_test(test_unknown_and_odd_histories),
        cmocka_unit_test(test_guesses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
