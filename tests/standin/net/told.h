// SPDX-License-Identifier: MIT
// Commands from standard input, read on a thread of their own, and the clock that they can put
// forward: what takes a minute is tested in no time.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct told;

// ring is called from the thread for each line, and at the end.
struct told *told_open(void (*ring)(void *user), void *user);

// The next command, a new value; NULL: none for now, or none any more (*ended).
json_t *told_next(struct told *t, bool *ended);

void told_close(struct told *t); // once it has ended

// Puts the clock that the loop sees forward.
void told_skip(int64_t ms);
