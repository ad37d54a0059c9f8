// SPDX-License-Identifier: MIT
#include "runtime/media/filters.h"

#include <string.h>

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"

struct filters {
    AVFilterGraph *graph;
    AVFilterContext *first, *last; // the ends of what is joined so far
    AVFrame *frame;
    unsigned channels;
    int64_t fed_frames;
};

bool filters_have(const char *name)
{
    return avfilter_get_by_name(name) != NULL;
}

bool filters_join(AVFilterGraph *graph, AVFilterContext **last, const struct filter *filter,
                  struct err *err)
{
    const AVFilter *kind = avfilter_get_by_name(filter->name);
    AVFilterContext *ctx;
    int code = AVERROR_FILTER_NOT_FOUND;

    if (!kind)
        return lav_fail(err, code, "the filter %s", filter->name);
    ctx = avfilter_graph_alloc_filter(graph, kind, NULL);
    code = ctx ? 0 : AVERROR(ENOMEM);
    for (const struct filter_option *o = filter->options; code >= 0 && o->name; o++)
        code = av_opt_set(ctx, o->name, o->value, AV_OPT_SEARCH_CHILDREN);
    if (code >= 0)
        code = avfilter_init_str(ctx, NULL);
    if (code >= 0 && *last)
        code = avfilter_link(*last, 0, ctx, 0);
    if (code < 0)
        return lav_fail(err, code, "the filter %s", filter->name);
    *last = ctx;
    return true;
}

static bool add(struct filters *f, const struct filter *filter, struct err *err)
{
    bool ok = filters_join(f->graph, &f->last, filter, err);

    f->first = f->first ? f->first : f->last;
    return ok;
}

static bool add_ends(struct filters *f, const struct filter *list, size_t n, bool fed,
                     struct err *err)
{
    const char *layout = f->channels == 1 ? "mono" : f->channels == 2 ? "stereo" : "7.1";
    struct filter source = {"abuffer",
                            {{"sample_rate", "48000"},
                             {"sample_fmt", "flt"},
                             {"channel_layout", layout},
                             {"time_base", "1/48000"}}};
    struct filter form = {
        "aformat",
        {{"sample_fmts", "flt"}, {"sample_rates", "48000"}, {"channel_layouts", layout}}};
    struct filter sink = {"abuffersink", {{NULL, NULL}}};
    bool ok = !fed || add(f, &source, err);

    for (size_t i = 0; ok && i < n; i++)
        ok = add(f, &list[i], err);
    return ok && add(f, &form, err) && add(f, &sink, err);
}

struct filters *filters_new(const struct filter *list, size_t n, bool fed, unsigned channels,
                            struct err *err)
{
    struct filters *f = mem_new(sizeof(*f));
    int code = 0;
    bool ok;

    lav_quiet();
    f->channels = channels;
    f->graph = avfilter_graph_alloc();
    f->frame = av_frame_alloc();
    ok = (f->graph && f->frame) || lav_fail(err, AVERROR(ENOMEM), "the audio filters");
    if (ok) {
        f->graph->nb_threads = 1;
        ok = add_ends(f, list, n, fed, err);
    }
    if (ok && (code = avfilter_graph_config(f->graph, NULL)) < 0)
        ok = lav_fail(err, code, "the audio filters");
    if (ok)
        return f;
    filters_free(f);
    return NULL;
}

void filters_free(struct filters *f)
{
    if (!f)
        return;
    av_frame_free(&f->frame);
    avfilter_graph_free(&f->graph);
    mem_free(f);
}

bool filters_push(struct filters *f, const float *from, size_t frames, struct err *err)
{
    AVFrame *in = f->frame;
    int code;

    if (frames) {
        in->nb_samples = (int)frames;
        in->format = AV_SAMPLE_FMT_FLT;
        in->sample_rate = PCM_RATE;
        in->pts = f->fed_frames;
        av_channel_layout_default(&in->ch_layout, (int)f->channels);
        code = av_frame_get_buffer(in, 0);
        if (code >= 0)
            memcpy(in->data[0], from, frames * f->channels * sizeof(*from));
    } else {
        code = 0;
    }
    if (code >= 0)
        code = av_buffersrc_add_frame(f->first, frames ? in : NULL);
    av_frame_unref(in);
    f->fed_frames += (int64_t)frames;
    return code >= 0 || lav_fail(err, code, "the audio filters");
}

static void append(struct pcm *out, const AVFrame *frame)
{
    size_t before = out->frames, n = (size_t)frame->nb_samples;

    out->at = mem_resize(out->at, (before + n) * out->channels, sizeof(*out->at));
    memcpy(out->at + before * out->channels, frame->data[0], n * out->channels * sizeof(*out->at));
    out->frames = before + n;
}

bool filters_pull(struct filters *f, struct pcm *out, bool *done, struct err *err)
{
    int code;

    *done = false;
    out->channels = f->channels;
    while ((code = av_buffersink_get_frame(f->last, f->frame)) >= 0) {
        append(out, f->frame);
        av_frame_unref(f->frame);
    }
    *done = code == AVERROR_EOF;
    return code == AVERROR_EOF || code == AVERROR(EAGAIN) ||
           lav_fail(err, code, "the audio filters");
}
