// SPDX-License-Identifier: MIT
#include "runtime/media/pieces.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/headers.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"
#include "runtime/media/recode.h"

struct piece {
    const struct media_input *cut;
    char *again; // the path of what was encoded in its place, which goes with us; NULL: none
    int64_t frames;
};

struct pieces {
    const struct media_job *job;
    struct rate rate;
    struct piece *list;
    size_t n;
    int64_t frames;  // of all pieces
    int64_t reorder; // how far decoding runs ahead of showing, in frames
    AVCodecParameters *codec;

    size_t next; // the piece to open after this one
    struct input input;
    AVStream *stream; // NULL: no piece is open
    int64_t read;     // packets of this piece
    int64_t before;   // frames of the pieces before it
    int64_t first_pts;
};

static const char *piece_path(const struct piece *piece)
{
    return piece->again ? piece->again : piece->cut->path;
}

static bool open_piece(struct pieces *p, size_t i, struct err *err)
{
    if (!input_open_own(&p->input, piece_path(&p->list[i]), err))
        return err_wrap(err, "piece %zu", i);
    p->stream = input_stream(&p->input, AVMEDIA_TYPE_VIDEO);
    if (!p->stream)
        return err_set(err, ERR_FINAL, "piece %zu has no picture", i);
    p->read = 0;
    p->first_pts = AV_NOPTS_VALUE;
    return true;
}

static void close_piece(struct pieces *p)
{
    input_close(&p->input);
    p->stream = NULL;
}

// Reads the open piece's next packet; *more is false at its end. Times are in frames of the piece.
static bool read_packet(struct pieces *p, AVPacket *packet, bool *more, struct err *err)
{
    AVRational frame = {p->rate.den, p->rate.num};
    int code;

    do {
        av_packet_unref(packet);
        code = av_read_frame(p->input.format, packet);
    } while (code >= 0 && packet->stream_index != p->stream->index);
    *more = code >= 0;
    if (code < 0)
        return code == AVERROR_EOF || lav_fail(err, code, "reading the cut %s", p->input.name);
    if (p->first_pts == AV_NOPTS_VALUE)
        p->first_pts = packet->pts; // an IDR: nothing is shown before it
    packet->pts = av_rescale_q(packet->pts - p->first_pts, p->stream->time_base, frame);
    return true;
}

// The largest distance between a packet's place in the stream and in the picture. Cuts tell it as a
// fact; else it is measured.
static bool measure_reorder(struct pieces *p, size_t i, struct err *err)
{
    const struct piece *piece = &p->list[i];
    AVPacket *packet = av_packet_alloc();
    int64_t told = piece->again ? -1 : json_get_integer(piece->cut->facts, "reorder", -1);
    bool more = true, ok = true;

    if (told > p->reorder)
        p->reorder = told;
    if (told < 0) {
        ok = open_piece(p, i, err);
        for (int64_t at = 0; ok && (ok = read_packet(p, packet, &more, err)) && more; at++)
            if (at - packet->pts > p->reorder)
                p->reorder = at - packet->pts;
        close_piece(p);
    }
    av_packet_free(&packet);
    return ok;
}

static bool read_list(struct pieces *p, struct err *err)
{
    const json_t *list = json_object_get(p->job->params, "pieces");

    p->n = json_array_size(list);
    if (p->n == 0)
        return err_set(err, ERR_BUG, "a conform has no pieces of picture");
    p->list = mem_new(p->n * sizeof(*p->list));
    for (size_t i = 0; i < p->n; i++) {
        json_int_t cut = json_get_integer(json_array_get(list, i), "cut", -1);

        p->list[i].cut = cut < 0 ? NULL : media_input_nth(p->job, "cut", (size_t)cut);
        if (!p->list[i].cut)
            return err_set(err, ERR_BUG, "piece %zu of a conform names no cut", i);
        p->list[i].frames = json_get_integer(json_array_get(list, i), "frames", 0);
        p->frames += p->list[i].frames;
    }
    return true;
}

static bool keep_headers(struct pieces *p, AVCodecParameters **to, struct err *err)
{
    *to = avcodec_parameters_alloc();
    return (*to && avcodec_parameters_copy(*to, p->stream->codecpar) >= 0) ||
           lav_fail(err, AVERROR(ENOMEM), "reading the cut %s", p->input.name);
}

// What keeps piece i from being joined to headers; *differs NULL: nothing.
static bool compare(struct pieces *p, size_t i, const AVCodecParameters *headers,
                    const char **differs, struct err *err)
{
    bool ok = open_piece(p, i, err);

    if (ok)
        *differs = headers_difference(headers, p->stream->codecpar);
    close_piece(p);
    return ok;
}

