// SPDX-License-Identifier: MIT
#include "runtime/backoff.h"

enum { FIRST_MS = 500, MOST_MS = 60 * 1000 };

// SplitMix64 (Steele, Lea, Flood, 2014).
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

int64_t backoff_ms(unsigned failures, uint64_t *chance)
{
    int64_t ms = FIRST_MS;

    while (failures-- > 1 && ms < MOST_MS)
        ms *= 2;
    if (ms > MOST_MS)
        ms = MOST_MS;
    return ms / 2 + (int64_t)(next(chance) % (uint64_t)(ms / 2 + 1));
}
