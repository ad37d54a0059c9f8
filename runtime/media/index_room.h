// SPDX-License-Identifier: MIT
// How much room the index of an MP4 or MOV ("moov") takes at most. It stands before what it lists,
// so that a player can begin at once, and is known only when that is written: room is left for it,
// for moving everything once the index is known would cost the whole film's bytes again.
#pragma once

#include <stdint.h>

struct AVFormatContext;

struct index_count {
    int64_t frames;  // of picture
    int64_t packets; // of sound
    int64_t cues;    // of subtitles
    int64_t poster_bytes;
};

// In bytes. Chapters and tags are already in format.
int64_t index_room_bytes(const struct AVFormatContext *format, const struct index_count *count);
