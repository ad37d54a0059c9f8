// SPDX-License-Identifier: MIT
// Loudness as broadcasters measure it (EBU R 128, ITU-R BS.1770), by libebur128; true
// peaks by an oversampler, for libebur128 reads noise up to 1 dB too low. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pcm;
struct meter;

// Below this there is nothing to measure.
#define LOUDNESS_SILENCE (-70.0)

// At any rate. NULL when it cannot measure so many channels.
struct meter *meter_new(unsigned channels, unsigned rate);
void meter_free(struct meter *m); // accepts NULL
void meter_add(struct meter *m, const float *from, size_t frames);
double meter_lufs(const struct meter *m);      // integrated; LOUDNESS_SILENCE for silence
double meter_true_peak(const struct meter *m); // dBTP
double meter_range(const struct meter *m);     // LU (EBU Tech 3342)

// The integrated loudness of a whole sound; one too short to measure counts as if it went on.
double loudness_of(const struct pcm *p);
