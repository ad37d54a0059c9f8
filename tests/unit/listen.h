// SPDX-License-Identifier: MIT
// A whole programme, as it comes in windows one after the other.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"

// Fills in out, which is to be released. False with *err.
static inline bool listen_to(struct programme *p, struct pcm *out, struct err *err)
{
    const size_t window = 8192;

    pcm_init(out, 2, (size_t)programme_samples(p));
    for (size_t at = 0, n; at < out->frames; at += n) {
        n = out->frames - at < window ? out->frames - at : window;
        if (!programme_prepare(p, (int64_t)at, (int64_t)(at + n), err) ||
            !programme_read_at(p, (int64_t)at, out->at + at * 2, n, err))
            return false;
    }
    return true;
}
