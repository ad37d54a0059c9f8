// SPDX-License-Identifier: MIT
// From a board to cuts and joins: frame counts, equal headers, what is on which frame, and the same
// bytes again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "runtime/media/clip.h"
#include "runtime/media/encode.h"
#include "runtime/media/input.h"
#include "runtime/media/ops.h"
#include "runtime/media/probe.h"
#include "tests/unit/job.h"

#define PIXELS "'pixels': [320, 180], 'fps': '24/1'"
#define ENCODE "'encode': {'codec': 'h264', 'preset': 'ultrafast', 'crf': 24}"
#define BOARD                                                                                      \
    "'board': {'size': 'medium', 'prompt': 'two at the lamp', 'location': 'a room', 'time': "      \
    "'night', 'cast': [{'id': 'mara', 'looks': 'grey braid'}, {'id': 'tom', 'looks': 'beard'}]}"

static json_t *facts_of(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY);
    json_t *facts = probe(fd, path, err);

    close(fd);
    return facts;
}

static json_int_t fact(const char *path, const char *name)
{
    struct err err = {0};
    json_t *facts = facts_of(path, &err);
    json_int_t value = json_integer_value(json_object_get(facts, name));

    json_decref(facts);
    return value;
}

static const char *drawn(struct job *j, const char *name)
{
    const char *path = job_path(j, name);

    job_output(j, "image", path);
    assert_true(job_run(j, image_run, "{" PIXELS "," BOARD "}"));
    return path;
}

static const char *cut(struct job *j, const char *name, const char *picture, const char *params)
{
    const char *path = job_path(j, name);

    job_input(j, "picture", picture);
    job_output(j, "cut", path);
    assert_true(job_run(j, cut_run, params));
    return path;
}

static void same_file(const char *a, const char *b)
{
    struct buf x = {0}, y = {0};
    struct err err = {0};

    assert_true(file_read(a, &x, 1 << 24, &err) && file_read(b, &y, 1 << 24, &err));
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.ptr, y.ptr, x.len);
    buf_release(&x);
    buf_release(&y);
}

static void same_headers(const char *a, const char *b)
{
    struct input x, y;
    struct err err = {0};
    const AVCodecParameters *p, *q;

    assert_true(input_open(&x, a, &err) && input_open(&y, b, &err));
    p = input_stream(&x, AVMEDIA_TYPE_VIDEO)->codecpar;
    q = input_stream(&y, AVMEDIA_TYPE_VIDEO)->codecpar;
    assert_true(p->extradata_size > 0);
    assert_int_equal(p->extradata_size, q->extradata_size);
    assert_memory_equal(p->extradata, q->extradata, (size_t)p->extradata_size);
    assert_int_equal(p->color_space, AVCOL_SPC_BT709);
    assert_int_equal(p->color_range, AVCOL_RANGE_MPEG);
    input_close(&x);
    input_close(&y);
}

static void boards_are_the_same_again(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    same_file(drawn(&j, "a.png"), drawn(&j, "b.png"));
    assert_int_equal(fact(job_path(&j, "a.png"), "width"), 320);
    job_release(&j);
}

static void cuts_join(void **state)
{
    struct job j;
    const char *still, *a, *b, *c, *d;

    (void)state;
    job_init(&j);
    still = drawn(&j, "still.png");
    a = cut(&j, "a.mp4", still,
            "{'from': 'still', 'frames': 30, 'drop': 6, 'move': 'push-in'," PIXELS "," ENCODE "}");
    b = cut(&j, "b.mp4", still,
            "{'from': 'still', 'frames': 1, 'move': 'static'," PIXELS "," ENCODE ", 'slate': "
            "{'slug': 'INT. ROOM - NIGHT', 'shot': 'x', 'lines': []}}");
    d = cut(&j, "d.mp4", still,
            "{'from': 'still', 'frames': 30, 'drop': 6, 'move': 'push-in'," PIXELS "," ENCODE "}");
    c = job_path(&j, "c.mp4");
    job_input(&j, "a", a);
    job_input(&j, "b", still);
    job_output(&j, "cut", c);
    assert_true(
        job_run(&j, join_run,
                "{'kind': 'dissolve', 'frames': 12," PIXELS "," ENCODE
                ", 'a': {'from': 'clip', 'handles': 0, 'frames': 24}, 'b': {'from': 'still', "
                "'frames': 20, 'move': 'pan-left'}}"));
    assert_int_equal(fact(a, "frames"), 24);
    assert_int_equal(fact(b, "frames"), 1);
    assert_int_equal(fact(c, "frames"), 12);
    assert_non_null(strstr(j.notes, "held")); // a has no handle to go on with
    same_headers(a, b);
    same_headers(a, c);
    same_file(a, d);
    job_release(&j);
}

