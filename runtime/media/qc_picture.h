// SPDX-License-Identifier: MIT
// Watches the pictures of a deliverable go by, in the order in which they are shown: what is black
// or frozen, and where their times leave the beat. Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct AVStream;
struct err;
struct findings;
struct qc_picture;

// Borrows all of it. Times are counted from zero_seconds of the stream's own.
struct qc_picture *qc_picture_new(const struct AVStream *stream, double zero_seconds,
                                  struct findings *findings);
void qc_picture_free(struct qc_picture *p); // accepts NULL

bool qc_picture_add(struct qc_picture *p, const struct AVFrame *frame, struct err *err);

// After the last frame: what lasts until the end, and what holds of all of them.
void qc_picture_finish(struct qc_picture *p);

int64_t qc_picture_frames(const struct qc_picture *p);
double qc_picture_shown(const struct qc_picture *p, int64_t frame); // when; NAN: there is none
double qc_picture_start(const struct qc_picture *p);                // of the first frame shown
double qc_picture_end(const struct qc_picture *p);                  // of the last one
