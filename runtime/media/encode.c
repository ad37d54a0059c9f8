// SPDX-License-Identifier: MIT
#include "runtime/media/encode.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/lav.h"

struct encoder {
    AVCodecContext *codec;
    AVFormatContext *format;
    AVPacket *packet;
    AVFrame *frame;
    struct rate rate;
    int64_t frames, packets;
    int reorder; // how far dts run ahead of pts
};

// One row a codec: what makes its files joinable and its bytes the same again.
static const struct codec {
    const char *name, *encoder, *preset, *pixel_format;
    const char *private_key, *private_options; // options that only this encoder knows
    double crf;                                // below 0: it has none
    int profile, reorder;                      // reorder: -1, the encoder tells
    unsigned tag;                              // for MP4; 0: the muxer's
} codecs[] = {
    {"av1", "libsvtav1", "8", "yuv420p", "svtav1-params", "lp=1", 35, -1, 0, 0},
    {"dnxhr", "dnxhd", NULL, "yuv422p", "profile", "dnxhr_hq", -1, -1, 0, 0},
    {"dnxhr-hqx", "dnxhd", NULL, "yuv422p10le", "profile", "dnxhr_hqx", -1, -1, 0, 0},
    {"h264", "libx264", "medium", "yuv420p", "x264-params",
     "stitchable=1:threads=1:lookahead-threads=1:sliced-threads=0:open-gop=0", 20, -1, -1, 0},
    {"hevc", "libx265", "medium", "yuv420p", "x265-params",
     "open-gop=0:info=0:repeat-headers=0:pools=1:frame-threads=1:log-level=error", 24, -1, 2,
     MKTAG('h', 'v', 'c', '1')},
    {"prores", "prores_ks", NULL, "yuv422p10le", "vendor", "apl0", -1, 3, 0, 0},
};

// Other names by which people know the codecs.
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"avc", "h264"},     {"dnxhd", "dnxhr"},  {"h265", "hevc"},        {"libsvtav1", "av1"},
    {"libx264", "h264"}, {"libx265", "hevc"}, {"prores-hq", "prores"}, {"prores_ks", "prores"},
    {"svt-av1", "av1"},  {"x264", "h264"},    {"x265", "hevc"},
};

static const struct codec *find_codec(const json_t *settings, struct err *err)
{
    const char *name = json_get_text(settings, "codec", "h264");
    const char *asked = name;

    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
        if (strcmp(aliases[i].alias, asked) == 0)
            name = aliases[i].name;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
        if (strcmp(codecs[i].name, name) == 0)
            return &codecs[i];
    err_set(err, ERR_FILM,
            "no codec \"%s\": av1, dnxhr, dnxhr-hqx, h264, hevc and prores are known", asked);
    return NULL;
}

int encoder_format(const json_t *settings, struct err *err)
{
    const struct codec *codec = find_codec(settings, err);
    const char *name;
    int format;

    if (!codec)
        return -1;
    name = json_get_text(settings, "pixel-format", codec->pixel_format);
    format = av_get_pix_fmt(name);
    if (format < 0 ||
        !(av_pix_fmt_desc_get((enum AVPixelFormat)format)->flags & AV_PIX_FMT_FLAG_PLANAR)) {
        err_set(err, ERR_FILM, "\"%s\" is no planar pixel format: yuv420p or yuv422p10le would be",
                name);
        return -1;
    }
    return format;
}

static void set_common(AVCodecContext *ctx, int width, int height, int format, struct rate rate)
{
    ctx->width = width;
    ctx->height = height;
    ctx->pix_fmt = (enum AVPixelFormat)format;
    ctx->time_base = (AVRational){rate.den, rate.num};
    ctx->framerate = (AVRational){rate.num, rate.den};
    ctx->sample_aspect_ratio = (AVRational){1, 1};
    ctx->color_range = AVCOL_RANGE_MPEG;
    ctx->colorspace = AVCOL_SPC_BT709;
    ctx->color_primaries = AVCOL_PRI_BT709;
    ctx->color_trc = AVCOL_TRC_BT709;
    ctx->chroma_sample_location = AVCHROMA_LOC_LEFT;
    ctx->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    ctx->thread_count = 1;
}

