// SPDX-License-Identifier: MIT
#include "runtime/media/webp.h"

#include <string.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>

#include "base/err.h"
#include "base/file.h"
#include "runtime/media/lav.h"
#include "runtime/media/preview.h"

static int open_codec(AVCodecContext **ctx, const struct preview *p, const AVFrame *like)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libwebp_anim");
    AVDictionary *options = NULL;
    int code;

    *ctx = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!*ctx)
        return AVERROR_ENCODER_NOT_FOUND;
    (*ctx)->width = like->width;
    (*ctx)->height = like->height;
    (*ctx)->pix_fmt = AV_PIX_FMT_RGB32;
    (*ctx)->time_base = (AVRational){p->shown.den, p->shown.num};
    (*ctx)->thread_count = 1;
    (*ctx)->flags |= AV_CODEC_FLAG_BITEXACT;
    av_dict_set(&options, "quality", "70", 0);
    code = avcodec_open2(*ctx, codec, &options);
    av_dict_free(&options);
    return code;
}

// The encoder keeps what it has encoded, and gives the whole file at the end. It goes round for
// ever.
bool webp_write(struct preview *p, struct err *err)
{
    AVCodecContext *ctx = NULL;
    AVPacket *file = av_packet_alloc();
    bool ok = true;
    int code = 0;

    for (int64_t k = 0; ok && code >= 0 && k < p->frames; k++) {
        const AVFrame *frame = preview_frame(p, k, err);

        ok = frame;
        if (ok && k == 0)
            code = open_codec(&ctx, p, frame);
        if (ok && code >= 0)
            code = avcodec_send_frame(ctx, frame);
    }
    if (ok && code >= 0)
        code = avcodec_send_frame(ctx, NULL);
    if (ok && code >= 0)
        code = avcodec_receive_packet(ctx, file);
    if (code < 0)
        ok = lav_fail(err, code, "writing a WebP");
    ok = ok && file_put(p->path, file->data, (size_t)file->size, err);
    av_packet_free(&file);
    avcodec_free_context(&ctx);
    return ok;
}

enum { MOST_CHUNKS = 1 << 16 };
enum { HEAD_BYTES = 30, CHUNK_BYTES = 8, ANIMATED = 2, DURATION_AT = 12, FRAME_HEAD_BYTES = 16 };

static uint32_t little(const unsigned char *at, int bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

// RIFF: chunks of a name, a size and so many bytes, made even. A frame's chunk begins with where it
// is drawn, how large and how long it is shown.
bool webp_facts(int fd, const char *name, json_t **facts, struct err *err)
{
    unsigned char head[HEAD_BYTES], chunk[CHUNK_BYTES + FRAME_HEAD_BYTES];
    off_t at = 12;
    json_int_t frames = 0, ms = 0;

    if (pread(fd, head, sizeof(head), 0) != sizeof(head) || memcmp(head, "RIFF", 4) != 0 ||
        memcmp(head + 8, "WEBPVP8X", 8) != 0 || !(head[20] & ANIMATED))
        return true;
    for (int n = 0; n < MOST_CHUNKS && pread(fd, chunk, CHUNK_BYTES, at) == CHUNK_BYTES; n++) {
        if (memcmp(chunk, "ANMF", 4) == 0) {
            if (pread(fd, chunk, sizeof(chunk), at) != sizeof(chunk))
                return err_set(err, ERR_FINAL, "%s is cut short", name);
            frames++;
            ms += little(chunk + CHUNK_BYTES + DURATION_AT, 3);
        }
        at += CHUNK_BYTES + little(chunk + 4, 4) + (little(chunk + 4, 4) & 1);
    }
    if (frames == 0)
        return err_set(err, ERR_FINAL, "%s has no picture in it", name);
    *facts = json_pack("{s:s, s:i, s:i, s:s, s:I, s:f}", "type", "image", "width",
                       (int)little(head + 24, 3) + 1, "height", (int)little(head + 27, 3) + 1,
                       "codec", "webp", "frames", frames, "seconds", (double)ms / 1000);
    return true;
}
