// SPDX-License-Identifier: MIT
#include "runtime/media/hush.h"

#include <math.h>

#include "runtime/media/findings.h"

static const double least_silent_seconds = 2;

void hush_init(struct hush *h, void (*tell)(void *user, double start, double end), void *user)
{
    *h = (struct hush){
        .silent = {.least_seconds = least_silent_seconds}, .tell = tell, .user = user};
}

static void tell(struct hush *h, bool silent, double now)
{
    if (stretch_tell(&h->silent, silent, now))
        h->tell(h->user, h->silent.start, now);
}

void hush_hear(struct hush *h, const float *from, size_t frames, unsigned channels, unsigned rate,
               double at)
{
    for (size_t i = 0; i < frames; i++) {
        bool silent = true;

        for (unsigned c = 0; silent && c < channels; c++)
            silent = fabsf(from[i * channels + c]) < HUSH_MOST;
        if (silent != h->silent.holds)
            tell(h, silent, at + (double)i / rate);
    }
}

void hush_end(struct hush *h, double at)
{
    tell(h, false, at);
}

void hush_add(struct findings *findings, const char *name, double start, double end)
{
    findings_add_at(findings, "silent", SEVERITY_WARNING, start, end, "%s is silent for %.2f s",
                    name, end - start);
}
