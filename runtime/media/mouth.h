// SPDX-License-Identifier: MIT
// What a mouth does while a voice is heard: how far it opens and how round it is, frame by frame.
// Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/media/params.h"

struct err;

struct mouth {
    float *open;  // 0 to 1, one a frame
    float *round; // -1 spread to 1 pursed
    size_t n;
};

// Reads the sound at path, whose first sample lies on frame 0.
bool mouth_read(struct mouth *m, const char *path, struct rate rate, struct err *err);
void mouth_release(struct mouth *m); // a zeroed one is fine

// At any frame; outside the sound a mouth is shut.
double mouth_open(const struct mouth *m, long long frame);
double mouth_round(const struct mouth *m, long long frame);