static void note_again(const struct pieces *p, size_t i, const char *differs)
{
    char text[200];
    int64_t before = 0;

    for (size_t k = 0; k < i; k++)
        before += p->list[k].frames;
    snprintf(text, sizeof(text),
             "the picture at %.2f s has %s than today's encoder makes: its cut is encoded again",
             rate_seconds(p->rate, before), differs);
    if (p->job->note)
        p->job->note(p->job->user, text);
}

static bool encode_again(struct pieces *p, size_t i, int width, int height, struct err *err)
{
    struct piece *piece = &p->list[i];
    struct buf path = {0};

    buf_printf(&path, "%s.%zu", media_output_path(p->job, "film"), i);
    piece->again = buf_take(&path);
    return recode(piece->cut->path, piece->again, json_object_get(p->job->params, "encode"), width,
                  height, p->rate, piece->frames, p->job->cancelled, err);
}

// Cuts of one format were made by two encoders, an older one's lay in the store. One of them can be
// had today.
static bool make_equal(struct pieces *p, struct err *err)
{
    struct buf path = {0};
    AVCodecParameters *today = NULL;
    int width, height;
    bool ok;

    buf_printf(&path, "%s.today", media_output_path(p->job, "film"));
    ok = params_pixels(p->job->params, true, &width, &height, err);
    if (ok)
        today = headers_today(buf_text(&path), json_object_get(p->job->params, "encode"), width,
                              height, p->rate, err);
    ok = ok && today;
    for (size_t i = 0; ok && i < p->n; i++) {
        const char *differs = NULL;

        ok = compare(p, i, today, &differs, err);
        if (ok && differs) {
            note_again(p, i, differs);
            ok = encode_again(p, i, width, height, err);
        }
    }
    avcodec_parameters_free(&today);
    buf_release(&path);
    return ok;
}

static bool check_headers(struct pieces *p, struct err *err)
{
    AVCodecParameters *first = NULL;
    const char *differs = NULL;
    bool ok = open_piece(p, 0, err) && keep_headers(p, &first, err);

    close_piece(p);
    for (size_t i = 1; ok && !differs && i < p->n; i++)
        ok = compare(p, i, first, &differs, err);
    avcodec_parameters_free(&first);
    return ok && (!differs || make_equal(p, err));
}

static bool prepare(struct pieces *p, struct err *err)
{
    if (!read_list(p, err) || !check_headers(p, err))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!measure_reorder(p, i, err))
            return false;
    if (!open_piece(p, 0, err))
        return false;
    p->next = 1;
    return keep_headers(p, &p->codec, err);
}

struct pieces *pieces_new(const struct media_job *job, struct rate rate, struct err *err)
{
    struct pieces *p = mem_new(sizeof(*p));

    p->job = job;
    p->rate = rate;
    if (prepare(p, err))
        return p;
    pieces_free(p);
    return NULL;
}

void pieces_free(struct pieces *p)
{
    if (!p)
        return;
    close_piece(p);
    for (size_t i = 0; i < p->n && p->list; i++) {
        if (p->list[i].again)
            unlink(p->list[i].again);
        mem_free(p->list[i].again);
    }
    mem_free(p->list);
    avcodec_parameters_free(&p->codec);
    mem_free(p);
}

int64_t pieces_frames(const struct pieces *p)
{
    return p->frames;
}

const AVCodecParameters *pieces_codec(const struct pieces *p)
{
    return p->codec;
}

static bool finish_piece(struct pieces *p, struct err *err)
{
    size_t i = p->next - 1;

    if (p->read != p->list[i].frames)
        return err_set(err, ERR_BUG, "piece %zu (%s) has %lld frames, and the film counts on %lld",
                       i, p->input.name, (long long)p->read, (long long)p->list[i].frames);
    p->before += p->read;
    close_piece(p);
    return true;
}

bool pieces_read(struct pieces *p, AVPacket *packet, bool *done, struct err *err)
{
    bool more = false;

    *done = false;
    while (!more) {
        if (!p->stream && p->next == p->n) {
            *done = true;
            return true;
        }
        if ((!p->stream && !open_piece(p, p->next++, err)) || !read_packet(p, packet, &more, err) ||
            (!more && !finish_piece(p, err)))
            return false;
    }
    packet->pts += p->before;
    packet->dts = p->before + p->read++ - p->reorder;
    packet->duration = 1;
    return true;
}
