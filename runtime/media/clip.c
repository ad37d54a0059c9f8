// SPDX-License-Identifier: MIT
#include "runtime/media/clip.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/fit.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"

struct clip {
    struct input in;
    AVStream *stream;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *now, *next; // next is decoded ahead: now lasts until it begins
    AVFrame *turned;     // of now
    int rotation;
    bool ended; // no next will come
};

// Seconds at which frame begins, from the stream's start.
static double begins(const struct clip *c, const AVFrame *frame)
{
    int64_t start = c->stream->start_time == AV_NOPTS_VALUE ? 0 : c->stream->start_time;

    return (double)(frame->best_effort_timestamp - start) * av_q2d(c->stream->time_base);
}

// Decodes the next frame into c->next; at the end says so.
static bool decode_next(struct clip *c, struct err *err)
{
    int code = AVERROR(EAGAIN);

    av_frame_unref(c->next);
    while (!c->ended && (code = avcodec_receive_frame(c->codec, c->next)) == AVERROR(EAGAIN)) {
        int got = av_read_frame(c->in.format, c->packet);

        if (got < 0 && got != AVERROR_EOF)
            return lav_fail(err, got, "reading %s", c->in.name);
        if (got >= 0 && c->packet->stream_index != c->stream->index) {
            av_packet_unref(c->packet);
            continue;
        }
        code = avcodec_send_packet(c->codec, got < 0 ? NULL : c->packet);
        av_packet_unref(c->packet);
        if (code < 0 && code != AVERROR_EOF)
            return lav_fail(err, code, "%s is damaged", c->in.name);
    }
    if (code == AVERROR_EOF)
        c->ended = true;
    return c->ended || code >= 0 || lav_fail(err, code, "%s is damaged", c->in.name);
}

static bool step(struct clip *c, struct err *err)
{
    av_frame_unref(c->now);
    av_frame_move_ref(c->now, c->next);
    av_frame_free(&c->turned);
    return decode_next(c, err);
}

struct clip *clip_open(const char *path, struct err *err)
{
    struct clip *c = mem_new(sizeof(*c));

    if (!input_open(&c->in, path, err))
        goto fail;
    c->stream = input_stream(&c->in, AVMEDIA_TYPE_VIDEO);
    if (!c->stream) {
        err_set(err, ERR_FINAL, "%s has no picture in it", c->in.name);
        goto fail;
    }
    c->codec = input_decoder(&c->in, c->stream, err);
    c->packet = av_packet_alloc();
    c->now = av_frame_alloc();
    c->next = av_frame_alloc();
    c->rotation = input_rotation(c->stream);
    if (!c->codec || !decode_next(c, err))
        goto fail;
    if (c->ended) {
        err_set(err, ERR_FINAL, "%s has no frames", c->in.name);
        goto fail;
    }
    if (step(c, err))
        return c;
fail:
    clip_close(c);
    return NULL;
}

void clip_close(struct clip *c)
{
    if (!c)
        return;
    avcodec_free_context(&c->codec);
    av_packet_free(&c->packet);
    av_frame_free(&c->now);
    av_frame_free(&c->next);
    av_frame_free(&c->turned);
    input_close(&c->in);
    mem_free(c);
}

int clip_width(const struct clip *c)
{
    return c->rotation % 180 ? c->now->height : c->now->width;
}

int clip_height(const struct clip *c)
{
    return c->rotation % 180 ? c->now->width : c->now->height;
}

// To the last key frame before seconds.
static bool seek(struct clip *c, double seconds, struct err *err)
{
    int64_t start = c->stream->start_time == AV_NOPTS_VALUE ? 0 : c->stream->start_time;
    int64_t at = start + (int64_t)(seconds / av_q2d(c->stream->time_base));
    int code = av_seek_frame(c->in.format, c->stream->index, at < start ? start : at,
                             AVSEEK_FLAG_BACKWARD);

    if (code < 0)
        code = av_seek_frame(c->in.format, c->stream->index, start, AVSEEK_FLAG_BACKWARD);
    if (code < 0)
        return lav_fail(err, code, "seeking in %s", c->in.name);
    avcodec_flush_buffers(c->codec);
    c->ended = false;
    return decode_next(c, err) && step(c, err);
}

// Farther ahead than this a key frame may be nearer than decoding on.
static const double far_seconds = 4;

const AVFrame *clip_frame(struct clip *c, double seconds, bool *held, struct err *err)
{
    double now = begins(c, c->now), frame = av_q2d(av_inv_q(c->stream->avg_frame_rate));

    if ((seconds < now && now > 0) || seconds > now + far_seconds)
        if (!seek(c, seconds < 0 ? 0 : seconds, err))
            return NULL;
    while (!c->ended && begins(c, c->next) <= seconds)
        if (!step(c, err))
            return NULL;
    *held = seconds < begins(c, c->now) || (c->ended && seconds > begins(c, c->now) + 1.01 * frame);
    if (c->rotation && !c->turned)
        c->turned = fit_turn(c->now, c->rotation, err);
    if (c->rotation && !c->turned)
        return NULL;
    pixels_assume_colour(c->turned ? c->turned : c->now);
    return c->turned ? c->turned : c->now;
}
