// SPDX-License-Identifier: MIT
// CMX 3600: the picture as a list of events, for programs of any age.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct timeline;

// Writes a list from clip *from on, and sets *from behind the last that found room: a list holds
// 999 events. Returns whether there are more; then the next list goes on from there.
bool edl_write(const struct timeline *t, size_t *from, struct buf *out);
