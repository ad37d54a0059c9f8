// SPDX-License-Identifier: MIT
// Subtitles inside the file: a stream of cues, as MP4 and MOV (3GPP timed text) or Matroska
// (SubRip) want them.
#pragma once

#include <stdbool.h>

struct AVFormatContext;
struct AVPacket;
struct AVStream;
struct cue;
struct err;

// Adds the stream to a file whose header is not written yet. NULL with *err.
struct AVStream *timed_text_add(struct AVFormatContext *format, bool matroska, const char *language,
                                struct err *err);

// Fills in packet with a cue, its times in milliseconds.
bool timed_text_packet(struct AVPacket *packet, const struct cue *cue, bool matroska,
                       struct err *err);
