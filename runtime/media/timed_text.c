// SPDX-License-Identifier: MIT
#include "runtime/media/timed_text.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/mem.h>

#include "base/err.h"
#include "runtime/media/lav.h"
#include "runtime/media/subtitle.h"

enum { MOST_TEXT_BYTES = 65535, LENGTH_BYTES = 2 };

// A sample description of 3GPP TS 26.245, section 5.16, without its first fields, which the muxer
// writes: white text of one font, centred at the bottom.
static const uint8_t description[] = {
    0,   0,    0,   0,                             // display flags
    1,   0xff,                                     // justified: centre, bottom
    0,   0,    0,   0,                             // background: none
    0,   0,    0,   0,   0,   0,   0,   0,         // text box: all
    0,   0,    0,   0,                             // style of characters 0 to 0: the default
    0,   1,                                        // font
    0,   18,                                       // plain, size
    255, 255,  255, 255,                           // white
    0,   0,    0,   18,  'f', 't', 'a', 'b', 0, 1, // one font
    0,   1,    5,   'A', 'r', 'i', 'a', 'l',
};

struct AVStream *timed_text_add(AVFormatContext *format, bool matroska, const char *language,
                                struct err *err)
{
    AVStream *s = avformat_new_stream(format, NULL);
    size_t size = matroska ? 0 : sizeof(description);

    if (s && size)
        s->codecpar->extradata = av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!s || (size && !s->codecpar->extradata)) {
        lav_fail(err, AVERROR(ENOMEM), "writing subtitles");
        return NULL;
    }
    if (size)
        memcpy(s->codecpar->extradata, description, size);
    s->codecpar->extradata_size = (int)size;
    s->codecpar->codec_type = AVMEDIA_TYPE_SUBTITLE;
    s->codecpar->codec_id = matroska ? AV_CODEC_ID_SUBRIP : AV_CODEC_ID_MOV_TEXT;
    s->time_base = (AVRational){1, 1000};
    if (language)
        av_dict_set(&s->metadata, "language", language, 0);
    return s;
}

bool timed_text_packet(AVPacket *packet, const struct cue *cue, bool matroska, struct err *err)
{
    size_t n = strlen(cue->text), head = matroska ? 0 : LENGTH_BYTES;
    int code;

    if (n > MOST_TEXT_BYTES)
        n = MOST_TEXT_BYTES;
    code = av_new_packet(packet, (int)(head + n));
    if (code < 0)
        return lav_fail(err, code, "writing subtitles");
    if (head) {
        packet->data[0] = (uint8_t)(n >> 8);
        packet->data[1] = (uint8_t)n;
    }
    memcpy(packet->data + head, cue->text, n);
    packet->pts = packet->dts = cue->start_ms;
    packet->duration = cue->end_ms - cue->start_ms;
    packet->flags |= AV_PKT_FLAG_KEY;
    return true;
}
