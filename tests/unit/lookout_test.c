// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <libavutil/frame.h>

#include <cmocka.h>

#include "base/err.h"
#include "runtime/media/lookout.h"
#include "runtime/media/media.h"

// Four frames a second: black counts from 4 frames on, what stands still from 8.
static const struct rate rate = {4, 1};

// frames: a letter is a picture, '.' is black. asked: 'b' that it be black, 's' that it stand
// still, '*' both.
static const struct lookout_case {
    const char *frames, *asked, *black, *frozen;
} cases[] = {
    {"abcdefgh", "        ", NULL, NULL},
    {"ab....cd", "        ", "[[2,6]]", NULL},
    {"ab...cde", "        ", NULL, NULL},      // too short
    {"..cdefgh", "        ", "[[0,2]]", NULL}, // may have begun before
    {"abcdefg.", "        ", "[[7,8]]", NULL}, // may go on behind
    {"........", "        ", "[[0,8]]", NULL}, // and does not stand still as well
    {"ab....cd", "bbbbbbbb", NULL, NULL},
    {".......d", "bb      ", "[[2,7]]", NULL}, // a fade out of black ends there
    {"abbbbbbbbbc", "           ", NULL, "[[1,10]]"},
    {"abbbbbbbc", "         ", NULL, NULL}, // too short
    {"aaaaaaaa", "        ", NULL, "[[0,8]]"},
    {"aaaaaaaa", "ssssssss", NULL, NULL},
    {"aaaaaaaaaaaa", "    ********", NULL, NULL}, // held from there on
    {"aaaaaaaabbbbbbbb", "                ", NULL, "[[0,8],[8,16]]"},
    {"....aaaaaaaa....", "                ", "[[0,4],[12,16]]", "[[4,12]]"},
    {"........", "********", NULL, NULL},
};

static void draw(AVFrame *frame, char picture)
{
    assert_true(av_frame_get_buffer(frame, 0) >= 0);
    for (int y = 0; y < frame->height; y++)
        memset(frame->data[0] + y * frame->linesize[0], picture == '.' ? 16 : picture, 64);
}

static enum asked asked_of(char c)
{
    return (c == 'b' || c == '*' ? ASKED_BLACK : 0) | (c == 's' || c == '*' ? ASKED_STILL : 0);
}

static void keep(void *user, const char *name, json_t *value)
{
    json_object_set_new(user, name, value);
}

static void check(const json_t *told, const char *name, const char *expected)
{
    json_t *value = json_object_get(told, name);
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

    if (expected)
        assert_string_equal(text ? text : "nothing", expected);
    else
        assert_null(text);
    free(text);
}

static void what_nobody_asked_for_is_told(void **state)
{
    struct err err;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct lookout_case *c = &cases[i];
        struct lookout *l = lookout_new(rate);
        json_t *told = json_object();
        struct media_job job = {.fact = keep, .user = told};

        assert_int_equal(strlen(c->frames), strlen(c->asked));
        for (size_t k = 0; c->frames[k]; k++) {
            AVFrame *frame = av_frame_alloc();

            frame->format = AV_PIX_FMT_YUV420P;
            frame->width = 64;
            frame->height = 36;
            draw(frame, c->frames[k]);
            assert_true(lookout_see(l, frame, asked_of(c->asked[k]), &err));
            av_frame_free(&frame);
        }
        lookout_tell(l, &job);
        check(told, "black", c->black);
        check(told, "frozen", c->frozen);
        lookout_free(l);
        json_decref(told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_asked_for_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
