// SPDX-License-Identifier: MIT
#include "runtime/media/key_frame.h"

#include <libavcodec/avcodec.h>

// Codecs whose groups of pictures may be open, with nothing in a packet that says so.
static bool may_be_open(enum AVCodecID codec)
{
    static const enum AVCodecID open[] = {AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO,
                                          AV_CODEC_ID_MPEG4, AV_CODEC_ID_VC1, AV_CODEC_ID_WMV3};

    for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
        if (open[i] == codec)
            return true;
    return false;
}

// Of NAL units with their lengths before them, as MP4 and Matroska have them: the first slice
// tells.
static bool is_instantaneous(const AVPacket *packet, enum AVCodecID codec)
{
    const uint8_t *at = packet->data, *end = at + packet->size;

    while (end - at > 4) {
        uint32_t size =
            (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
        int type = codec == AV_CODEC_ID_H264 ? at[4] & 31 : at[4] >> 1 & 63;

        if (codec == AV_CODEC_ID_H264 ? type >= 1 && type <= 5 : type < 32)
            return codec == AV_CODEC_ID_H264 ? type == 5 : type == 19 || type == 20; // an IDR
        if (size > (size_t)(end - at - 4))
            return false;
        at += 4 + size;
    }
    return false;
}

bool key_frame_stands_alone(const AVPacket *packet, const AVCodecParameters *codec)
{
    bool has_lengths = codec->extradata_size > 0 && codec->extradata[0] == 1;

    if (!(packet->flags & AV_PKT_FLAG_KEY) || may_be_open(codec->codec_id))
        return false;
    if (codec->codec_id != AV_CODEC_ID_H264 && codec->codec_id != AV_CODEC_ID_HEVC)
        return true;
    return has_lengths && is_instantaneous(packet, codec->codec_id);
}
