// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

static int64_t read_ms(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t monotonic(struct clock *c)
{
    (void)c;
    return read_ms(CLOCK_MONOTONIC);
}

static int64_t wall(struct clock *c)
{
    (void)c;
    return read_ms(CLOCK_REALTIME);
}

struct clock *clock_system(void)
{
    static struct clock system_clock = {monotonic, wall};

    return &system_clock;
}
