// SPDX-License-Identifier: MIT
// The subtitles of a deliverable, beside it or in it: read again, and judged as readers would.
// Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct AVPacket;
struct AVStream;
struct err;
struct findings;
struct subtitles;

// Adds the cues of an SRT or WebVTT text, and to findings those that players pass over. False with
// *err when there are none in it.
bool captions_read(struct subtitles *to, struct str text, const char *name,
                   struct findings *findings, struct err *err);

// Whether the cues of a stream can be read, and adding one of its packets.
bool captions_known(const struct AVStream *stream);
void captions_add(struct subtitles *to, const struct AVStream *stream,
                  const struct AVPacket *packet, double zero_seconds);

// Looks through all cues: of name ("film.srt", "subtitles 2") in a film of so many seconds, 0 when
// that is not known. Puts them in order.
void captions_check(struct subtitles *s, const char *name, double film_seconds,
                    struct findings *findings);
