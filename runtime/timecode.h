// SPDX-License-Identifier: MIT
// Frames of a film as clocks of editing programs count them: HH:MM:SS:FF, with dropped numbers
// where the rate asks for it. Plain values, any thread.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct buf;

enum { FRAME_SOUND_RATE = 48000 };

struct frame_rate {
    int64_t num, den; // frames a second
};

// "24/1", as graphs and facts write it. False for anything else.
bool frame_rate_read(const char *text, struct frame_rate *out);

// How many frames lie wholly in so many seconds; what is short of one by less than a sample of
// sound counts as one.
int64_t frame_rate_frames(struct frame_rate rate, double seconds);

// The frame nearest to an instant.
int64_t frame_rate_nearest(struct frame_rate rate, double seconds);

// The sample at 48 kHz on which a frame begins, rounded once.
int64_t frame_rate_sample(struct frame_rate rate, int64_t frame);

// Whether the clock leaves out numbers to keep up with the wall's: 29.97 and 59.94.
bool timecode_drops(struct frame_rate rate);

// The frame whose timecode is 01:00:00:00, where films begin.
int64_t timecode_hour(struct frame_rate rate);

// The frame at which a clock shows text, which may be one that counts every number ("01:00:04:12")
// or one that drops some ("01:00:04;12", or with a '.'). False for anything else.
bool timecode_read(struct frame_rate rate, const char *text, int64_t *frame);

// Whether the clock that shows text ("": the usual one) drops numbers.
bool timecode_text_drops(struct frame_rate rate, const char *text);

// "01:00:04:12"; "01:00:04;12" where numbers are dropped.
void timecode_put(struct frame_rate rate, int64_t frame, struct buf *out);

// The same on a clock of a rate that drops numbers, or of one that counts them all.
void timecode_put_as(struct frame_rate rate, bool drops, int64_t frame, struct buf *out);
