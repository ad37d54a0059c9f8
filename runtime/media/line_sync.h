// SPDX-License-Identifier: MIT
// Whether each line of dialogue of a film that was just put together is heard when it is seen:
// its voice, as its stem has it, is looked for in the sound as it was encoded. What was found in
// order is remembered with the passages, so that an edit costs the lines near it. Owned by one op.
#pragma once

#include <stdbool.h>

#include "runtime/media/params.h"

struct err;
struct findings;
struct keep;
struct master;
struct media_job;
struct programme;

struct line_sync {
    const struct media_job *job; // a conform
    struct rate rate;
    const struct programme *programme;
    const struct master *master;
    struct keep *keep;
};

// Adds a finding for each line that is heard elsewhere, or nowhere. False with *err.
bool line_sync_check(const struct line_sync *s, struct findings *findings, struct err *err);
