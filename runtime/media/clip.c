// SPDX-License-Identifier: MIT
#include "runtime/media/clip.h"

#include <math.h>
#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/input.h"
#include "runtime/media/key_frame.h"
#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"
#include "runtime/media/straight.h"

// An edit waits for one cut alone, whose encoder is not to wait for it; and where all cores are
// busy with other cuts, two cost no more than one.
enum { DECODER_THREADS = 2 };

struct clip {
    struct input in;
    AVStream *stream;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *raw;            // as decoded, with its
    int64_t pts;             // once it is passed on too
    int width, height;       // of every raw frame
    struct straight *filter; // what straightens them, from the first; NULL: nothing need
    bool started;            // since opening or the last seek
    bool drained;            // the decoder has nothing more
    double midway;       // it began where frames may lean on earlier ones, to show this instant;
                         // NAN: it did not, and any error is damage
    AVRational base;     // of the pts of now and next
    AVFrame *now, *next; // next is decoded ahead: now lasts until it begins
    bool ended;          // no next will come
    char smooth[32];     // a frame rate, or nothing
};

// Seconds at which frame begins, from the stream's start.
static double begins(const struct clip *c, const AVFrame *frame)
{
    return (double)frame->pts * av_q2d(c->base) -
           (double)input_start(c->stream) * av_q2d(c->stream->time_base);
}

// How long a frame lasts where all last alike.
static double frame_seconds(const struct clip *c)
{
    AVRational rate = c->stream->avg_frame_rate;

    return rate.num > 0 && rate.den > 0 ? av_q2d(av_inv_q(rate)) : 1. / 24;
}

// Seconds from the stream's start to the frame that was decoded last.
static double decoded(const struct clip *c)
{
    return (double)(c->pts - input_start(c->stream)) * av_q2d(c->stream->time_base);
}

// Whether the decoder may lack what came before, and what is asked for is still to come.
static bool is_on_its_way(const struct clip *c)
{
    return !isnan(c->midway) && (!c->started || decoded(c) < c->midway);
}

// Gives the decoder its next packet, or the end.
static bool feed(struct clip *c, struct err *err)
{
    int code, got;

    while ((got = av_read_frame(c->in.format, c->packet)) >= 0 &&
           c->packet->stream_index != c->stream->index)
        av_packet_unref(c->packet);
    if (got < 0 && got != AVERROR_EOF)
        return lav_fail(err, got, "reading %s", c->in.name);
    code = avcodec_send_packet(c->codec, got < 0 ? NULL : c->packet);
    av_packet_unref(c->packet);
    return code >= 0 || code == AVERROR_EOF || is_on_its_way(c) ||
           lav_fail(err, code, "%s is damaged", c->in.name);
}

// What frame lacks that comes after it: an instant, colours, the shape of its pixels.
static void complete(struct clip *c, AVFrame *frame)
{
    frame->pts = frame->best_effort_timestamp;
    if (frame->pts == AV_NOPTS_VALUE)
        frame->pts = c->started
                         ? c->pts + (int64_t)(frame_seconds(c) / av_q2d(c->stream->time_base))
                         : input_start(c->stream);
    c->pts = frame->pts;
    frame->sample_aspect_ratio = av_guess_sample_aspect_ratio(c->in.format, c->stream, frame);
    pixels_assume_colour(frame);
}

static bool check_size(struct clip *c, struct err *err)
{
    if (!c->width) {
        c->width = c->raw->width;
        c->height = c->raw->height;
    }
    return (c->width == c->raw->width && c->height == c->raw->height) ||
           err_set(err, ERR_FINAL,
                   "%s changes its size from %dx%d to %dx%d: cut it into two files there",
                   c->in.name, c->width, c->height, c->raw->width, c->raw->height);
}

// What a decoder that began in the middle tells of a frame, where another would have failed.
static bool is_torn(const struct clip *c)
{
    return !isnan(c->midway) &&
           (c->raw->decode_error_flags || c->raw->flags & AV_FRAME_FLAG_CORRUPT);
}

