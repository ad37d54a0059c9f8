// SPDX-License-Identifier: MIT
// Timing: from the measured voices of a shot to its length and the instants of its lines, as
// docs/steps.md says. Counted in samples at 48 kHz; the length is whole frames.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct err;
struct media_job;

bool timing_run(const struct media_job *job, struct err *err);

// The same without files: a new value, or NULL with *err. What people should know (speech that is
// longer than the shot's seconds) is added to note, which may be left empty.
json_t *timing_of(const struct media_job *job, struct buf *note, struct err *err);
