// SPDX-License-Identifier: MIT
#include "runtime/media/sound_encoder.h"

#include <math.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"

enum { PCM_BLOCK_FRAMES = 1024, PRIMER_FRAMES = 8 * 1024, WORST_QUALITY = 1 };

// libav's AAC encoder learns as it goes, so that two of them, begun at different places, go on
// making different packets of the same sound. At a constant quality it forgets, but for the least
// ratio of a band to its noise (min_snr in aacpsy.c): that only ever rises, where a frame cannot be
// made as small as it should be. A primer before the first sample, encoded at the worst quality,
// raises it all the way in every band, and makes every encoder the same; but for the first frame
// with something in it after a channel was silent for longer than an encoder is given time.
static const struct codec {
    const char *name, *encoder, *options;
    enum AVSampleFormat format;
    int bits; // 0: as the format says
    bool lossy;
    bool joins;  // packets of pieces that were encoded apart make one sound
    bool primed; // it does so at a constant quality, behind the primer
} codecs[] = {
    // The cheap search is the better one at the rates of films, and takes half the time. What it
    // saves by making up noise and by leaving out one side is heard at these rates.
    {"aac", "aac", "aac_coder=fast:aac_is=0:aac_pns=0", AV_SAMPLE_FMT_FLTP, 0, true, true, true},
    {"flac", "flac", "", AV_SAMPLE_FMT_S32, 24, false, false, false},
    {"opus", "libopus", "", AV_SAMPLE_FMT_FLT, 0, true, false, false},
    {"pcm_s16le", "pcm_s16le", "", AV_SAMPLE_FMT_S16, 0, false, true, false},
    {"pcm_s24le", "pcm_s24le", "", AV_SAMPLE_FMT_S32, 0, false, true, false},
};

static const int usual_bits = 192000;
// Below this a constant quality starves what is soft, and the codec has to spend by the frame.
static const int least_primed_bits = 64000;
// What a film of speech, music and noise takes a second at quality 1, and how that grows.
static const double bits_of_quality = 64000, quality_growth = 0.85;

struct sound_encoder {
    bool primed;
    int quality;   // of all but the primer, where there is one
    int64_t start; // of the sound behind it
    AVCodecContext *ctx;
    SwrContext *convert; // float to the encoder's format; also holds what fills no frame yet
    AVFrame *frame;
    int block;     // frames at a time
    int64_t held;  // frames in convert
    int64_t fed;   // frames given to the codec
    bool ended;    // by the caller
    bool draining; // the codec knows
};

static const struct codec *find_codec(const json_t *settings)
{
    const char *name = json_get_text(settings, "codec", "aac");

    if (strcmp(name, "libopus") == 0)
        name = "opus";
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
        if (strcmp(codecs[i].name, name) == 0)
            return &codecs[i];
    return NULL;
}

bool sound_encoder_is_lossy(const json_t *settings)
{
    const struct codec *codec = find_codec(settings);

    return codec && codec->lossy;
}

int64_t sound_encoder_bits(const json_t *settings)
{
    return sound_encoder_is_lossy(settings) ? json_get_integer(settings, "bitrate", usual_bits) : 0;
}

static bool is_primed(const struct codec *codec, const json_t *settings)
{
    return codec->primed && sound_encoder_bits(settings) >= least_primed_bits;
}

bool sound_encoder_joins(const json_t *settings)
{
    const struct codec *codec = find_codec(settings);

    return codec && codec->joins && (!codec->primed || is_primed(codec, settings));
}

static void set_quality(AVCodecContext *ctx, double part)
{
    double quality = part * pow((double)ctx->bit_rate / bits_of_quality, quality_growth);

    ctx->flags |= AV_CODEC_FLAG_QSCALE;
    ctx->global_quality = (int)lrint(quality * FF_QP2LAMBDA);
}

static int open_codec(struct sound_encoder *e, const struct codec *row, const json_t *settings,
                      double part)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(row->encoder);
    AVDictionary *options = NULL;
    AVCodecContext *ctx = e->ctx = codec ? avcodec_alloc_context3(codec) : NULL;
    int code;

    if (!ctx)
        return AVERROR_ENCODER_NOT_FOUND;
    ctx->sample_fmt = row->format;
    ctx->sample_rate = PCM_RATE;
    ctx->time_base = (AVRational){1, PCM_RATE};
    av_channel_layout_default(&ctx->ch_layout, 2);
    if (row->bits)
        ctx->bits_per_raw_sample = row->bits;
    if (row->lossy)
        ctx->bit_rate = sound_encoder_bits(settings);
    ctx->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    ctx->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    if (e->primed)
        set_quality(ctx, part);
    av_dict_parse_string(&options, row->options, "=", ":", 0);
    code = avcodec_open2(ctx, codec, &options);
    av_dict_free(&options);
    e->block = ctx->frame_size > 0 ? ctx->frame_size : PCM_BLOCK_FRAMES;
    return code;
}

