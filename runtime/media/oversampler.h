// SPDX-License-Identifier: MIT
// A sound at four times its rate, where a true peak shows that lies between two samples (ITU-R
// BS.1770-4, annex 2). Owned by one op.
#pragma once

#include <stddef.h>

enum { OVERSAMPLES = 4 };

struct oversampler;

// NULL: no sound of so many channels at such a rate.
struct oversampler *oversampler_new(unsigned channels, unsigned rate);
void oversampler_free(struct oversampler *o); // accepts NULL

// Adds frames, 0 of them at the end. Returns *n frames at the higher rate, borrowed until the next
// call. They come late, but all of them: OVERSAMPLES for each frame that was added.
const float *oversampler_add(struct oversampler *o, const float *from, size_t frames, size_t *n);

// The highest value of frames of the sound, whatever their channel.
float oversampler_peak(const float *at, size_t frames, unsigned channels);
