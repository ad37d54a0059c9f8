// SPDX-License-Identifier: MIT
#include "runtime/media/straight.h"

#include <stdio.h>
#include <stdlib.h>

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/filters.h"
#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"

enum { MOST_FILTERS = 12, LOOKED_AHEAD = 3 };

struct straight {
    AVFilterGraph *graph;
    AVFilterContext *first, *last;
    AVRational base; // of what comes out
    bool smooth;
    AVFrame *fed; // last, where smooth
    int64_t gap;  // from the one before it
};

// Filters in order.
struct chain {
    struct filter list[MOST_FILTERS];
    size_t n;
};

static void add(struct chain *c, struct filter filter)
{
    c->list[c->n++] = filter;
}

// A frame for each field: what moves between them is not lost to a film of another rate.
static void add_deinterlacing(struct chain *c, const AVFrame *like)
{
    if (pixels_are_interlaced(like))
        add(c, (struct filter){"bwdif", {{"mode", "send_field"}, {"deint", "interlaced"}}});
}

static bool is_high_range(const AVFrame *frame)
{
    return frame->color_trc == AVCOL_TRC_SMPTE2084 || frame->color_trc == AVCOL_TRC_ARIB_STD_B67;
}

// The brightest that a picture has, of 100 cd/m2. PQ that does not tell was most likely graded for
// 1,000 and not for the 10,000 that it can say; "0" is what libavfilter finds out.
static const char *peak(const AVFrame *like)
{
    bool tells = av_frame_get_side_data(like, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA) ||
                 av_frame_get_side_data(like, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);

    return tells ? "0" : "10";
}

// Light is made linear with 100 cd/m2 as 1, narrowed to BT.709 and rolled off above.
static bool add_tone_mapping(struct chain *c, const AVFrame *like, const char *name,
                             struct err *err)
{
    if (!is_high_range(like))
        return true;
    if (!filters_have("zscale") || !filters_have("tonemap"))
        return err_set(err, ERR_FINAL,
                       "%s has high dynamic range (%s), which this machine's libavfilter cannot "
                       "bring down: convert it to BT.709",
                       name, av_color_transfer_name(like->color_trc));
    add(c, (struct filter){"zscale", {{"transfer", "linear"}, {"npl", "100"}}});
    add(c, (struct filter){"format", {{"pix_fmts", "gbrpf32le"}}});
    add(c, (struct filter){"zscale", {{"primaries", "709"}}});
    add(c,
        (struct filter){"tonemap", {{"tonemap", "hable"}, {"desat", "0"}, {"peak", peak(like)}}});
    add(c,
        (struct filter){"zscale", {{"transfer", "709"}, {"matrix", "709"}, {"range", "limited"}}});
    add(c, (struct filter){"format", {{"pix_fmts", "yuv444p10"}}});
    return true;
}

static bool is_see_through(const AVFrame *frame)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    return d && d->flags & AV_PIX_FMT_FLAG_ALPHA;
}

static void add_black_ground(struct chain *c, const AVFrame *like)
{
    if (!is_see_through(like))
        return;
    // In RGB: light is scaled there, and nothing else.
    add(c, (struct filter){"format", {{"pix_fmts", "gbrap|gbrap10|gbrap12|gbrap16"}}});
    add(c, (struct filter){"premultiply", {{"inplace", "1"}}});
    add(c, (struct filter){"format", {{"pix_fmts", "gbrp|gbrp10|gbrp12|gbrp16"}}});
}

// The display matrix tells where x and y of a picture go: x' = a x + c y, y' = b x + d y.
static void add_turning(struct chain *c, const int32_t *matrix)
{
    static const char *const across[2][2] = {{"clock_flip", "clock"}, {"cclock", "cclock_flip"}};

    if (!matrix)
        return;
    if (labs(matrix[1]) > labs(matrix[0])) {
        add(c, (struct filter){"transpose", {{"dir", across[matrix[3] > 0][matrix[1] > 0]}}});
        return;
    }
    if (matrix[0] < 0)
        add(c, (struct filter){"hflip", {{NULL, NULL}}});
    if (matrix[4] < 0)
        add(c, (struct filter){"vflip", {{NULL, NULL}}});
}

