// SPDX-License-Identifier: MIT
// WAVs as speech servers send them: read chunk by chunk, also those whose head was written before
// anybody knew how long they would be, and written anew with the samples as they came. Pure
// functions.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct buf;
struct err;

// How samples are told.
struct wav_form {
    unsigned rate, channels, bits; // of one channel's sample: 8 (unsigned), 16, 24, 32, 64
    bool real;                     // floating point: 32 or 64
};

struct wav {
    struct wav_form form;
    struct str samples; // whole frames, borrowed from what was read
};

// What the bytes are by their first ones: "WAV", "MP3", "FLAC", "Ogg", "MP4", "HTML", "JSON"; NULL
// when they are nothing known.
const char *wav_sniff(struct str bytes);

// False with ERR_TRANSIENT when the bytes are no whole WAV of plain samples: sounds in another
// form, a WAV that was cut short, or several one behind the other.
bool wav_read(struct wav *w, struct str bytes, struct err *err);

bool wav_same_form(const struct wav *a, const struct wav *b);
size_t wav_frames(const struct wav *w);
double wav_seconds(const struct wav *w);

// The loudest sample, as a share of full scale; infinite when one is no number.
double wav_peak(const struct wav *w);

// Seconds at the end that stay below the level, a share of full scale.
double wav_silence_at_end(const struct wav *w, double level);

// Adds one WAV of n pieces of the same form, in order. Between two of them it is silent for
// gap_seconds in all, counting what the first ends in below the level.
void wav_join(const struct wav *pieces, size_t n, double gap_seconds, double level,
              struct buf *out);
