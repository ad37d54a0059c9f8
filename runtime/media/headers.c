// SPDX-License-Identifier: MIT
#include "runtime/media/headers.h"

#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#include "base/err.h"
#include "runtime/media/encode.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"

const char *headers_difference(const AVCodecParameters *a, const AVCodecParameters *b)
{
    if (a->codec_id != b->codec_id)
        return "another codec";
    if (a->width != b->width || a->height != b->height)
        return "another size";
    if ((a->codec_tag && b->codec_tag && a->codec_tag != b->codec_tag) ||
        (a->profile >= 0 && b->profile >= 0 && a->profile != b->profile))
        return "another profile";
    if (a->format >= 0 && b->format >= 0 && a->format != b->format)
        return "another pixel format";
    if (a->extradata_size != b->extradata_size ||
        (a->extradata_size && memcmp(a->extradata, b->extradata, (size_t)a->extradata_size) != 0))
        return "other headers";
    return NULL;
}

static bool encode_one(const char *path, const json_t *settings, int width, int height,
                       struct rate rate, struct err *err)
{
    int format = encoder_format(settings, err);
    AVFrame *frame = format < 0 ? NULL : pixels_new_yuv(width, height, format);
    struct encoder *e = frame ? encoder_open(path, settings, width, height, rate, err) : NULL;
    bool ok;

    for (int i = 0; frame && i < AV_NUM_DATA_POINTERS && frame->buf[i]; i++)
        memset(frame->buf[i]->data, 0, frame->buf[i]->size); // any picture will do
    ok = e && encoder_add(e, frame, err) && encoder_finish(e, err);
    encoder_free(e);
    av_frame_free(&frame);
    return ok;
}

AVCodecParameters *headers_today(const char *path, const json_t *settings, int width, int height,
                                 struct rate rate, struct err *err)
{
    AVCodecParameters *headers = avcodec_parameters_alloc();
    struct input in = {0};
    bool ok = encode_one(path, settings ? settings : json_null(), width, height, rate, err) &&
              input_open(&in, path, err);
    int code =
        ok ? avcodec_parameters_copy(headers, input_stream(&in, AVMEDIA_TYPE_VIDEO)->codecpar) : 0;

    input_close(&in);
    unlink(path);
    if (ok && code < 0)
        ok = lav_fail(err, code, "reading %s", path);
    if (!ok)
        avcodec_parameters_free(&headers);
    return headers;
}
