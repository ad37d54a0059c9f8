// SPDX-License-Identifier: MIT
// Subtitles: lines of dialogue as cues of at most two short lines, and the files that hold them.
// Owned by one op.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

struct cue {
    int64_t start_ms, end_ms;
    char *who;  // NULL: not told
    char *mode; // "vo", "os", "sync"
    char *text; // one line, or two with a newline between
};

struct subtitles {
    size_t columns; // of a line at most
    VEC(struct cue) cues;
};

// The columns that a line has in a picture of this shape.
size_t subtitles_columns(int width, int height);

void subtitles_release(struct subtitles *s);

// Adds what somebody says from start (of the film, or of what is shown of it; may be negative) for
// so many seconds; a long line becomes several cues, broken where its phrases end. Words that fit
// no line are broken anywhere.
void subtitles_add(struct subtitles *s, const char *who, const char *mode, const char *text,
                   double start, double seconds);

// To be called once, after all are added: puts cues in order, and gives each the time that reading
// needs where there is room, with two frames between cues. None is left that is over before 0.
void subtitles_finish(struct subtitles *s, double film_seconds, double frame_seconds);

void subtitles_srt(const struct subtitles *s, struct buf *out);
void subtitles_vtt(const struct subtitles *s, struct buf *out);