// Decodes the next frame into c->raw, or sets c->drained.
static bool decode(struct clip *c, struct err *err)
{
    int code;

    while ((code = avcodec_receive_frame(c->codec, c->raw)) == AVERROR(EAGAIN) ||
           (code < 0 && code != AVERROR_EOF && is_on_its_way(c)))
        if (!feed(c, err))
            return false;
    c->drained = code == AVERROR_EOF;
    if (c->drained)
        return true;
    if (code < 0 || (is_torn(c) && !is_on_its_way(c)))
        return lav_fail(err, code < 0 ? code : AVERROR_INVALIDDATA, "%s is damaged", c->in.name);
    complete(c, c->raw);
    return check_size(c, err);
}

// Only a decoded frame tells what has to be done to such ones.
static bool start(struct clip *c, struct err *err)
{
    AVRational base = c->stream->time_base;

    c->started = true;
    if (!straight_new(&c->filter, c->raw, &base, input_matrix(c->stream),
                      c->smooth[0] ? c->smooth : NULL, c->in.name, err))
        return false;
    c->base = c->filter ? *straight_base(c->filter) : base;
    return true;
}

// Decodes a frame and passes it on: to the filter, or as c->next.
static bool pass(struct clip *c, struct err *err)
{
    if (!decode(c, err) || (!c->drained && !c->started && !start(c, err)))
        return false;
    if (c->drained)
        return !c->filter || straight_push(c->filter, NULL, err);
    if (c->filter)
        return straight_push(c->filter, c->raw, err);
    av_frame_move_ref(c->next, c->raw);
    return true;
}

// Puts the next straight frame into c->next; at the end says so.
static bool decode_next(struct clip *c, struct err *err)
{
    int code = AVERROR(EAGAIN);

    av_frame_unref(c->next);
    while (!c->next->buf[0] && !c->ended) {
        if (c->filter)
            code = straight_pull(c->filter, c->next);
        if (code == AVERROR_EOF || (c->drained && !c->filter))
            c->ended = true;
        else if (code == AVERROR(EAGAIN) && !pass(c, err))
            return false;
        else if (code < 0 && code != AVERROR(EAGAIN))
            return lav_fail(err, code, "straightening %s", c->in.name);
    }
    return true;
}

static bool step(struct clip *c, struct err *err)
{
    av_frame_unref(c->now);
    av_frame_move_ref(c->now, c->next);
    return decode_next(c, err);
}

// A decoder that begins anew: where frames may lean on what came before, or (NAN) where none does.
static bool renew_decoder(struct clip *c, double midway, struct err *err)
{
    avcodec_free_context(&c->codec);
    straight_free(c->filter);
    c->filter = NULL;
    c->started = c->drained = c->ended = false;
    c->midway = midway;
    c->codec = isnan(midway) ? input_decoder_threads(&c->in, c->stream, DECODER_THREADS, err)
                             : input_decoder_midway(&c->in, c->stream, DECODER_THREADS, err);
    return c->codec != NULL;
}

struct clip *clip_open_smooth(const char *path, const char *rate, struct err *err)
{
    struct clip *c = mem_new(sizeof(*c));

