// SPDX-License-Identifier: MIT
// Credits: "Role: Name" in two columns that meet at an axis, other lines between them. Borrows its
// text, page and theme; owned by one op.
#pragma once

#include "base/str.h"
#include "base/vec.h"
#include "runtime/media/layers.h"
#include "runtime/media/theme.h"

struct _cairo;

struct credit {
    struct str line;
    double y, height; // from the top of the credits
};

struct credits {
    const struct layers *page;
    const struct theme *theme;
    struct text_style style;
    struct area role, name, line; // columns, inside the safe area; only x and width count
    VEC(struct credit) list;
    double height; // of all
};

// Measures text on the page, with cr.
void credits_init(struct credits *c, struct _cairo *cr, const struct layers *page,
                  const struct theme *t, const char *text);
void credits_release(struct credits *c);

// Draws what falls onto a sheet as high as the page when the first line stands at y.
void credits_draw(const struct credits *c, struct _cairo *cr, double y);
