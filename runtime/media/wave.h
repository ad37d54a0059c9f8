// SPDX-License-Identifier: MIT
// A WAV of 24 bits as studios exchange it: 48 kHz, two channels, with the chunk of a Broadcast Wave
// (EBU Tech 3285), and RF64 (Tech 3306) where it outgrows 4 GB. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/media/params.h"

struct AVDictionary;
struct err;
struct wave;

struct wave_info {
    const char *path, *description; // which people see
    const char *timecode;           // of the first sample, at rate; NULL: midnight
    struct rate rate;
};

// Borrows what info names while it is called. NULL with *err.
struct wave *wave_open(const struct wave_info *info, struct err *err);

// Adds to a WAV's tags where it stands on the clock of editing programs: samples since midnight.
void wave_set_start(struct AVDictionary **tags, struct rate rate, const char *timecode);

// Writes frames of two channels; what is louder than full scale is clipped.
bool wave_add(struct wave *w, const float *from, size_t frames, struct err *err);

// The largest sample of what came, without sign; above 1 it was clipped.
float wave_peak(const struct wave *w);

// Only then is the file whole. wave_free without it leaves a part of one.
bool wave_finish(struct wave *w, struct err *err);
void wave_free(struct wave *w); // accepts NULL
