// SPDX-License-Identifier: MIT
#include "runtime/media/wave.h"

#include <math.h>
#include <stdint.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/timecode.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"

enum { CHANNELS = 2, SAMPLE_BYTES = 3, MOST_SAMPLE = 0x7fffff };

struct wave {
    AVFormatContext *format;
    AVPacket *packet;
    int64_t frames; // written
    float peak;     // of what came
};

static bool fail(struct err *err, int code)
{
    return lav_fail(err, code, "writing a WAV");
}

static int add_stream(struct wave *w)
{
    AVStream *s = avformat_new_stream(w->format, NULL);
    AVCodecParameters *p = s ? s->codecpar : NULL;

    if (!p)
        return AVERROR(ENOMEM);
    s->time_base = (AVRational){1, PCM_RATE};
    p->codec_type = AVMEDIA_TYPE_AUDIO;
    p->codec_id = AV_CODEC_ID_PCM_S24LE;
    p->sample_rate = PCM_RATE;
    p->bits_per_coded_sample = SAMPLE_BYTES * 8;
    p->block_align = CHANNELS * SAMPLE_BYTES;
    p->bit_rate = (int64_t)PCM_RATE * CHANNELS * SAMPLE_BYTES * 8;
    av_channel_layout_default(&p->ch_layout, CHANNELS);
    return 0;
}

static int write_header(struct wave *w)
{
    AVDictionary *options = NULL;
    int code;

    av_dict_set(&options, "rf64", "auto", 0);
    av_dict_set(&options, "write_bext", "1", 0);
    code = avformat_write_header(w->format, &options);
    av_dict_free(&options);
    return code;
}

void wave_set_start(AVDictionary **tags, struct rate rate, const char *timecode)
{
    AVTimecode start;

    if (timecode &&
        av_timecode_init_from_string(&start, (AVRational){rate.num, rate.den}, timecode, NULL) >= 0)
        av_dict_set_int(tags, "time_reference", pcm_frame_sample(rate, start.start), 0);
}

static int open_file(struct wave *w, const struct wave_info *info)
{
    struct buf url = {0};
    int code;

    // "file:" keeps a name with a colon from being read as a protocol.
    buf_printf(&url, "file:%s", info->path);
    code = avformat_alloc_output_context2(&w->format, NULL, "wav", buf_text(&url));
    if (code >= 0)
        code = avio_open2(&w->format->pb, buf_text(&url), AVIO_FLAG_WRITE, NULL, NULL);
    buf_release(&url);
    if (code < 0)
        return code;
    w->format->flags |= AVFMT_FLAG_BITEXACT;
    av_dict_set(&w->format->metadata, "description", info->description, 0);
    wave_set_start(&w->format->metadata, info->rate, info->timecode);
    code = add_stream(w);
    return code < 0 ? code : write_header(w);
}

struct wave *wave_open(const struct wave_info *info, struct err *err)
{
    struct wave *w = mem_new(sizeof(*w));
    int code;

    w->packet = av_packet_alloc();
    code = w->packet ? open_file(w, info) : AVERROR(ENOMEM);
    if (code >= 0)
        return w;
    fail(err, code);
    wave_free(w);
    return NULL;
}

void wave_free(struct wave *w)
{
    if (!w)
        return;
    if (w->format)
        avio_closep(&w->format->pb);
    avformat_free_context(w->format);
    av_packet_free(&w->packet);
    mem_free(w);
}

// Rounded to the nearest, so that stems sum to their mix as nearly as 24 bits allow.
static void encode(struct wave *w, uint8_t *to, const float *from, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        long x = lrintf(fmaxf(-1, fminf(1, from[i])) * MOST_SAMPLE);

        w->peak = fmaxf(w->peak, fabsf(from[i]));
        for (size_t k = 0; k < SAMPLE_BYTES; k++)
            to[SAMPLE_BYTES * i + k] = (uint8_t)((unsigned long)x >> (8 * k));
    }
}

bool wave_add(struct wave *w, const float *from, size_t frames, struct err *err)
{
    int code = av_new_packet(w->packet, (int)(frames * CHANNELS * SAMPLE_BYTES));

    if (code < 0)
        return fail(err, code);
    encode(w, w->packet->data, from, frames * CHANNELS);
    w->packet->pts = w->packet->dts = w->frames;
    w->packet->duration = (int64_t)frames;
    w->frames += (int64_t)frames;
    code = av_write_frame(w->format, w->packet);
    av_packet_unref(w->packet);
    return code >= 0 || fail(err, code);
}

float wave_peak(const struct wave *w)
{
    return w->peak;
}

bool wave_finish(struct wave *w, struct err *err)
{
    int code = av_write_trailer(w->format);

    if (code >= 0)
        code = avio_closep(&w->format->pb);
    return code >= 0 || fail(err, code);
}
