// SPDX-License-Identifier: MIT
#include "runtime/media/untouched.h"

#include <math.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/codec.h"
#include "runtime/media/cut_file.h"
#include "runtime/media/encode.h"
#include "runtime/media/headers.h"
#include "runtime/media/input.h"
#include "runtime/media/key_frame.h"
#include "runtime/media/media.h"

struct footage {
    const struct media_job *job;
    struct input in;
    AVStream *stream;
    AVRational frame; // in seconds
    int64_t first, n; // frames of the footage that the cut wants
    int64_t reorder;
};

// Whether the shot shows its footage as it is: any other param changes or covers it.
static bool is_plain(const struct media_job *job)
{
    static const char *const plain[] = {"drop", "encode",  "fit", "focus",  "fps", "frames",
                                        "from", "handles", "in",  "pixels", "skip"};
    const char *key;
    json_t *value;
    json_t *params = (json_t *)(uintptr_t)job->params;

    if (strcmp(json_get_text(params, "from", ""), "footage") != 0 || job->n_inputs == 0 ||
        media_input(job, "lut"))
        return false;
    json_object_foreach(params, key, value) {
        bool known = json_is_null(value);

        for (size_t i = 0; !known && i < sizeof(plain) / sizeof(*plain); i++)
            known = strcmp(plain[i], key) == 0;
        if (!known)
            return false;
    }
    return true;
}

static bool is_of_the_codec(const struct footage *f, const struct codec *codec)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(codec->encoder);
    const AVCodecParameters *p = f->stream->codecpar;
    struct err ignored = {0};

    return encoder && encoder->id == p->codec_id &&
           p->format == encoder_format(json_object_get(f->job->params, "encode"), &ignored);
}

// What the container and the stream's first frames tell, beyond the encoder's headers.
static bool is_of_the_film(const struct footage *f)
{
    const AVCodecParameters *p = f->stream->codecpar;
    AVRational shape = p->sample_aspect_ratio;

    return av_cmp_q(f->stream->avg_frame_rate, av_inv_q(f->frame)) == 0 &&
           !input_matrix(f->stream) && (shape.num == shape.den || shape.num == 0) &&
           (p->field_order == AV_FIELD_PROGRESSIVE || p->field_order == AV_FIELD_UNKNOWN) &&
           p->color_range == AVCOL_RANGE_MPEG && p->color_space == AVCOL_SPC_BT709 &&
           p->color_primaries == AVCOL_PRI_BT709 && p->color_trc == AVCOL_TRC_BT709;
}

// The number of the packet's frame from the first that is wanted; false where it lies between two.
static bool frame_of(const struct footage *f, const AVPacket *packet, int64_t *n)
{
    int64_t start = input_start(f->stream);
    int64_t at = packet->pts - start, frame;

    if (packet->pts == AV_NOPTS_VALUE)
        return false;
    frame = av_rescale_q(at, f->stream->time_base, f->frame);
    *n = frame - f->first;
    return llabs(av_rescale_q(frame, f->frame, f->stream->time_base) - at) <= 1;
}

// Calls take for each packet that the cut wants, in decode order. Returns whether those are its
// frames, all of them and no others.
static bool read_packets(struct footage *f, AVPacket *packet,
                         bool (*take)(void *to, AVPacket *packet, int64_t at), void *to)
{
    int64_t start = input_start(f->stream);
    int64_t in = start + av_rescale_q(f->first, f->frame, f->stream->time_base), at = 0, n;

    if (av_seek_frame(f->in.format, f->stream->index, in + 1, AVSEEK_FLAG_BACKWARD) < 0)
        return false;
    while (at < f->n && av_read_frame(f->in.format, packet) >= 0) {
        bool ours = packet->stream_index == f->stream->index;
        bool ok = !atomic_load(f->job->cancelled) &&
                  (!ours || (frame_of(f, packet, &n) && n >= 0 && n < f->n));

        if (ok && ours) {
            packet->pts = n;
            ok = (at > 0 || (n == 0 && key_frame_stands_alone(packet, f->stream->codecpar))) &&
                 take(to, packet, at);
            at++;
        }
        av_packet_unref(packet);
        if (!ok)
            return false;
    }
    return at == f->n;
}

