// SPDX-License-Identifier: MIT
// The pulse: whether a service is as fast as it was. A step that takes much longer than others of
// its kind and preset have taken on that machine says that its service is slow; that is told once,
// until a step is as fast as usual. Loop thread only.
#pragma once

#include <stdint.h>

struct flight;

// Of an attempt that runs; of one that has ended well.
void pulse_look(struct flight *f, int64_t now_ms);
void pulse_end(struct flight *f);
