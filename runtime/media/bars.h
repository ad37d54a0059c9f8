// SPDX-License-Identifier: MIT
// For pictures whose faces are not ours to draw: a small sign of who speaks, and how loud, where
// they stand. Owned by one op.
#pragma once

#include "runtime/media/acting.h"

struct AVFrame;
struct bars;

// For one speaker, number i of n, over frames of the size and format of frame.
struct bars *bars_new(const struct speaker *speaker, size_t i, size_t n,
                      const struct AVFrame *frame);
void bars_free(struct bars *m); // accepts NULL

void bars_draw(const struct bars *m, struct AVFrame *frame, long long n);
