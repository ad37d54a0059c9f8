// SPDX-License-Identifier: MIT
// Where a film is meant to be heard: while somebody speaks, and while effects, beds and music
// sound. Elsewhere it may be silent. Owned by one op.
#pragma once

#include <stdbool.h>

#include "runtime/media/params.h"

struct heard;
struct media_job;

// From a conform step (docs/steps.md).
struct heard *heard_new(const struct media_job *job, struct rate rate);
void heard_free(struct heard *h); // accepts NULL

// Whether anything is meant to be heard between two instants, in seconds. Sounds fade, and are
// heard later than they begin: at both ends three frames are left out.
bool heard_between(const struct heard *h, double start, double end);
