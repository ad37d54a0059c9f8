// SPDX-License-Identifier: MIT
// A cut encoded once more, from itself: for one whose headers are those of another encoder.
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct err;

// Encodes the frames of the cut at from to a file at to, as settings ("encode" in docs/steps.md)
// say but finer, for it loses twice. false with *err, also when *cancelled.
bool recode(const char *from, const char *to, const json_t *settings, int width, int height,
            struct rate rate, int64_t frames, const atomic_bool *cancelled, struct err *err);