// A clip whose frames are told apart by their grey.
static void grey_clip(const char *path, int frames, struct rate rate)
{
    struct err err = {0};
    struct encoder *e = encoder_open(path, NULL, 320, 180, rate, &err);
    AVFrame *frame = av_frame_alloc();

    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = 320;
    frame->height = 180;
    assert_true(av_frame_get_buffer(frame, 0) >= 0);
    for (int i = 0; i < frames; i++) {
        for (int plane = 0; plane < 3; plane++)
            memset(frame->data[plane], plane ? 128 : 20 + i * 4,
                   (size_t)frame->linesize[plane] * (plane ? 90 : 180));
        assert_true(encoder_add(e, frame, &err));
    }
    assert_true(encoder_finish(e, &err));
    encoder_free(e);
    av_frame_free(&frame);
}

static int grey_at(struct clip *clip, double seconds, bool *held)
{
    struct err err = {0};
    const AVFrame *frame = clip_frame(clip, seconds, held, &err);

    assert_non_null(frame);
    return (frame->data[0][frame->linesize[0] * 90 + 160] - 20 + 2) / 4;
}

// 16 frames a second on a film of 24: FACTS has 0 1 1 2 3 3 4 5 5.
static void other_rates(void **state)
{
    static const int expected[] = {0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7};
    struct job j;
    struct err err = {0};
    struct clip *clip;
    bool held;

    (void)state;
    job_init(&j);
    grey_clip(job_path(&j, "clip.mp4"), 32, (struct rate){16, 1});
    clip = clip_open(job_path(&j, "clip.mp4"), &err);
    assert_non_null(clip);
    for (int n = 0; n < 12; n++)
        assert_int_equal(grey_at(clip, (n + .5) / 24, &held), expected[n]);
    assert_int_equal(grey_at(clip, 1.99, &held), 31);
    assert_false(held);
    assert_int_equal(grey_at(clip, 2.5, &held), 31);
    assert_true(held);
    assert_int_equal(grey_at(clip, .07, &held), 1); // backwards
    assert_int_equal(grey_at(clip, -.5, &held), 0);
    assert_true(held);
    clip_close(clip);
    job_release(&j);
}

static void footage_is_cut_from_in(void **state)
{
    struct job j;
    struct err err = {0};
    struct clip *clip;
    bool held;

    (void)state;
    job_init(&j);
    grey_clip(job_path(&j, "plate.mp4"), 48, (struct rate){24, 1});
    cut(&j, "cut.mp4", job_path(&j, "plate.mp4"),
        "{'from': 'footage', 'in': 0.5, 'frames': 24, 'skip': 4," PIXELS
        ",'encode': {'codec': 'h264', 'preset': 'ultrafast', 'crf': 4}}");
    clip = clip_open(job_path(&j, "cut.mp4"), &err);
    assert_int_equal(grey_at(clip, .01, &held), 16);
    assert_int_equal(fact(job_path(&j, "cut.mp4"), "frames"), 20);
    clip_close(clip);
    job_release(&j);
}

static void what_is_wrong_is_told(void **state)
{
    static const struct {
        const char *params, *words;
    } cases[] = {
        {"{'from': 'still', 'frames': 8, 'skip': 5, 'drop': 4," PIXELS "," ENCODE "}",
         "transitions"},
        {"{'from': 'still', 'frames': 8, 'pixels': [321, 180]," ENCODE "}", "320x180"},
        {"{'from': 'still', 'frames': 8, 'fit': 'stretch'," PIXELS "," ENCODE "}", "blur"},
        {"{'from': 'still', 'frames': 8," PIXELS ", 'encode': {'codec': 'divx'}}", "h264"},
        {"{'from': 'still', 'frames': 8, 'pixels': [320, 180], 'fps': 'fast'," ENCODE "}",
         "30000/1001"},
    };
    struct job j;
    const char *still;

    (void)state;
    job_init(&j);
    still = drawn(&j, "still.png");
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        j.err = (struct err){0};
        job_input(&j, "picture", still);
        job_output(&j, "cut", job_path(&j, "cut.mp4"));
        assert_false(job_run(&j, cut_run, cases[i].params));
        assert_non_null(strstr(j.err.text, cases[i].words));
    }
    job_release(&j);
}

static void shorten(const char *from, const char *to, size_t keep_percent)
{
    struct buf all = {0};
    struct err err = {0};

    assert_true(file_read(from, &all, 1 << 24, &err));
    assert_true(file_write(to, all.ptr, all.len * keep_percent / 100, &err));
    buf_release(&all);
}