struct tally {
    int64_t n, reorder;
    bool *seen; // by frame
};

static bool count(void *to, AVPacket *packet, int64_t at)
{
    struct tally *t = to;
    bool again = t->seen[packet->pts];

    t->seen[packet->pts] = true;
    if (at - packet->pts > t->reorder)
        t->reorder = at - packet->pts;
    return !again;
}

static bool has_all(struct footage *f, AVPacket *packet)
{
    struct tally t = {.n = f->n, .seen = mem_new((size_t)f->n)};
    bool ok = read_packets(f, packet, count, &t);

    f->reorder = t.reorder;
    mem_free(t.seen);
    return ok;
}

struct copying {
    struct cut_file *file;
    bool failed; // *err is told
    struct err *err;
};

static bool copy(void *to, AVPacket *packet, int64_t at)
{
    struct copying *c = to;

    (void)at;
    c->failed = !cut_file_add(c->file, packet, c->err);
    return !c->failed;
}

static bool copy_all(struct footage *f, AVPacket *packet, const struct codec *codec,
                     struct rate rate, struct err *err)
{
    struct copying c = {.err = err};
    bool ok;

    c.file = cut_file_open(media_output_path(f->job, "cut"), codec, f->stream->codecpar, rate,
                           f->reorder, err);
    ok = c.file && read_packets(f, packet, copy, &c);
    if (c.file && !ok && !c.failed && atomic_load(f->job->cancelled))
        err_set(err, ERR_CANCELLED, "stopped");
    else if (c.file && !ok && !c.failed)
        err_set(err, ERR_FINAL, "%s changed while it was copied", f->in.name);
    ok = ok && cut_file_finish(c.file, err);
    cut_file_free(c.file);
    return ok;
}

// Whether its headers are the encoder's. Asked last: a frame is encoded to know.
static bool is_encoded_alike(const struct footage *f, struct rate rate)
{
    const AVCodecParameters *p = f->stream->codecpar;
    const json_t *settings = json_object_get(f->job->params, "encode");
    struct err ignored = {0};
    AVCodecParameters *today = headers_today(media_output_path(f->job, "cut"), settings, p->width,
                                             p->height, rate, &ignored);
    bool alike = today && !headers_difference(today, p);

    avcodec_parameters_free(&today);
    return alike;
}

static bool open_footage(struct footage *f, const struct codec *codec, int64_t first)
{
    const struct media_input *input = media_input(f->job, "picture");
    double in = json_get_number(f->job->params, "in", 0);
    struct err ignored = {0};
    int width, height;

    if (!input || !params_pixels(f->job->params, true, &width, &height, &ignored) ||
        !input_open(&f->in, input->path, &ignored))
        return false; // who encodes it says why not
    f->stream = input_stream(&f->in, AVMEDIA_TYPE_VIDEO);
    f->first = first + (int64_t)floor(in / av_q2d(f->frame) + .5);
    return f->stream && f->stream->codecpar->width == width &&
           f->stream->codecpar->height == height && is_of_the_codec(f, codec) && is_of_the_film(f);
}

bool untouched_cut(const struct media_job *job, struct rate rate, int64_t first, int64_t last,
                   bool *done, struct err *err)
{
    struct footage f = {.job = job, .frame = {rate.den, rate.num}, .n = last - first + 1};
    const struct codec *codec = codec_find(json_object_get(job->params, "encode"), err);
    AVPacket *packet = av_packet_alloc();
    bool ok = codec;

    *done = codec && is_plain(job) && open_footage(&f, codec, first) && has_all(&f, packet) &&
            is_encoded_alike(&f, rate);
    if (*done)
        ok = copy_all(&f, packet, codec, rate, err);
    if (*done && ok)
        media_tell(job, "untouched", json_true());
    input_close(&f.in);
    av_packet_free(&packet);
    return ok;
}
