// SPDX-License-Identifier: MIT
#include "runtime/media/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "runtime/media/document.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"
#include "runtime/media/still.h"
#include "runtime/media/webp.h"

enum { MOST_SECONDS = 24 * 60 * 60 };

// By which a file may end before its head says so: the last frame's length is not always told.
static const double most_missing_seconds = 1.1;

// How far a rate may be from a usual one that is meant, in parts of it: 24000/1001 and 24 are five
// times as far apart.
static const double as_good_as = 2e-4;

// What is counted while all packets go by.
struct tally {
    VEC(int64_t) pts; // of the video, in decode order
    int64_t last_duration;
    int64_t samples;
    double end_seconds; // of what lasts longest, in the file's own time
    bool damaged, encrypted;
};

static bool decode_sound(struct tally *t, AVCodecContext *ctx, const AVPacket *packet,
                         AVFrame *frame)
{
    int code = avcodec_send_packet(ctx, packet);

    while (code >= 0) {
        code = avcodec_receive_frame(ctx, frame);
        if (code >= 0)
            t->samples += frame->nb_samples;
    }
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF;
}

static void count_picture(struct tally *t, const AVPacket *packet)
{
    if (packet->flags & AV_PKT_FLAG_DISCARD)
        return;
    vec_push(&t->pts, packet->pts == AV_NOPTS_VALUE ? packet->dts : packet->pts);
    t->last_duration = packet->duration;
}

static void note_end(struct tally *t, const AVStream *stream, const AVPacket *packet)
{
    int64_t at = packet->pts == AV_NOPTS_VALUE ? packet->dts : packet->pts;

    if (at != AV_NOPTS_VALUE)
        t->end_seconds =
            fmax(t->end_seconds, (double)(at + packet->duration) * av_q2d(stream->time_base));
}

// How long the head of a Matroska says that it is; 0: it does not, as where it was written live.
static double promised_seconds(const AVFormatContext *format)
{
    bool tells = strcmp(format->iformat->name, "matroska,webm") == 0 &&
                 format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;

    return tells && format->duration > 0 ? (double)format->duration / AV_TIME_BASE : 0;
}

// A Matroska that was cut off reads well to its last packet: only its head tells that more was
// there.
static bool check_end(const struct input *in, const struct tally *t, struct err *err)
{
    double told = promised_seconds(in->format);

    return told - t->end_seconds <= most_missing_seconds ||
           err_set(err, ERR_FINAL,
                   "%s is cut short: it promises %.2f s and has %.2f s: copy all of it again, or "
                   "keep what is there with ffmpeg -i %s -c copy NEW.mkv",
                   in->name, told, t->end_seconds, in->name);
}

// Reads all of in: sound is decoded for its exact length, pictures are only counted.
static bool count_packets(struct input *in, struct tally *t, const AVStream *video,
                          const AVStream *audio, struct err *err)
{
    AVCodecContext *ctx = audio ? input_decoder(in, audio, err) : NULL;
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    int code = 0;
    bool ok = !audio || ctx;

    while (ok && (code = av_read_frame(in->format, packet)) >= 0) {
        t->damaged |= input_is_torn(in, packet);
        t->encrypted |= av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) != NULL;
        note_end(t, in->format->streams[packet->stream_index], packet);
        if (video && packet->stream_index == video->index)
            count_picture(t, packet);
        if (audio && packet->stream_index == audio->index && packet->size > 0)
            t->damaged |= !decode_sound(t, ctx, packet, frame);
        av_packet_unref(packet);
    }
    if (ok && ctx)
        decode_sound(t, ctx, NULL, frame);
    if (ok && code != AVERROR_EOF)
        ok = lav_fail(err, code, "%s is damaged or cut short", in->name);
    if (ok && t->encrypted)
        ok = err_set(err, ERR_FINAL, "%s is encrypted: give a copy that is not", in->name);
    if (ok && t->damaged)
        ok = err_set(err, ERR_FINAL, "%s is damaged or cut short: the file ends before its content",
                     in->name);
    ok = ok && check_end(in, t, err);
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&ctx);
    return ok;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

// By how many frames decoding runs ahead of showing, which a joined stream must allow for.
static int64_t reorder_frames(const struct tally *t, const int64_t *sorted)
{
    int64_t most = 0;

    for (size_t i = 0; i < t->pts.n; i++) {
        const int64_t *at =
            bsearch(&t->pts.at[i], sorted, t->pts.n, sizeof(*sorted), compare_times);
        int64_t ahead = (int64_t)i - (at - sorted);

        if (ahead > most)
            most = ahead;
    }
    return most;
}