static void damaged_files_are_refused(void **state)
{
    static const struct {
        const char *name;
        size_t keep;
        const char *words;
    } cases[] = {
        {"cut.png", 60, "damaged or cut short"},
        {"cut.mp4", 60, ""},
        {"film.png", 100, "named like image"},
        {"empty.png", 0, "empty"},
    };
    struct job j;
    struct err err = {0};
    const char *still, *clip;

    (void)state;
    job_init(&j);
    still = drawn(&j, "still.png");
    clip = job_path(&j, "clip.mp4");
    grey_clip(clip, 24, (struct rate){24, 1});
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *path = job_path(&j, cases[i].name);

        err = (struct err){0};
        shorten(strcmp(cases[i].name, "cut.png") == 0 ? still : clip, path, cases[i].keep);
        assert_null(facts_of(path, &err));
        assert_non_null(strstr(err.text, cases[i].words));
        assert_true(err.text[0]);
    }
    assert_true(file_write(job_path(&j, "list.mp4"), "#EXTM3U\nfile:///etc/hostname\n", 29, &err));
    assert_null(facts_of(job_path(&j, "list.mp4"), &err));
    assert_true(
        file_write(job_path(&j, "cat.mp4"), "ffconcat version 1.0\nfile still.png\n", 36, &err));
    assert_null(facts_of(job_path(&j, "cat.mp4"), &err));
    job_release(&j);
}

static void what_servers_write_goes_and_how_it_lies_stays(void **state)
{
    static const char turned[20] = {0, 0, 0, 0, 0,          1,          0, 0,
                                    0, 0, 0, 0, (char)0xff, (char)0xff, 0, 0};
    struct job j;
    struct input in;
    struct buf all = {0};
    struct err err = {0};
    char *matrix;

    (void)state;
    job_init(&j);
    grey_clip(job_path(&j, "clip.mp4"), 6, (struct rate){24, 1});
    assert_true(file_read(job_path(&j, "clip.mp4"), &all, 1 << 24, &err));
    for (matrix = all.ptr; memcmp(matrix, "tkhd", 4) != 0; matrix++)
        ;
    memcpy(matrix + 44, turned, sizeof(turned));
    assert_true(file_write(job_path(&j, "turned.mp4"), all.ptr, all.len, &err));
    assert_true(strip(job_path(&j, "turned.mp4"), job_path(&j, "clean.mp4"), &err));
    assert_true(input_open(&in, job_path(&j, "clean.mp4"), &err));
    assert_true(input_lies(input_stream(&in, AVMEDIA_TYPE_VIDEO)));
    input_close(&in);
    assert_int_equal(fact(job_path(&j, "clean.mp4"), "width"), 180);
    buf_release(&all);
    job_release(&j);
}

// The lines of somebody who speaks in the second half of a clip move their mouth then.
static void mouths_move(void **state)
{
    struct job j;
    struct err err = {0};
    struct clip *clip;
    bool held;
    const AVFrame *frame;
    uint8_t *calm;
    size_t n = 0, quiet = 0, loud = 0;
    struct buf wav = {0};
    // A header of 48 kHz mono 16 bit, one second long; then silence, then a buzz.
    static const unsigned char header[] =
        "RIFF\x24\x77\x01\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02\0\x10\0"
        "data\0\x77\x01";

    (void)state;
    job_init(&j);
    buf_add(&wav, header, 44);
    for (int i = 0; i < 48000; i++) {
        int v = i < 24000 ? 0 : i % 200 < 100 ? 12000 : -12000;

        buf_char(&wav, (char)(v & 255));
        buf_char(&wav, (char)(v >> 8));
    }
    assert_true(file_write(job_path(&j, "track.wav"), wav.ptr, wav.len, &err));
    job_input(&j, "image", drawn(&j, "still.png"));
    job_input(&j, "track", job_path(&j, "track.wav"));
    job_output(&j, "video", job_path(&j, "video.mp4"));
    assert_true(job_run(&j, lipsync_run,
                        "{" PIXELS "," BOARD
                        ", 'seconds': 1, 'handles': 0, 'speakers': [{'who': 'mara'}]}"));
    clip = clip_open(job_path(&j, "video.mp4"), &err);
    frame = clip_frame(clip, .1, &held, &err);
    n = (size_t)frame->linesize[0] * 180;
    calm = malloc(n);
    memcpy(calm, frame->data[0], n);
    frame = clip_frame(clip, .14, &held, &err);
    for (size_t i = 0; i < n; i++)
        quiet += abs(frame->data[0][i] - calm[i]) > 24;
    frame = clip_frame(clip, .8, &held, &err);
    for (size_t i = 0; i < n; i++)
        loud += abs(frame->data[0][i] - calm[i]) > 24;
    assert_true(quiet < 4);
    assert_true(loud > 12);
    free(calm);
    clip_close(clip);
    buf_release(&wav);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boards_are_the_same_again),
        cmocka_unit_test(cuts_join),
        cmocka_unit_test(other_rates),
        cmocka_unit_test(footage_is_cut_from_in),
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(what_servers_write_goes_and_how_it_lies_stays),
        cmocka_unit_test(mouths_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
