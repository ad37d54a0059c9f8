// SPDX-License-Identifier: MIT
// A team: pieces of one work done on threads at the same time, and then all are done. For work that
// burns CPU and needs nothing of a loop.
#pragma once

#include <stddef.h>

unsigned team_cores(void); // of this machine, at least 1

// Calls work with each of n pieces, which stand one after the other, size bytes each. The first is
// worked on by this thread, and so is each for which no thread can be had. Returns when all are
// done.
void team_run(void (*work)(void *piece), void *pieces, size_t n, size_t size);