static json_t *fps_text(AVRational fps)
{
    char text[32];

    snprintf(text, sizeof(text), "%d/%d", fps.num, fps.den);
    return json_string(text);
}

// Where times are milliseconds, as in Matroska, a rate is told as its mean comes out: 19001/317 is
// 60000/1001.
static AVRational usual(AVRational rate)
{
    static const AVRational rates[] = {
        {24000, 1001}, {24, 1}, {25, 1}, {30000, 1001}, {30, 1},
        {48, 1},       {50, 1}, {60, 1}, {60000, 1001}, {120, 1},
    };

    for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++)
        if (fabs(av_q2d(rate) / av_q2d(rates[i]) - 1) < as_good_as)
            return rates[i];
    return rate;
}

static AVRational frame_rate(const AVStream *video)
{
    AVRational rate = video->avg_frame_rate;

    if (rate.num <= 0 || rate.den <= 0)
        rate = video->r_frame_rate;
    if (rate.num <= 0 || rate.den <= 0)
        rate = (AVRational){25, 1};
    return usual(rate);
}

static void put_size(json_t *facts, const AVStream *video)
{
    AVRational pixel = video->sample_aspect_ratio.num > 0 ? video->sample_aspect_ratio
                                                          : video->codecpar->sample_aspect_ratio;
    bool turned = input_lies(video);
    int w = (int)lround(video->codecpar->width * pixels_shape(&pixel)), h = video->codecpar->height;

    json_object_set_new(facts, "width", json_integer(turned ? h : w));
    json_object_set_new(facts, "height", json_integer(turned ? w : h));
}

// What a camera's clock showed on the first frame.
static void put_timecode(json_t *facts, const AVFormatContext *format, const AVStream *video)
{
    const AVDictionaryEntry *e = av_dict_get(video->metadata, "timecode", NULL, 0);

    for (unsigned i = 0; !e && i < format->nb_streams; i++)
        e = av_dict_get(format->streams[i]->metadata, "timecode", NULL, 0);
    if (!e)
        e = av_dict_get(format->metadata, "timecode", NULL, 0);
    if (e)
        json_object_set_new(facts, "timecode", json_string(e->value)); // not where it is no text
}

// How many tracks of sound there are, where that is more than one: recorders write each microphone
// as one.
static void put_tracks(json_t *facts, const AVFormatContext *format)
{
    json_int_t n = 0;

    for (unsigned i = 0; i < format->nb_streams; i++)
        n += format->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
    if (n > 1)
        json_object_set_new(facts, "tracks", json_integer(n));
}

static json_t *video_facts(struct input *in, const AVStream *video, struct err *err)
{
    struct tally t = {0};
    bool audio = input_stream(in, AVMEDIA_TYPE_AUDIO);
    int64_t *sorted = NULL;
    AVRational fps = frame_rate(video);
    json_t *facts = NULL;
    double seconds;

    if (!count_packets(in, &t, video, NULL, err))
        goto out;
    if (t.pts.n == 0) {
        err_set(err, ERR_FINAL, "%s has no frames", in->name);
        goto out;
    }
    sorted = mem_resize(NULL, t.pts.n, sizeof(*sorted));
    memcpy(sorted, t.pts.at, t.pts.n * sizeof(*sorted));
    qsort(sorted, t.pts.n, sizeof(*sorted), compare_times);
    if (t.last_duration <= 0)
        t.last_duration = av_rescale_q(1, av_inv_q(fps), video->time_base);
    seconds = ((double)sorted[t.pts.n - 1] - (double)sorted[0] + (double)t.last_duration) *
              av_q2d(video->time_base);
    if (!(seconds < MOST_SECONDS)) {
        err_set(err, ERR_FINAL,
                "%s would be longer than a day: its times are damaged, or it is to be cut",
                in->name);
        goto out;
    }
    facts = json_pack("{s:s, s:f, s:I, s:o, s:s, s:b, s:I}", "type", "video", "seconds", seconds,
                      "frames", (json_int_t)t.pts.n, "fps", fps_text(fps), "codec",
                      avcodec_get_name(video->codecpar->codec_id), "audio", audio, "reorder",
                      (json_int_t)reorder_frames(&t, sorted));
    put_size(facts, video);
    put_timecode(facts, in->format, video);
    put_tracks(facts, in->format);
out:
    mem_free(sorted);
    vec_release(&t.pts);
    return facts;
}

