// SPDX-License-Identifier: MIT
// A film that a conform has just put together, judged without decoding it: by what its cuts tell of
// their pictures, what was heard while its sound was written, and what its file says of itself.
// Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "runtime/media/findings.h"
#include "runtime/media/hush.h"
#include "runtime/media/params.h"

struct err;
struct heard;
struct media_job;
struct subtitles;

struct finished {
    const struct media_job *job;
    struct rate rate;
    int64_t frames; // of the plan
    double lufs, true_peak_db;
    struct subtitles *subtitles;

    // Own.
    struct heard *heard;
    struct hush hush;
    struct findings findings;
};

// Before the first sound: then f->hush hears it, if anybody lets it. f stays where it is.
void finished_init(struct finished *f, const struct media_job *job, struct rate rate);
void finished_release(struct finished *f); // a zeroed one is fine

// When the file is whole and the fields of f are filled in: tells the fact `findings` of job, as
// docs/qc.md has them, with the number of the shot (from 1) where each lies. Nothing where there
// are none.
bool finished_tell(struct finished *f, struct err *err);
