// SPDX-License-Identifier: MIT
// Whether each line of dialogue is heard when it is seen. The sound of a deliverable goes by, and
// what lies around a line is kept until the line's voice, as its stem has it, was looked for in it.
// Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct findings;
struct media_line;
struct qc_lines;
struct qc_picture;

// The n lines, borrowed, in the order in which they begin.
struct qc_lines *qc_lines_new(const struct media_line *lines, size_t n);
void qc_lines_free(struct qc_lines *l); // accepts NULL

// The part of the sound in which a line is looked for, in samples of the file; it may begin before
// 0.
void qc_lines_around(const struct media_line *line, int64_t *from, int64_t *to);

// Hears interleaved frames at 48 kHz, the first of them at an instant of the file. Accepts NULL.
bool qc_lines_hear(struct qc_lines *l, const float *from, size_t frames, unsigned channels,
                   double at, struct err *err);

// At the end: holds where each was heard against the times of the pictures; NULL: against the plan.
bool qc_lines_finish(struct qc_lines *l, const struct qc_picture *picture,
                     struct findings *findings, struct err *err);

// Then: whether there was nothing to tell of line number i.
bool qc_lines_is_fine(const struct qc_lines *l, size_t i);
