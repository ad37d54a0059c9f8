// SPDX-License-Identifier: MIT
#include "runtime/eta.h"

#include <stdbool.h>

#include "base/clock.h"
#include "runtime/build.h"
#include "runtime/dispatch.h"
#include "runtime/forecast.h"

// It is rehearsed so often at most, and never costs more than this share of the time.
enum { AGAIN_MS = 2000, SHARE = 50 };

static bool is_due(const struct eta *e, int64_t now_ms)
{
    int64_t pause_ms = e->cost_ms * SHARE;

    return !e->at_ms || now_ms - e->at_ms >= (pause_ms > AGAIN_MS ? pause_ms : AGAIN_MS);
}

static void rehearse(struct eta *e, const struct dispatch *d, int64_t now_ms)
{
    struct forecast f = {
        .walk = d->walk,
        .studio = d->studio,
        .workers = d->workers,
        .aim = d->options->aim,
        .lanes = &d->lanes,
        .flights = d->flights.at,
        .n_flights = d->flights.n,
        .now_ms = now_ms,
        .wall_ms = d->clock->wall_ms(d->clock),
        .pauses = &d->shift.pauses,
    };

    e->seconds = forecast_seconds(&f);
    e->at_ms = now_ms;
    e->cost_ms = d->clock->now_ms(d->clock) - now_ms;
}

double eta_seconds(struct eta *e, const struct dispatch *d)
{
    int64_t now_ms = d->clock->now_ms(d->clock);
    double left;

    if (is_due(e, now_ms))
        rehearse(e, d, now_ms);
    left = e->seconds - (double)(now_ms - e->at_ms) / 1000;
    return left > 0 ? left : 0;
}