static json_t *audio_facts(struct input *in, const AVStream *audio, struct err *err)
{
    struct tally t = {0};
    int rate = audio->codecpar->sample_rate;
    double seconds;

    if (!count_packets(in, &t, NULL, audio, err))
        return NULL;
    seconds = (double)t.samples / rate;
    if (t.samples == 0) {
        err_set(err, ERR_FINAL, "%s has no sound in it", in->name);
        return NULL;
    }
    if (!input_check_sound(in, audio, seconds, err))
        return NULL;
    return json_pack("{s:s, s:f, s:I, s:i, s:i, s:s}", "type", "audio", "seconds", seconds,
                     "samples", (json_int_t)t.samples, "rate", rate, "channels",
                     audio->codecpar->ch_layout.nb_channels, "codec",
                     avcodec_get_name(audio->codecpar->codec_id));
}

static json_t *image_facts(struct input *in, const AVStream *video, struct err *err)
{
    AVFrame *frame = still_decode(in, err);
    json_t *facts;

    if (!frame)
        return NULL;
    facts = json_pack("{s:s, s:i, s:i, s:s}", "type", "image", "width", frame->width, "height",
                      frame->height, "codec", avcodec_get_name(video->codecpar->codec_id));
    av_frame_free(&frame);
    return facts;
}

static bool is_still(const AVFormatContext *format)
{
    const char *name = format->iformat->name;
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, "_pipe") == 0;
}

static json_t *media_facts(int fd, const char *name, struct err *err)
{
    struct input in;
    json_t *facts = NULL;
    AVStream *video, *audio;

    if (!input_open_fd(&in, fd, name, err))
        return NULL;
    video = input_stream(&in, AVMEDIA_TYPE_VIDEO);
    audio = input_stream(&in, AVMEDIA_TYPE_AUDIO);
    if (video && is_still(in.format))
        facts = image_facts(&in, video, err);
    else if (video)
        facts = video_facts(&in, video, err);
    else if (audio)
        facts = audio_facts(&in, audio, err);
    else
        err_set(err, ERR_FINAL, "%s has neither picture nor sound", name);
    input_close(&in);
    return facts;
}

// What a name promises, by its ending.
static const struct ending {
    const char *ext, *type;
} endings[] = {
    {"aac", "audio"},  {"aif", "audio"},  {"aiff", "audio"}, {"avi", "video"}, {"flac", "audio"},
    {"jpeg", "image"}, {"jpg", "image"},  {"json", "json"},  {"m4a", "audio"}, {"m4v", "video"},
    {"mkv", "video"},  {"mov", "video"},  {"mp3", "audio"},  {"mp4", "video"}, {"oga", "audio"},
    {"ogg", "audio"},  {"opus", "audio"}, {"png", "image"},  {"tif", "image"}, {"tiff", "image"},
    {"wav", "audio"},  {"webm", "video"}, {"webp", "image"},
};

// A wrong name is a wrong file: nobody looks twice at shot-3.png that is a film. Sound may stand in
// a container of video, and video without picture is sound.
static bool name_fits(const char *name, const char *type, struct err *err)
{
    const char *ext = path_ext(name);

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        const char *promised = endings[i].type;

        if (strcasecmp(ext, endings[i].ext) != 0 || strcmp(promised, type) == 0)
            continue;
        if (strcmp(promised, "video") == 0 && strcmp(type, "audio") == 0)
            continue;
        return err_set(err, ERR_FINAL, "%s is named like %s but is %s: give it its right ending",
                       name, promised, type);
    }
    return true;
}

json_t *probe(int fd, const char *name, struct err *err)
{
    json_t *facts = NULL;
    off_t bytes = lseek(fd, 0, SEEK_END);

    if (!document_facts(fd, name, &facts, err))
        return NULL;
    if (!facts && !webp_facts(fd, name, &facts, err))
        return NULL;
    if (!facts)
        facts = media_facts(fd, name, err);
    if (facts && !name_fits(name, json_string_value(json_object_get(facts, "type")), err)) {
        json_decref(facts);
        return NULL;
    }
    if (facts)
        json_object_set_new(facts, "bytes", json_integer(bytes));
    return facts;
}