static bool add_source(struct straight *s, const AVFrame *like, AVRational base, struct err *err)
{
    AVBufferSrcParameters *p = av_buffersrc_parameters_alloc();
    int code = AVERROR(ENOMEM);

    s->first = avfilter_graph_alloc_filter(s->graph, avfilter_get_by_name("buffer"), NULL);
    if (p && s->first) {
        p->format = like->format;
        p->width = like->width;
        p->height = like->height;
        p->sample_aspect_ratio = like->sample_aspect_ratio;
        p->time_base = base;
#if LIBAVFILTER_VERSION_INT >= AV_VERSION_INT(9, 16, 100)
        p->color_space = like->colorspace;
        p->color_range = like->color_range;
#endif
        code = av_buffersrc_parameters_set(s->first, p);
    }
    if (code >= 0)
        code = avfilter_init_str(s->first, NULL);
    av_free(p);
    s->last = s->first;
    return code >= 0 || lav_fail(err, code, "the filter buffer");
}

static bool build(struct straight *s, const struct chain *chain, const AVFrame *like,
                  AVRational base, struct err *err)
{
    const struct filter sink = {"buffersink", {{NULL, NULL}}};
    int code;

    s->graph = avfilter_graph_alloc();
    if (!s->graph)
        return lav_fail(err, AVERROR(ENOMEM), "the filters of a picture");
    s->graph->nb_threads = 1;
    if (!add_source(s, like, base, err))
        return false;
    for (size_t i = 0; i < chain->n; i++)
        if (!filters_join(s->graph, &s->last, &chain->list[i], err))
            return false;
    if (!filters_join(s->graph, &s->last, &sink, err))
        return false;
    code = avfilter_graph_config(s->graph, NULL);
    if (code < 0)
        return lav_fail(err, code, "the filters of a picture");
    s->base = av_buffersink_get_time_base(s->last);
    return true;
}

bool straight_new(struct straight **s, const AVFrame *like, const AVRational *base,
                  const int32_t *matrix, const char *smooth, const char *name, struct err *err)
{
    struct chain chain = {.n = 0};

    *s = NULL;
    add_deinterlacing(&chain, like);
    if (!add_tone_mapping(&chain, like, name, err))
        return false;
    add_black_ground(&chain, like);
    add_turning(&chain, matrix);
    if (smooth)
        add(&chain, (struct filter){"minterpolate", {{"fps", smooth}}});
    if (!chain.n)
        return true;
    *s = mem_new(sizeof(**s));
    (*s)->smooth = smooth;
    if (build(*s, &chain, like, *base, err))
        return true;
    straight_free(*s);
    *s = NULL;
    return false;
}

void straight_free(struct straight *s)
{
    if (!s)
        return;
    avfilter_graph_free(&s->graph);
    av_frame_free(&s->fed);
    mem_free(s);
}

static bool push(struct straight *s, AVFrame *frame, struct err *err)
{
    int code = av_buffersrc_add_frame(s->first, frame);

    return code >= 0 || lav_fail(err, code, "the filters of a picture");
}

static void remember(struct straight *s, const AVFrame *frame)
{
    s->gap = s->fed ? frame->pts - s->fed->pts : 1;
    av_frame_free(&s->fed);
    s->fed = av_frame_clone(frame);
}

// What makes frames in between looks ahead, and at the end drops what it was to look at.
static bool push_end_again(struct straight *s, struct err *err)
{
    for (int i = 0; i < LOOKED_AHEAD; i++) {
        AVFrame *again;

        s->fed->pts += s->gap;
        again = av_frame_clone(s->fed);
        if (!again || !push(s, again, err)) {
            av_frame_free(&again);
            return false;
        }
        av_frame_free(&again);
    }
    return true;
}

bool straight_push(struct straight *s, AVFrame *frame, struct err *err)
{
    if (s->smooth && frame)
        remember(s, frame);
    if (s->smooth && !frame && s->fed && !push_end_again(s, err))
        return false;
    return push(s, frame, err);
}

int straight_pull(struct straight *s, AVFrame *frame)
{
    return av_buffersink_get_frame(s->last, frame);
}

const AVRational *straight_base(const struct straight *s)
{
    return &s->base;
}

bool straight_still(AVFrame *frame, const char *name, struct err *err)
{
    const AVFrameSideData *side = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
    struct straight *s;
    int code;
    bool ok;

    pixels_assume_colour(frame);
    frame->pts = 0;
    if (!straight_new(&s, frame, &(AVRational){1, 1},
                      side && side->size >= 36 ? (const void *)side->data : NULL, NULL, name, err))
        return false;
    if (!s)
        return true;
    ok = straight_push(s, frame, err) && straight_push(s, NULL, err);
    if (ok && (code = straight_pull(s, frame)) < 0)
        ok = lav_fail(err, code, "the filters of %s", name);
    straight_free(s);
    return ok;
}
