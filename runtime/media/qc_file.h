// SPDX-License-Identifier: MIT
// What a finished file says of itself, held against the plan that it was made by. Nothing is
// decoded. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct err;
struct findings;
struct media_qc;

// The plan is so many frames at rate; a file without a picture lasts as long. False with *err where
// asked->path cannot be opened.
bool qc_check_file(const struct media_qc *asked, struct rate rate, int64_t frames,
                   struct findings *findings, struct err *err);
