// SPDX-License-Identifier: MIT
// What the world takes of a file: so many bytes, so long. Params "max-bytes", "max-seconds" and
// "min-seconds" of a conform step say it; absent: anything. Any thread.
#pragma once

#include <stdbool.h>

struct err;
struct media_job;

// Notes where a film of seconds is too long or too short.
void limit_note_length(const struct media_job *job, double seconds);

// Whether the finished file is small enough; else false with *err.
bool limit_check_bytes(const struct media_job *job, const char *path, struct err *err);