// An option may be a number or text in the settings, or stand only in the row.
static void set_option(AVDictionary **to, const json_t *settings, const char *key,
                       const char *option, const char *fallback)
{
    const json_t *value = json_object_get(settings, key);
    const char *text = json_string_value(value);
    struct buf number = {0};

    if (json_is_integer(value))
        buf_printf(&number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(&number, "%.6g", json_real_value(value));
    if (number.len)
        text = buf_text(&number);
    if (text || fallback)
        av_dict_set(to, option, text ? text : fallback, 0);
    buf_release(&number);
}

static AVDictionary *codec_options(const struct codec *codec, const json_t *settings)
{
    AVDictionary *options = NULL;
    struct buf crf = {0};
    bool by_rate = json_object_get(settings, "bitrate");

    av_dict_set(&options, codec->private_key, codec->private_options, 0);
    set_option(&options, settings, "preset", "preset", codec->preset);
    buf_printf(&crf, "%g", codec->crf);
    if (codec->crf >= 0 && !by_rate)
        set_option(&options, settings, "crf", "crf", buf_text(&crf));
    if (codec->crf >= 0)
        set_option(&options, settings, "gop", "g", "240");
    set_option(&options, settings, "bitrate", "b", NULL);
    set_option(&options, settings, "level", "level", NULL);
    set_option(&options, settings, "tune", "tune", NULL);
    set_option(&options, settings, "profile", "profile", NULL);
    buf_release(&crf);
    return options;
}

// A clip of the draft is read once or twice and never shown: as good as lossless, as quick as can
// be.
static AVDictionary *quick_options(void)
{
    AVDictionary *options = NULL;

    av_dict_set(&options, "preset", "ultrafast", 0);
    av_dict_set(&options, "crf", "14", 0);
    av_dict_set(&options, "g", "48", 0);
    av_dict_set(&options, "x264-params", "stitchable=1:threads=1", 0);
    return options;
}

static int open_codec(struct encoder *e, const struct codec *codec, const json_t *settings,
                      int width, int height, int format)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(codec->encoder);
    AVDictionary *options = settings ? codec_options(codec, settings) : quick_options();
    int code = AVERROR_ENCODER_NOT_FOUND;

    if (encoder)
        e->codec = avcodec_alloc_context3(encoder);
    if (e->codec) {
        set_common(e->codec, width, height, format, e->rate);
        if (codec->profile >= 0)
            e->codec->profile = codec->profile;
        code = avcodec_open2(e->codec, encoder, &options);
        e->reorder = codec->reorder < 0 ? e->codec->has_b_frames : codec->reorder;
    }
    av_dict_free(&options);
    return code;
}

static int open_file(struct encoder *e, const struct codec *codec, const char *path)
{
    bool mov = codec->crf < 0; // ProRes and DNxHR have no place in MP4
    AVDictionary *options = NULL;
    AVStream *stream;
    int code = avformat_alloc_output_context2(&e->format, NULL, mov ? "mov" : "mp4", path);

    if (code < 0)
        return code;
    e->format->flags |= AVFMT_FLAG_BITEXACT;
    stream = avformat_new_stream(e->format, NULL);
    if (!stream)
        return AVERROR(ENOMEM);
    code = avcodec_parameters_from_context(stream->codecpar, e->codec);
    stream->codecpar->codec_tag = codec->tag;
    stream->codecpar->field_order = AV_FIELD_PROGRESSIVE;
    stream->time_base = e->codec->time_base;
    stream->avg_frame_rate = e->codec->framerate;
    stream->sample_aspect_ratio = e->codec->sample_aspect_ratio;
    if (code >= 0)
        code = avio_open(&e->format->pb, path, AVIO_FLAG_WRITE);
    av_dict_set(&options, "movflags", "+write_colr", 0);
    if (code >= 0)
        code = avformat_write_header(e->format, &options);
    av_dict_free(&options);
    return code;
}

struct encoder *encoder_open(const char *path, const json_t *settings, int width, int height,
                             struct rate rate, struct err *err)
{
    const struct codec *codec = find_codec(settings, err);
    int format = codec ? encoder_format(settings, err) : -1;
    struct encoder *e;
    int code;

    if (format < 0)
        return NULL;
    lav_quiet();
    e = mem_new(sizeof(*e));
    e->rate = rate;
    e->packet = av_packet_alloc();
    e->frame = av_frame_alloc();
    code = open_codec(e, codec, settings, width, height, format);
    if (code >= 0)
        code = open_file(e, codec, path);
    if (code >= 0)
        return e;
    lav_fail(err, code, "encoding %s of %dx%d with %s", codec->name, width, height, codec->encoder);
    encoder_free(e);
    return NULL;
}

// dts are counted, not taken from the encoder: in a film shorter than its delay it gets them wrong.
static int write_packets(struct encoder *e)
{
    int code;

    while ((code = avcodec_receive_packet(e->codec, e->packet)) >= 0) {
        e->packet->dts = e->packets++ - e->reorder;
        e->packet->duration = 1;
        e->packet->stream_index = 0;
        av_packet_rescale_ts(e->packet, e->codec->time_base, e->format->streams[0]->time_base);
        code = av_write_frame(e->format, e->packet);
        av_packet_unref(e->packet);
        if (code < 0)
            return code;
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code;
}

bool encoder_add(struct encoder *e, const AVFrame *frame, struct err *err)
{
    int code = av_frame_ref(e->frame, frame);

    if (code >= 0) {
        e->frame->pts = e->frames;
        e->frame->pict_type = e->frames ? AV_PICTURE_TYPE_NONE : AV_PICTURE_TYPE_I;
        e->frames++;
        code = avcodec_send_frame(e->codec, e->frame);
        av_frame_unref(e->frame);
    }
    if (code >= 0)
        code = write_packets(e);
    return code >= 0 || lav_fail(err, code, "encoding frame %lld", (long long)e->frames - 1);
}

bool encoder_finish(struct encoder *e, struct err *err)
{
    int code = avcodec_send_frame(e->codec, NULL);

    if (code >= 0)
        code = write_packets(e);
    if (code >= 0)
        code = av_write_trailer(e->format);
    if (code >= 0)
        code = avio_closep(&e->format->pb);
    return code >= 0 ||
           lav_fail(err, code, "finishing a video of %lld frames", (long long)e->frames);
}

void encoder_free(struct encoder *e)
{
    if (!e)
        return;
    if (e->format)
        avio_closep(&e->format->pb);
    avformat_free_context(e->format);
    avcodec_free_context(&e->codec);
    av_packet_free(&e->packet);
    av_frame_free(&e->frame);
    mem_free(e);
}
