// SPDX-License-Identifier: MIT
#include "runtime/media/sound.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"

enum { MOST_LEAD_SECONDS = 3600 };

struct sound {
    struct input input;
    AVStream *stream;
    AVCodecContext *decoder;
    SwrContext *resampler;
    AVPacket *packet;
    AVFrame *frame;
    unsigned channels; // asked for
    unsigned width;    // out of the resampler: 1 or 2
    int rate;          // the resampler was made for; and
    int format, count; // sample format and channels
    bool flushed;      // the decoder was told of the end; and
    bool drained;      // has nothing more
    bool any;          // something was decoded
    bool torn;         // the packet before
    double seconds;    // that were decoded
    size_t early;      // frames still to come that lie before the picture
    float *ready;      // frames [at, n) of width channels wait to be read
    size_t at, n, cap;
};

static bool open_stream(struct sound *s, struct err *err)
{
    s->stream = input_stream(&s->input, AVMEDIA_TYPE_AUDIO);
    if (!s->stream)
        return err_set(err, ERR_FINAL, "%s has no sound", s->input.name);
    for (unsigned i = 0; i < s->input.format->nb_streams; i++)
        if (s->input.format->streams[i] != s->stream)
            s->input.format->streams[i]->discard = AVDISCARD_ALL;
    s->decoder = input_decoder(&s->input, s->stream, err);
    if (!s->decoder)
        return false;
    s->decoder->err_recognition = 0; // a torn packet costs that packet
    s->packet = av_packet_alloc();
    s->frame = av_frame_alloc();
    return (s->packet && s->frame) ||
           err_set(err, ERR_FINAL, "reading %s: out of memory", s->input.name);
}

// The path, or where there is none the descriptor.
static struct sound *open_any(const char *path, int fd, const char *name, unsigned channels,
                              struct err *err)
{
    struct sound *s = mem_new(sizeof(*s));

    s->channels = channels;
    if ((path ? input_open(&s->input, path, err) : input_open_fd(&s->input, fd, name, err)) &&
        open_stream(s, err))
        return s;
    sound_close(s);
    return NULL;
}

struct sound *sound_open(const char *path, unsigned channels, struct err *err)
{
    return open_any(path, -1, NULL, channels, err);
}

struct sound *sound_open_fd(int fd, const char *name, unsigned channels, struct err *err)
{
    return open_any(NULL, fd, name, channels, err);
}

void sound_close(struct sound *s)
{
    if (!s)
        return;
    swr_free(&s->resampler);
    av_frame_free(&s->frame);
    av_packet_free(&s->packet);
    avcodec_free_context(&s->decoder);
    input_close(&s->input);
    mem_free(s->ready);
    mem_free(s);
}

static float *room(struct sound *s, size_t frames)
{
    if (s->at == s->n)
        s->at = s->n = 0;
    if (s->n + frames > s->cap) {
        s->cap = (s->n + frames) * 2;
        s->ready = mem_resize(s->ready, s->cap * s->width, sizeof(*s->ready));
    }
    return s->ready + s->n * s->width;
}

// A stream may change its rate or channels in the middle; then the resampler is made anew.
static bool make_resampler(struct sound *s, struct err *err)
{
    AVChannelLayout in = {0}, out = {0};
    int code;

    if (s->resampler && s->rate == s->frame->sample_rate && s->format == s->frame->format &&
        s->count == s->frame->ch_layout.nb_channels)
        return true;
    swr_free(&s->resampler);
    if (!s->width)
        s->width = s->frame->ch_layout.nb_channels == 1 ? 1 : 2;
    if (av_channel_layout_copy(&in, &s->frame->ch_layout) < 0 ||
        in.order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_uninit(&in);
        av_channel_layout_default(&in, s->frame->ch_layout.nb_channels);
    }
    av_channel_layout_default(&out, (int)s->width);
    code =
        swr_alloc_set_opts2(&s->resampler, &out, AV_SAMPLE_FMT_FLT, PCM_RATE, &in,
                            (enum AVSampleFormat)s->frame->format, s->frame->sample_rate, 0, NULL);
    if (code >= 0) {
        av_opt_set_double(s->resampler, "rematrix_maxval", 1.0, 0);
        code = swr_init(s->resampler);
    }
    av_channel_layout_uninit(&in);
    s->rate = s->frame->sample_rate;
    s->format = s->frame->format;
    s->count = s->frame->ch_layout.nb_channels;
    return code >= 0 || lav_fail(err, code, "reading %s", s->input.name);
}

