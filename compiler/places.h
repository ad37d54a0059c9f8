// SPDX-License-Identifier: MIT
// Places that were resolved lately. One line of a film asks for many steps, and one phrase of it
// stands in the words of many pictures. Zeroed, it is empty; it owns nothing.
#pragma once

#include "base/diag.h"

enum { PLACES_KEPT = 64 };

struct places {
    struct {
        struct span span;
        struct place place;
    } kept[PLACES_KEPT]; // by hash of span
};

// As diag_place, with the name of the file in a as well.
struct place places_get(struct places *p, const struct diag *d, struct span span, struct arena *a);
