// SPDX-License-Identifier: MIT
// Things on a board: what an insert or a product shot is about.
#pragma once

#include <stdbool.h>

struct easel;

struct prop {
    const char *words;
    void (*draw)(struct easel *e); // around the origin, about two units wide, standing on y = 1
    bool flat;                     // a trace on the ground: it throws no shadow
};

// The thing that words speak of, the first named of all that are known; NULL when none is.
const struct prop *prop_find(const char *words);

// Draws it with its middle at x, y and size as half its height; with its shadow.
void prop_draw(struct easel *e, const struct prop *prop, double x, double y, double size);

// A plain thing, for words that name none.
extern const struct prop prop_plain;
