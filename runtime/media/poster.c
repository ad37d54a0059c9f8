// SPDX-License-Identifier: MIT
#include "runtime/media/poster.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/jpeg.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"
#include "runtime/media/playback.h"

// The middle of a shot, or the frame at some seconds of the film, which begins behind its slate.
int64_t poster_frame(const struct media_job *job, struct rate rate, int64_t otherwise)
{
    const json_t *poster = json_object_get(job->params, "poster");
    const json_t *shots = json_object_get(job->params, "shots");
    json_int_t shot = json_get_integer(poster, "shot", -1);
    int64_t frame = json_get_integer(job->params, "slate", 0);

    if (!poster)
        return otherwise;
    if (shot < 0)
        return frame + rate_frames(rate, json_get_number(poster, "seconds", 0));
    for (json_int_t i = 0; i < shot; i++)
        frame += json_get_integer(json_array_get(shots, (size_t)i), "frames", 0);
    return frame + json_get_integer(json_array_get(shots, (size_t)shot), "frames", 0) / 2;
}

bool poster_make(const struct media_job *job, struct rate rate, AVPacket **jpeg, struct err *err)
{
    struct playback *playback;
    const AVFrame *frame;

    *jpeg = NULL;
    if (!json_object_get(job->params, "poster"))
        return true;
    playback = playback_new(job, rate, err);
    frame = playback ? playback_frame(playback, poster_frame(job, rate, 0), err) : NULL;
    if (frame)
        *jpeg = jpeg_encode(frame, err);
    playback_free(playback);
    return *jpeg || err_wrap(err, "the poster");
}

// MP4 keeps it among its tags. Matroska would show it as a second picture: there it is a file
// within the file.
static int describe(AVStream *s, const AVPacket *jpeg, const AVCodecParameters *picture,
                    bool matroska)
{
    AVCodecParameters *par = s->codecpar;

    par->codec_id = AV_CODEC_ID_MJPEG;
    par->codec_type = matroska ? AVMEDIA_TYPE_ATTACHMENT : AVMEDIA_TYPE_VIDEO;
    par->width = picture->width;
    par->height = picture->height;
    if (!matroska) {
        s->disposition = AV_DISPOSITION_ATTACHED_PIC;
        return 0;
    }
    par->extradata = av_mallocz((size_t)jpeg->size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!par->extradata)
        return AVERROR(ENOMEM);
    memcpy(par->extradata, jpeg->data, (size_t)jpeg->size);
    par->extradata_size = jpeg->size;
    av_dict_set(&s->metadata, "filename", "cover.jpg", 0);
    av_dict_set(&s->metadata, "mimetype", "image/jpeg", 0);
    return 0;
}

bool poster_add(AVFormatContext *format, const AVPacket *jpeg, const AVCodecParameters *picture,
                bool matroska, AVStream **stream, struct err *err)
{
    AVStream *s = avformat_new_stream(format, NULL);
    int code = s ? describe(s, jpeg, picture, matroska) : AVERROR(ENOMEM);

    *stream = matroska ? NULL : s;
    return code >= 0 || lav_fail(err, code, "adding the poster");
}