static bool resample(struct sound *s, const uint8_t **data, int frames, struct err *err)
{
    int most = swr_get_out_samples(s->resampler, frames);
    float *to = room(s, (size_t)(most < 0 ? 0 : most));
    int got = swr_convert(s->resampler, (uint8_t *[]){(uint8_t *)to}, most, data, frames);
    size_t early;

    if (got < 0)
        return lav_fail(err, got, "reading %s", s->input.name);
    s->n += (size_t)got;
    early = s->early < s->n - s->at ? s->early : s->n - s->at;
    s->at += early;
    s->early -= early;
    return true;
}

// When the file begins, in samples: with its picture, from which clips are counted too.
static bool find_start(const struct sound *s, int64_t *start)
{
    const AVStream *picture = input_stream(&s->input, AVMEDIA_TYPE_VIDEO);

    if (picture && picture->start_time != AV_NOPTS_VALUE)
        *start = av_rescale_q(picture->start_time, picture->time_base, (AVRational){1, PCM_RATE});
    else if (s->input.format->start_time != AV_NOPTS_VALUE)
        *start = av_rescale(s->input.format->start_time, PCM_RATE, AV_TIME_BASE);
    else
        return false;
    return true;
}

// Sound that begins after the file's picture, or before it, is put where it belongs.
static void put_lead(struct sound *s)
{
    int64_t start, lead, most = (int64_t)MOST_LEAD_SECONDS * PCM_RATE;

    if (s->frame->pts == AV_NOPTS_VALUE || !find_start(s, &start))
        return;
    lead = av_rescale_q(s->frame->pts, s->stream->time_base, (AVRational){1, PCM_RATE}) - start;
    if (lead > 1 && lead < most) {
        memset(room(s, (size_t)lead), 0, (size_t)lead * s->width * sizeof(*s->ready));
        s->n += (size_t)lead;
    } else if (lead < -1 && lead > -most) {
        s->early = (size_t)-lead;
    }
}

static bool take_frame(struct sound *s, struct err *err)
{
    void *data = s->frame->extended_data;
    bool ok = make_resampler(s, err);

    if (ok && !s->any)
        put_lead(s);
    s->any = true;
    s->seconds += (double)s->frame->nb_samples / s->frame->sample_rate;
    ok = ok && resample(s, data, s->frame->nb_samples, err);
    av_frame_unref(s->frame);
    return ok;
}

// Gives the decoder its next packet, or the end.
static void feed(struct sound *s)
{
    while (av_read_frame(s->input.format, s->packet) >= 0) {
        bool ours = s->packet->stream_index == s->stream->index;

        if (ours) {
            s->torn = input_is_torn(&s->input, s->packet);
            avcodec_send_packet(s->decoder, s->packet);
        }
        av_packet_unref(s->packet);
        if (ours)
            return;
    }
    avcodec_send_packet(s->decoder, NULL);
    s->flushed = true;
}

// Decodes until something is ready or all is done.
static bool fill(struct sound *s, struct err *err)
{
    while (s->at == s->n && !s->drained) {
        int code = avcodec_receive_frame(s->decoder, s->frame);

        if (code >= 0) {
            if (!take_frame(s, err))
                return false;
        } else if (code == AVERROR_EOF || s->flushed) {
            s->drained = true;
            if (!s->any)
                return err_set(err, ERR_FINAL, "%s has no sound that can be decoded",
                               s->input.name);
            if (s->torn)
                return err_set(err, ERR_FINAL,
                               "%s is damaged or cut short: the file ends before its content",
                               s->input.name);
            if (!input_check_sound(&s->input, s->stream, s->seconds, err) ||
                !resample(s, NULL, 0, err))
                return false;
        } else {
            feed(s);
        }
    }
    return true;
}

static void fold(const struct sound *s, float *to, const float *from, size_t frames)
{
    if (s->width == s->channels) {
        memcpy(to, from, frames * s->width * sizeof(*to));
        return;
    }
    for (size_t i = 0; i < frames; i++)
        if (s->width == 1)
            to[2 * i] = to[2 * i + 1] = from[i] * 0.70710678f;
        else
            to[i] = (from[2 * i] + from[2 * i + 1]) / 2;
}

bool sound_read(struct sound *s, float *to, size_t frames, size_t *got, struct err *err)
{
    *got = 0;
    while (*got < frames) {
        size_t n;

        if (!fill(s, err))
            return false;
        n = s->n - s->at < frames - *got ? s->n - s->at : frames - *got;
        if (n == 0)
            return true;
        fold(s, to + *got * s->channels, s->ready + s->at * s->width, n);
        s->at += n;
        *got += n;
    }
    return true;
}
