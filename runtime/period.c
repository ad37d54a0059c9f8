// SPDX-License-Identifier: MIT
#include "runtime/period.h"

#include <stdio.h>

char *period_short(double seconds, char *text, size_t size)
{
    long s = (long)(seconds + 0.5);

    if (s < 3600)
        snprintf(text, size, "%ld:%02ld", s / 60, s % 60);
    else
        snprintf(text, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    return text;
}

char *period_exact(double seconds, char *text, size_t size)
{
    long s = (long)(seconds + 0.5);

    if (seconds < 9.995)
        snprintf(text, size, "%.2f s", seconds);
    else if (seconds < 99.95)
        snprintf(text, size, "%.1f s", seconds);
    else if (s < 3600)
        snprintf(text, size, "%ld min %ld s", s / 60, s % 60);
    else
        snprintf(text, size, "%ld h %ld min", s / 3600, s / 60 % 60);
    return text;
}
