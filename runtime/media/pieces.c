// SPDX-License-Identifier: MIT
#include "runtime/media/pieces.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"

struct pieces {
    const struct media_job *job;
    const json_t *list;
    struct rate rate;
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

static const struct media_input *piece_input(const struct pieces *p, size_t i)
{
    json_int_t n = json_get_integer(json_array_get(p->list, i), "cut", -1);

    return n < 0 ? NULL : media_input_nth(p->job, "cut", (size_t)n);
}

static int64_t piece_frames(const struct pieces *p, size_t i)
{
    return json_get_integer(json_array_get(p->list, i), "frames", 0);
}

static bool open_piece(struct pieces *p, size_t i, struct err *err)
{
    const struct media_input *input = piece_input(p, i);

    if (!input)
        return err_set(err, ERR_BUG, "piece %zu of a conform names no cut", i);
    if (!input_open(&p->input, input->path, err))
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
    const struct media_input *input = piece_input(p, i);
    AVPacket *packet = av_packet_alloc();
    int64_t told = input ? json_get_integer(input->facts, "reorder", -1) : -1;
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

static bool prepare(struct pieces *p, struct err *err)
{
    size_t n = json_array_size(p->list);

    if (n == 0)
        return err_set(err, ERR_BUG, "a conform has no pieces of picture");
    for (size_t i = 0; i < n; i++) {
        p->frames += piece_frames(p, i);
        if (!measure_reorder(p, i, err))
            return false;
    }
    if (!open_piece(p, 0, err))
        return false;
    p->next = 1;
    p->codec = avcodec_parameters_alloc();
    if (!p->codec || avcodec_parameters_copy(p->codec, p->stream->codecpar) < 0)
        return lav_fail(err, AVERROR(ENOMEM), "reading the cut %s", p->input.name);
    return true;
}

struct pieces *pieces_new(const struct media_job *job, struct rate rate, struct err *err)
{
    struct pieces *p = mem_new(sizeof(*p));

    p->job = job;
    p->rate = rate;
    p->list = json_object_get(job->params, "pieces");
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

// What makes two cuts impossible to join by copying, or NULL.
static const char *difference(const AVCodecParameters *a, const AVCodecParameters *b)
{
    if (a->codec_id != b->codec_id)
        return "another codec";
    if (a->width != b->width || a->height != b->height)
        return "another size";
    if (a->format != b->format)
        return "another pixel format";
    if (a->profile != b->profile)
        return "another profile";
    if (a->extradata_size != b->extradata_size ||
        (a->extradata_size && memcmp(a->extradata, b->extradata, (size_t)a->extradata_size) != 0))
        return "other headers";
    return NULL;
}

static bool finish_piece(struct pieces *p, struct err *err)
{
    size_t i = p->next - 1;

    if (p->read != piece_frames(p, i))
        return err_set(err, ERR_BUG, "piece %zu (%s) has %lld frames, and the film counts on %lld",
                       i, p->input.name, (long long)p->read, (long long)piece_frames(p, i));
    p->before += p->read;
    close_piece(p);
    return true;
}

static bool open_next(struct pieces *p, struct err *err)
{
    const char *differs;

    if (!open_piece(p, p->next, err))
        return false;
    differs = difference(p->codec, p->stream->codecpar);
    if (differs)
        return err_set(err, ERR_FINAL,
                       "piece %zu (%s) cannot be joined to the first by copying: it has %s",
                       p->next, p->input.name, differs);
    p->next++;
    return true;
}

bool pieces_read(struct pieces *p, AVPacket *packet, bool *done, struct err *err)
{
    bool more = false;

    *done = false;
    while (!more) {
        if (!p->stream && p->next == json_array_size(p->list)) {
            *done = true;
            return true;
        }
        if ((!p->stream && !open_next(p, err)) || !read_packet(p, packet, &more, err) ||
            (!more && !finish_piece(p, err)))
            return false;
    }
    packet->pts += p->before;
    packet->dts = p->before + p->read++ - p->reorder;
    packet->duration = 1;
    return true;
}
