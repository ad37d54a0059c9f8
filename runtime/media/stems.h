// SPDX-License-Identifier: MIT
// A film's sound bus by bus, as files that sum to its mix: dialogue, effects, music; and music and
// effects together, for a film that is to be dubbed. Owned by one op.
#pragma once

#include <stdbool.h>

#include "runtime/media/params.h"

struct err;
struct media_job;
struct passage_how;
struct programme;

// Writes those of job's outputs that are stems, finished as how says that mix is. Nothing where
// there are none.
bool stems_write(const struct media_job *job, struct rate rate, struct programme *mix,
                 const struct passage_how *how, struct err *err);
