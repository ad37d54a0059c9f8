// SPDX-License-Identifier: MIT
#include "runtime/media/packets.h"

#include <stdint.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/buf.h"

// In this machine's byte order: what is kept is read where it was written.
struct head {
    int64_t pts, duration;
    uint32_t bytes, flags;
    uint32_t skipped; // samples at the end that are not to be heard
    uint32_t none;
};

enum { SKIP_BYTES = 10 };

static uint32_t skipped_at_end(const AVPacket *packet)
{
    size_t size = 0;
    const uint8_t *side = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, &size);

    return size >= SKIP_BYTES ? side[4] | (uint32_t)side[5] << 8 | (uint32_t)side[6] << 16 : 0;
}

static void skip_at_end(AVPacket *packet, uint32_t samples)
{
    uint8_t *side = av_packet_new_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, SKIP_BYTES);

    if (!side)
        return;
    memset(side, 0, SKIP_BYTES);
    for (size_t i = 0; i < 4; i++)
        side[4 + i] = (uint8_t)(samples >> (8 * i));
}

void packets_add(struct buf *to, const AVPacket *packet, int64_t start)
{
    struct head head = {.pts = packet->pts - start,
                        .duration = packet->duration,
                        .bytes = (uint32_t)packet->size,
                        .flags = (uint32_t)packet->flags,
                        .skipped = skipped_at_end(packet)};

    buf_add(to, &head, sizeof(head));
    buf_add(to, packet->data, (size_t)packet->size);
}

bool packets_next(struct str *from, AVPacket *packet, int64_t start)
{
    struct head head;

    if (from->len < sizeof(head))
        return false;
    memcpy(&head, from->ptr, sizeof(head));
    if (head.bytes > from->len - sizeof(head) || av_new_packet(packet, (int)head.bytes) < 0)
        return false;
    memcpy(packet->data, from->ptr + sizeof(head), head.bytes);
    packet->pts = packet->dts = head.pts + start;
    packet->duration = head.duration;
    packet->flags = (int)head.flags;
    if (head.skipped)
        skip_at_end(packet, head.skipped);
    from->ptr += sizeof(head) + head.bytes;
    from->len -= sizeof(head) + head.bytes;
    return true;
}