    snprintf(c->smooth, sizeof(c->smooth), "%s", rate ? rate : "");
    if (!input_open(&c->in, path, err))
        goto fail;
    c->stream = input_stream(&c->in, AVMEDIA_TYPE_VIDEO);
    if (!c->stream) {
        err_set(err, ERR_FINAL, "%s has no picture in it", c->in.name);
        goto fail;
    }
    c->packet = av_packet_alloc();
    c->raw = av_frame_alloc();
    c->now = av_frame_alloc();
    c->next = av_frame_alloc();
    if (!renew_decoder(c, NAN, err) || !decode_next(c, err))
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

struct clip *clip_open(const char *path, struct err *err)
{
    return clip_open_smooth(path, NULL, err);
}

void clip_close(struct clip *c)
{
    if (!c)
        return;
    straight_free(c->filter);
    avcodec_free_context(&c->codec);
    av_packet_free(&c->packet);
    av_frame_free(&c->raw);
    av_frame_free(&c->now);
    av_frame_free(&c->next);
    input_close(&c->in);
    mem_free(c);
}

int clip_width(const struct clip *c)
{
    return c->now->width;
}

int clip_height(const struct clip *c)
{
    return c->now->height;
}

double clip_pixel(const struct clip *c)
{
    return pixels_shape(&c->now->sample_aspect_ratio);
}

double clip_seconds(const struct clip *c)
{
    if (c->stream->duration > 0)
        return (double)c->stream->duration * av_q2d(c->stream->time_base);
    return c->in.format->duration > 0 ? (double)c->in.format->duration / AV_TIME_BASE : 0;
}

bool clip_has_rate(const struct clip *c, int num, int den)
{
    AVRational rate = {num, den};

    return av_cmp_q(c->stream->avg_frame_rate, rate) == 0 &&
           av_cmp_q(c->stream->r_frame_rate, rate) == 0;
}

double clip_until(const struct clip *c)
{
    return c->ended ? INFINITY : begins(c, c->next);
}

static int seek_back(struct clip *c, int64_t at)
{
    return av_seek_frame(c->in.format, c->stream->index, at, AVSEEK_FLAG_BACKWARD);
}

static bool go_to_start(struct clip *c, struct err *err)
{
    int code = seek_back(c, input_start(c->stream));

    if (code < 0)
        code = av_seek_frame(c->in.format, -1, 0, AVSEEK_FLAG_BYTE);
    if (code < 0)
        return lav_fail(err, code, "seeking in %s", c->in.name);
    return renew_decoder(c, NAN, err) && decode_next(c, err) && step(c, err);
}

// Whether nothing that is decoded from here on leans on what came before. Reads a packet.
static bool enters_cleanly(struct clip *c)
{
    bool clean, any;

    while ((any = av_read_frame(c->in.format, c->packet) >= 0) &&
           c->packet->stream_index != c->stream->index)
        av_packet_unref(c->packet);
    clean = any && key_frame_stands_alone(c->packet, c->stream->codecpar);
    av_packet_unref(c->packet);
    return clean;
}

// To a key frame before from, so that seconds is still to come; *there tells whether that is so.
static bool go_to(struct clip *c, double from, double seconds, bool *there, struct err *err)
{
    int64_t at = input_start(c->stream) + (int64_t)(from / av_q2d(c->stream->time_base));
    bool clean;

    *there = false;
    if (seek_back(c, at) < 0)
        return true;
    clean = enters_cleanly(c);
    if (seek_back(c, at) < 0)
        return true;
    if (!renew_decoder(c, clean ? NAN : seconds, err) || !decode_next(c, err) ||
        (!c->ended && !step(c, err)))
        return false;
    *there = c->now->buf[0] && begins(c, c->now) <= seconds;
    return true;
}

// Where packets tell no time of their frames, only those from the start on can be counted.
static bool can_seek(const struct clip *c)
{
    return strcmp(c->in.format->iformat->name, "avi") != 0;
}

// Some containers have no index, and come to an instant behind the key frame that is wanted: then
// it is looked for farther back.
static bool seek(struct clip *c, double seconds, struct err *err)
{
    static const double back[] = {0, 2, 10, 40};
    bool there = false;

    for (size_t i = 0; can_seek(c) && i < sizeof(back) / sizeof(*back) && seconds > back[i]; i++) {
        if (!go_to(c, seconds - back[i], seconds, &there, err))
            return false;
        if (there)
            return true;
    }
    return go_to_start(c, err);
}

// When the last frame, which is now, has been seen: where rates change it may last long.
static double last_seconds(const struct clip *c)
{
    double told = c->stream->duration > 0 ? clip_seconds(c) : 0;

    return fmax(told, begins(c, c->now) + 1.01 * frame_seconds(c));
}

// Farther ahead than this a key frame may be nearer than decoding on.
static const double far_seconds = 4;

const AVFrame *clip_frame(struct clip *c, double seconds, bool *held, struct err *err)
{
    double now = begins(c, c->now);

    if ((seconds < now && now > 0) || seconds > now + far_seconds)
        if (!seek(c, seconds < 0 ? 0 : seconds, err))
            return NULL;
    while (!c->ended && begins(c, c->next) <= seconds)
        if (!step(c, err))
            return NULL;
    *held = seconds < begins(c, c->now) || (c->ended && seconds > last_seconds(c));
    pixels_assume_colour(c->now);
    return c->now;
}
