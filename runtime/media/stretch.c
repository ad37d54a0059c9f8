// SPDX-License-Identifier: MIT
#include "runtime/media/stretch.h"

// Instants are sums of rounded times.
static const double slack_seconds = 0.0005;

bool stretch_tell(struct stretch *s, bool holds, double now)
{
    bool ended = s->holds && !holds && now - s->start >= s->least_seconds - slack_seconds;

    if (holds && !s->holds)
        s->start = now;
    s->holds = holds;
    return ended;
}
