// SPDX-License-Identifier: MIT
// Two seconds of grey with a tone, written with one fault each.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include <cmocka.h>

#include "base/buf.h"
#include "runtime/media/findings.h"
#include "runtime/media/input.h"
#include "runtime/media/media.h"
#include "runtime/media/qc_file.h"
#include "tests/unit/grey.h"
#include "tests/unit/job.h"

enum { FRAMES = 48 };

static const struct rate film = {24, 1};

static const char *grey(struct job *j)
{
    return grey_still(j, "grey.mp4", FRAMES, "{\"codec\": \"h264\", \"preset\": \"ultrafast\"}",
                      film);
}

// Copies its picture; frames from number gap on come late by so many.
static const char *with_gap(struct job *j, int64_t gap, int64_t late, const char *name)
{
    const char *from = grey(j), *to = job_path(j, name);
    AVPacket *packet = av_packet_alloc();
    AVFormatContext *out = NULL;
    struct input in = {0};
    AVStream *stream, *copy;

    assert_true(input_open(&in, from, &j->err));
    stream = input_stream(&in, AVMEDIA_TYPE_VIDEO);
    assert_true(avformat_alloc_output_context2(&out, NULL, "mp4", to) >= 0);
    copy = avformat_new_stream(out, NULL);
    assert_true(avcodec_parameters_copy(copy->codecpar, stream->codecpar) >= 0);
    copy->codecpar->codec_tag = 0;
    copy->time_base = (AVRational){1, 24};
    assert_true(avio_open(&out->pb, to, AVIO_FLAG_WRITE) >= 0);
    assert_true(avformat_write_header(out, NULL) >= 0);
    for (int64_t n = 0; av_read_frame(in.format, packet) >= 0; n++) {
        packet->pts = packet->dts = n + (n >= gap ? late : 0);
        packet->duration = 1;
        packet->stream_index = 0;
        av_packet_rescale_ts(packet, (AVRational){1, 24}, copy->time_base);
        assert_true(av_write_frame(out, packet) >= 0);
        av_packet_unref(packet);
    }
    assert_true(av_write_trailer(out) >= 0);
    avio_closep(&out->pb);
    avformat_free_context(out);
    av_packet_free(&packet);
    input_close(&in);
    return to;
}

// The frame from which frames are late and by how many; the frames that the film has, what it may
// weigh and how long it may be; and what is found.
static const struct file_case {
    const char *name;
    int64_t gap, late, planned;
    long long most_bytes;
    double most_seconds;
    const char *found;
} cases[] = {
    {"film.mp4", 0, 0, 48, 0, 0, ""},
    {"film.mp4", 0, 0, 48, 1000000, 2, ""},
    {"film.mp4", 0, 0, 49, 0, 0, "plan "},
    {"film.mp4", 0, 0, 47, 0, 0, "plan "},
    {"film.mp4", 24, 1, 48, 0, 0, "length timestamps@1.0 "},
    {"film.mp4", 12, 6, 48, 0, 0, "length timestamps@0.8 "},
    {"film.mp4", 0, 0, 48, 100, 0, "bytes "},
    {"film.mp4", 0, 0, 48, 0, 1.5, "seconds "},
    {"film.mkv", 0, 0, 48, 0, 0, "container "},
};

static void a_file_is_what_the_plan_says(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct file_case *c = &cases[i];
        const struct media_qc asked = {.path = with_gap(&j, c->gap, c->late, c->name),
                                       .most_bytes = c->most_bytes,
                                       .most_seconds = c->most_seconds};
        struct findings findings = {0};
        struct buf found = {0};

        assert_true(qc_check_file(&asked, film, c->planned, &findings, &j.err));
        for (size_t k = 0; k < findings.list.n; k++) {
            const struct finding *f = &findings.list.at[k];

            buf_printf(&found, f->placed ? "%s@%.1f " : "%s ", f->check, f->end);
        }
        assert_string_equal(buf_text(&found), c->found);
        findings_release(&findings);
        buf_release(&found);
    }
    job_release(&j);
}

static void a_file_that_is_none_is_refused(void **state)
{
    struct media_qc asked = {0};
    struct findings findings = {0};
    struct job j;

    (void)state;
    job_init(&j);
    asked.path = job_path(&j, "none.mp4");
    assert_false(qc_check_file(&asked, film, 1, &findings, &j.err));
    assert_int_equal(findings.list.n, 0);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_what_the_plan_says),
        cmocka_unit_test(a_file_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
