// SPDX-License-Identifier: MIT
// GIF: 256 colours for all of it, so it is played twice: to choose them, and to draw in them.
#include "runtime/media/preview.h"

#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/media/filters.h"
#include "runtime/media/lav.h"

struct gif {
    struct preview *preview;
    AVFrame *palette;

    // Of one pass.
    AVFilterGraph *graph;
    AVFilterContext *source, *colours, *sink; // colours: where the palette goes in
    AVFrame *drawn;

    AVCodecContext *codec;
    AVFormatContext *format;
    AVPacket *packet;
};

// What gives frames like this one to the graph.
static bool add_source(struct gif *g, const AVFrame *like, AVFilterContext **source,
                       struct err *err)
{
    char size[32], unit[32];
    struct filter buffer = {
        "buffer",
        {{"video_size", size}, {"pix_fmt", "bgra"}, {"time_base", unit}, {"pixel_aspect", "1"}}};

    snprintf(size, sizeof(size), "%dx%d", like->width, like->height);
    snprintf(unit, sizeof(unit), "%d/%d", g->preview->shown.den, g->preview->shown.num);
    *source = NULL;
    return filters_join(g->graph, source, &buffer, err);
}

// The chain from the frames to the sink by way of one filter.
static bool open_graph(struct gif *g, const AVFrame *like, const struct filter *filter,
                       struct err *err)
{
    const struct filter sink = {"buffersink", {{NULL, NULL}}};
    AVFilterContext *last;
    int code = 0;

    g->graph = avfilter_graph_alloc();
    if (!add_source(g, like, &g->source, err))
        return false;
    last = g->source;
    if (!filters_join(g->graph, &last, filter, err))
        return false;
    if (g->palette) {
        if (!add_source(g, g->palette, &g->colours, err))
            return false;
        code = avfilter_link(g->colours, 0, last, 1);
    }
    if (code < 0 || !filters_join(g->graph, &last, &sink, err))
        return code >= 0 ? false : lav_fail(err, code, "the filter %s", filter->name);
    g->sink = last;
    code = avfilter_graph_config(g->graph, NULL);
    return code >= 0 || lav_fail(err, code, "the filter %s", filter->name);
}

static bool choose_colours(struct gif *g, struct err *err)
{
    const struct filter palettegen = {"palettegen", {{"stats_mode", "diff"}}};
    const AVFrame *frame = NULL;
    int code = 0;

    for (int64_t k = 0; code >= 0 && k < g->preview->frames; k++) {
        frame = preview_frame(g->preview, k, err);
        if (!frame || (k == 0 && !open_graph(g, frame, &palettegen, err)))
            return false;
        code = av_buffersrc_write_frame(g->source, frame);
    }
    if (code >= 0)
        code = av_buffersrc_write_frame(g->source, NULL);
    g->palette = av_frame_alloc();
    if (code >= 0)
        code = av_buffersink_get_frame(g->sink, g->palette);
    avfilter_graph_free(&g->graph);
    return code >= 0 || lav_fail(err, code, "choosing the colours of a GIF");
}

static int open_codec(struct gif *g)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_GIF);

    g->codec = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!g->codec)
        return AVERROR_ENCODER_NOT_FOUND;
    g->codec->width = g->drawn->width;
    g->codec->height = g->drawn->height;
    g->codec->pix_fmt = AV_PIX_FMT_PAL8;
    g->codec->time_base = (AVRational){g->preview->shown.den, g->preview->shown.num};
    g->codec->thread_count = 1;
    g->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    return avcodec_open2(g->codec, codec, NULL);
}

// Its muxer goes round for ever unless it is told not to.
static int open_file(struct gif *g)
{
    struct buf url = {0};
    AVStream *stream;
    int code;

    buf_printf(&url, "file:%s", g->preview->path);
    code = avformat_alloc_output_context2(&g->format, NULL, "gif", buf_text(&url));
    if (code >= 0)
        code = avio_open2(&g->format->pb, buf_text(&url), AVIO_FLAG_WRITE, NULL, NULL);
    buf_release(&url);
    if (code < 0)
        return code;
    g->format->flags |= AVFMT_FLAG_BITEXACT;
    stream = avformat_new_stream(g->format, NULL);
    if (!stream)
        return AVERROR(ENOMEM);
    stream->time_base = g->codec->time_base;
    code = avcodec_parameters_from_context(stream->codecpar, g->codec);
    return code < 0 ? code : avformat_write_header(g->format, NULL);
}

// Encodes a frame, or what is left with NULL.
static int encode(struct gif *g, const AVFrame *frame)
{
    int code = avcodec_send_frame(g->codec, frame);

    while (code >= 0 && (code = avcodec_receive_packet(g->codec, g->packet)) >= 0) {
        av_packet_rescale_ts(g->packet, g->codec->time_base, g->format->streams[0]->time_base);
        code = av_write_frame(g->format, g->packet);
        av_packet_unref(g->packet);
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code;
}

// Encodes what the graph has ready.
static int take_drawn(struct gif *g)
{
    int code;

    while ((code = av_buffersink_get_frame(g->sink, g->drawn)) >= 0) {
        if (!g->codec && ((code = open_codec(g)) < 0 || (code = open_file(g)) < 0))
            return code;
        code = encode(g, g->drawn);
        av_frame_unref(g->drawn);
        if (code < 0)
            return code;
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code;
}

static int give_palette(struct gif *g)
{
    int code = av_buffersrc_write_frame(g->colours, g->palette);

    return code < 0 ? code : av_buffersrc_write_frame(g->colours, NULL);
}

static bool draw(struct gif *g, struct err *err)
{
    const struct filter paletteuse = {
        "paletteuse", {{"dither", "bayer"}, {"bayer_scale", "3"}, {"diff_mode", "rectangle"}}};
    int code = 0;

    for (int64_t k = 0; code >= 0 && k < g->preview->frames; k++) {
        const AVFrame *frame = preview_frame(g->preview, k, err);

        if (!frame || (k == 0 && !open_graph(g, frame, &paletteuse, err)))
            return false;
        if (k == 0)
            code = give_palette(g);
        if (code >= 0)
            code = av_buffersrc_write_frame(g->source, frame);
        if (code >= 0)
            code = take_drawn(g);
    }
    if (code >= 0)
        code = av_buffersrc_write_frame(g->source, NULL);
    if (code >= 0)
        code = take_drawn(g);
    if (code >= 0)
        code = g->codec ? encode(g, NULL) : AVERROR_BUG;
    if (code >= 0)
        code = av_write_trailer(g->format);
    if (code >= 0)
        code = avio_closep(&g->format->pb);
    return code >= 0 || lav_fail(err, code, "writing a GIF");
}

bool gif_write(struct preview *p, struct err *err)
{
    struct gif g = {.preview = p, .drawn = av_frame_alloc(), .packet = av_packet_alloc()};
    bool ok = choose_colours(&g, err) && draw(&g, err);

    if (g.format)
        avio_closep(&g.format->pb);
    avformat_free_context(g.format);
    avcodec_free_context(&g.codec);
    avfilter_graph_free(&g.graph);
    av_packet_free(&g.packet);
    av_frame_free(&g.drawn);
    av_frame_free(&g.palette);
    return ok;
}
