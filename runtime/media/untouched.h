// SPDX-License-Identifier: MIT
// Footage that already is what the deliverable's encoder would make: its packets are copied, and
// nothing is decoded or lost.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct err;
struct media_job;

// Makes the cut of a job ("cut" in docs/steps.md) by copying, frames first to last of the shot, and
// sets *done; or leaves it alone, where the footage is unlike what the encoder would make or the
// shot asks for more than its frames. false with *err only when writing fails.
bool untouched_cut(const struct media_job *job, struct rate rate, int64_t first, int64_t last,
                   bool *done, struct err *err);
