// SPDX-License-Identifier: MIT
#include "runtime/media/limiter.h"

#include <stdio.h>

#include "runtime/media/filters.h"
#include "runtime/media/pcm.h"

// Plain limiting at 48 kHz misses what lies between samples: so at four times that.
struct filters *limiter_new(double ceiling_db, unsigned channels, struct err *err)
{
    char limit[32];
    struct filter list[] = {
        {"aresample", {{"sample_rate", "192000"}}},
        {"alimiter",
         {{"limit", limit}, {"level", "0"}, {"attack", "5"}, {"release", "100"}, {"latency", "1"}}},
        {"aresample", {{"sample_rate", "48000"}}},
    };

    snprintf(limit, sizeof(limit), "%.6f", (double)pcm_factor(ceiling_db));
    return filters_new(list, sizeof(list) / sizeof(*list), true, channels, err);
}