static int open_converter(struct sound_encoder *e)
{
    int code = swr_alloc_set_opts2(&e->convert, &e->ctx->ch_layout, e->ctx->sample_fmt, PCM_RATE,
                                   &e->ctx->ch_layout, AV_SAMPLE_FMT_FLT, PCM_RATE, 0, NULL);

    e->frame = av_frame_alloc();
    if (code >= 0)
        code = e->frame ? swr_init(e->convert) : AVERROR(ENOMEM);
    return code;
}

struct sound_encoder *sound_encoder_new(const json_t *settings, struct err *err)
{
    return sound_encoder_new_at(settings, 1, err);
}

struct sound_encoder *sound_encoder_new_at(const json_t *settings, double part, struct err *err)
{
    const char *name = json_get_text(settings, "codec", "aac");
    const struct codec *row = find_codec(settings);
    struct sound_encoder *e;
    int code;

    if (!row) {
        err_set(err, ERR_FILM,
                "no sound codec \"%s\": aac, flac, opus, pcm_s16le and pcm_s24le are known", name);
        return NULL;
    }
    if (json_get_integer(settings, "rate", PCM_RATE) != PCM_RATE) {
        err_set(err, ERR_FILM, "the sound of a film has 48000 samples a second");
        return NULL;
    }
    e = mem_new(sizeof(*e));
    e->primed = is_primed(row, settings);
    code = open_codec(e, row, settings, part);
    if (code >= 0)
        code = open_converter(e);
    if (code >= 0)
        return e;
    lav_fail(err, code, "the sound encoder %s", row->encoder);
    sound_encoder_free(e);
    return NULL;
}

void sound_encoder_free(struct sound_encoder *e)
{
    if (!e)
        return;
    av_frame_free(&e->frame);
    swr_free(&e->convert);
    avcodec_free_context(&e->ctx);
    mem_free(e);
}

const AVCodecContext *sound_encoder_context(const struct sound_encoder *e)
{
    return e->ctx;
}

bool sound_encoder_push(struct sound_encoder *e, const float *from, size_t frames, struct err *err)
{
    const uint8_t *in[] = {(const uint8_t *)from};
    int code = frames ? swr_convert(e->convert, NULL, 0, in, (int)frames) : 0;

    e->held += (int64_t)frames;
    e->ended = e->ended || frames == 0;
    return code >= 0 || lav_fail(err, code, "encoding the sound");
}

// Bursts of noise at four levels: loud and soft, long blocks and short ones.
static void make_primer(float *to)
{
    static const float levels[] = {0.5f, 0.05f, 0.005f, 0.0005f};
    uint32_t state = 1;

    for (size_t i = 0; i < PRIMER_FRAMES; i++) {
        size_t into = i % 4096;
        float burst = into < 2048 ? 0 : into > 3500 ? 1 : 0.001f;

        state = state * 1664525u + 1013904223u;
        to[2 * i] = to[2 * i + 1] =
            ((float)(state >> 8) / (1 << 23) - 1) * burst * levels[i / 1024 % 4];
    }
}

bool sound_encoder_start(struct sound_encoder *e, int64_t at, struct err *err)
{
    float *primer;
    bool ok;

    e->fed = e->start = at;
    if (!e->primed)
        return true;
    e->fed -= PRIMER_FRAMES;
    e->quality = e->ctx->global_quality;
    e->ctx->global_quality = WORST_QUALITY;
    primer = mem_new(PRIMER_FRAMES * 2 * sizeof(*primer));
    make_primer(primer);
    ok = sound_encoder_push(e, primer, PRIMER_FRAMES, err);
    mem_free(primer);
    return ok;
}

// Gives the codec its next block, if there is a whole one, or the last.
static int feed(struct sound_encoder *e)
{
    int n = e->held < e->block ? (int)e->held : e->block, code;

    if (e->primed && e->fed == e->start)
        e->ctx->global_quality = e->quality;

    if (n == 0) {
        e->draining = true;
        return avcodec_send_frame(e->ctx, NULL);
    }
    e->frame->nb_samples = n;
    e->frame->format = e->ctx->sample_fmt;
    e->frame->sample_rate = PCM_RATE;
    e->frame->pts = e->fed;
    code = av_channel_layout_copy(&e->frame->ch_layout, &e->ctx->ch_layout);
    if (code >= 0)
        code = av_frame_get_buffer(e->frame, 0);
    if (code >= 0)
        code = swr_convert(e->convert, e->frame->extended_data, n, NULL, 0);
    if (code >= 0 && code != n)
        code = AVERROR_BUG;
    if (code >= 0)
        code = avcodec_send_frame(e->ctx, e->frame);
    av_frame_unref(e->frame);
    e->held -= n;
    e->fed += n;
    return code;
}

bool sound_encoder_pull(struct sound_encoder *e, AVPacket *packet, bool *got, struct err *err)
{
    int code;

    *got = false;
    while ((code = avcodec_receive_packet(e->ctx, packet)) == AVERROR(EAGAIN)) {
        if (e->held < e->block && !e->ended)
            return true;
        code = feed(e);
        if (code < 0)
            return lav_fail(err, code, "encoding the sound");
    }
    if (code == AVERROR_EOF)
        return true;
    *got = code >= 0;
    return code >= 0 || lav_fail(err, code, "encoding the sound");
}
