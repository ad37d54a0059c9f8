// SPDX-License-Identifier: MIT
// Hears one sound of a deliverable go by, all its channels at its own rate: what is silent, what is
// missing, how loud it is. Keeps no sound. Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct AVStream;
struct err;
struct findings;
struct qc_lines;
struct qc_sound;

// Borrows all of it; name stands in what is found ("sound 2"). Times are counted from zero_seconds
// of the stream's own.
struct qc_sound *qc_sound_new(const struct AVStream *stream, const char *name, double zero_seconds,
                              struct findings *findings);
void qc_sound_free(struct qc_sound *s); // accepts NULL

// Lets lines (borrowed; NULL: none) hear it too, where it has 48 kHz. Before the first frame.
void qc_sound_listen(struct qc_sound *s, struct qc_lines *lines);

bool qc_sound_add(struct qc_sound *s, const struct AVFrame *frame, struct err *err);
void qc_sound_finish(struct qc_sound *s); // after the last frame

int64_t qc_sound_samples(const struct qc_sound *s); // 0: the rest tells nothing
double qc_sound_start(const struct qc_sound *s);
double qc_sound_end(const struct qc_sound *s);
double qc_sound_lufs(const struct qc_sound *s); // as loudness.h has them
double qc_sound_range(const struct qc_sound *s);
double qc_sound_true_peak(const struct qc_sound *s);
