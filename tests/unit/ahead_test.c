// SPDX-License-Identifier: MIT
// Reading ahead: the packets of the pieces, in order, whether or not they are all wanted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include <cmocka.h>

#include "runtime/media/ahead.h"
#include "runtime/media/pieces.h"
#include "tests/unit/grey.h"
#include "tests/unit/job.h"

// More packets than a batch has, in pieces that end elsewhere than batches do.
enum { PIECES = 3, PIECE_FRAMES = 450 };

static const struct rate film = {24, 1};

static void cut(struct job *j)
{
    grey_cut(j, "cut.mp4", 0, PIECE_FRAMES,
             "{\"codec\":\"h264\",\"preset\":\"ultrafast\",\"crf\":20}", film);
}

// How many packets come before the end, or before the fault that *ok tells of; as an op.
struct reading {
    int most; // packets that are wanted
    int read;
    bool ok;
};

static struct reading reading;

static bool read_film(const struct media_job *job, struct err *err)
{
    struct pieces *pieces = pieces_new(job, film, err);
    struct ahead *ahead = ahead_new(pieces, job);
    AVPacket *packet = av_packet_alloc();
    bool done = false;

    assert_non_null(pieces);
    reading.read = 0;
    reading.ok = true;
    while (reading.read < reading.most) {
        reading.ok = ahead_read(ahead, packet, &done, err);
        if (!reading.ok || done)
            break;
        assert_true(packet->size > 0);
        assert_int_equal(packet->pts, reading.read++); // this encoder shows them as they come
    }
    av_packet_free(&packet);
    ahead_free(ahead);
    pieces_free(pieces);
    return reading.ok;
}

static bool run(struct job *j, int most, int frames_of_the_last)
{
    char params[300];

    for (int i = 0; i < PIECES; i++)
        job_input(j, "cut", job_path(j, "cut.mp4"));
    job_output(j, "film", job_path(j, "film.mp4"));
    reading.most = most;
    snprintf(params, sizeof(params),
             "{'pieces':[{'cut':0,'frames':%d},{'cut':1,'frames':%d},{'cut':2,'frames':%d}]}",
             PIECE_FRAMES, PIECE_FRAMES, frames_of_the_last);
    return job_run(j, read_film, params);
}

static void all_packets_come_in_order(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    cut(&j);
    assert_true(run(&j, 10000, PIECE_FRAMES));
    assert_int_equal(reading.read, PIECES * PIECE_FRAMES);
    job_release(&j);
}

// One who stops reading waits for nobody.
static void some_may_be_enough(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    cut(&j);
    for (int most = 0; most < 3; most++) {
        assert_true(run(&j, most, PIECE_FRAMES));
        assert_int_equal(reading.read, most);
    }
    job_release(&j);
}

static void a_fault_comes_after_what_was_read(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    cut(&j);
    assert_false(run(&j, 10000, PIECE_FRAMES + 1));
    assert_int_equal(reading.read, PIECES * PIECE_FRAMES);
    assert_non_null(strstr(j.err.text, "counts on 451"));
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_packets_come_in_order),
        cmocka_unit_test(some_may_be_enough),
        cmocka_unit_test(a_fault_comes_after_what_was_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
