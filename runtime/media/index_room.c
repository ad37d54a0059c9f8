// SPDX-License-Identifier: MIT
#include "runtime/media/index_room.h"

#include <string.h>

#include <libavformat/avformat.h>

// By ISO/IEC 14496-12: what one of each takes in the tables.
enum {
    SIZE_BYTES = 4,     // stsz
    SHIFT_BYTES = 8,    // ctts
    KEY_BYTES = 4,      // stss
    TIME_BYTES = 8,     // stts
    CHUNK_BYTES = 20,   // co64 and stsc
    TAG_BYTES = 64,     // around its text
    TRACK_BYTES = 2048, // headers, description of the codec, edits
    FILE_BYTES = 2048,
};

static int64_t tags_bytes(const AVDictionary *tags)
{
    const AVDictionaryEntry *tag = NULL;
    int64_t bytes = 0;

    while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)))
        bytes += TAG_BYTES + (int64_t)strlen(tag->key) + (int64_t)strlen(tag->value);
    return bytes;
}

// A chapter stands in the list, and as a sample of a track of text.
static int64_t chapter_bytes(const AVChapter *chapter)
{
    return 2 * tags_bytes(chapter->metadata) + SIZE_BYTES + TIME_BYTES + CHUNK_BYTES;
}

int64_t index_room_bytes(const AVFormatContext *format, const struct index_count *count)
{
    int64_t turns = count->frames < count->packets ? count->frames : count->packets;
    int64_t bytes = FILE_BYTES + tags_bytes(format->metadata);

    for (unsigned i = 0; i < format->nb_streams; i++)
        bytes += TRACK_BYTES + format->streams[i]->codecpar->extradata_size +
                 tags_bytes(format->streams[i]->metadata);
    for (unsigned i = 0; i < format->nb_chapters; i++)
        bytes += chapter_bytes(format->chapters[i]);
    bytes += count->poster_bytes; // whole, among the tags
    bytes += 2 * TRACK_BYTES;     // of chapters and of the timecode, which the muxer makes
    bytes += count->frames * (SIZE_BYTES + SHIFT_BYTES + KEY_BYTES);
    bytes += count->packets * SIZE_BYTES + count->packets / 64 * CHUNK_BYTES;
    bytes += 2 * count->cues * (SIZE_BYTES + TIME_BYTES + CHUNK_BYTES); // and the gap after each
    return bytes + 2 * (turns + 2 * count->cues + 16) * CHUNK_BYTES;
}
