// SPDX-License-Identifier: MIT
#include "tests/unit/grey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <libavutil/frame.h>

#include <cmocka.h>

#include "runtime/media/encode.h"
#include "tests/unit/job.h"

enum { STEP = 6, FIRST = 30, GREYS = 30, MIDDLE = 128 };

int grey_of(int64_t frame)
{
    return FIRST + (int)(frame % GREYS) * STEP;
}

static int middle(int64_t frame)
{
    (void)frame;
    return MIDDLE;
}

static const char *encode(struct job *j, const char *name, int (*luma)(int64_t frame),
                          int64_t first, int frames, const char *settings, struct rate rate)
{
    const char *path = job_path(j, name);
    json_t *json = json_loads(settings, 0, NULL);
    struct encoder *e = encoder_open(path, json, GREY_SIDE_PX, GREY_SIDE_PX, rate, &j->err);
    AVFrame *frame = av_frame_alloc();

    assert_non_null(e);
    for (int i = 0; i < frames; i++) {
        frame->format = AV_PIX_FMT_YUV420P;
        frame->width = frame->height = GREY_SIDE_PX;
        assert_true(av_frame_get_buffer(frame, 0) >= 0);
        for (int plane = 0; plane < 3; plane++)
            memset(frame->data[plane], plane ? MIDDLE : luma(first + i),
                   (size_t)frame->linesize[plane] * (plane ? GREY_SIDE_PX / 2 : GREY_SIDE_PX));
        assert_true(encoder_add(e, frame, &j->err));
        av_frame_unref(frame);
    }
    assert_true(encoder_finish(e, &j->err));
    encoder_free(e);
    av_frame_free(&frame);
    json_decref(json);
    return path;
}

const char *grey_still(struct job *j, const char *name, int frames, const char *settings,
                       struct rate rate)
{
    return encode(j, name, middle, 0, frames, settings, rate);
}

const char *grey_cut(struct job *j, const char *name, int64_t first, int frames,
                     const char *settings, struct rate rate)
{
    return encode(j, name, grey_of, first, frames, settings, rate);
}
