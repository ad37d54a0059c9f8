// SPDX-License-Identifier: MIT
// How long to wait before something that failed for now is tried again: twice as long each time, up
// to a minute, and never just as long as the others who wait.
#pragma once

#include <stdint.h>

// failures: how many there were, one after the other, at least 1. chance: kept by the caller, any
// number to begin with.
int64_t backoff_ms(unsigned failures, uint64_t *chance);
