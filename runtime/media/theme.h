// SPDX-License-Identifier: MIT
// How one element of a film's words is set: a card of some style, a lower third, a subtitle, what
// is burnt into review copies. What the film's theme says stands over c41's own. Borrows its texts
// from the params; owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/media/ink.h"
#include "runtime/media/text.h"

struct err;

enum theme_position { THEME_TOP, THEME_MIDDLE, THEME_BOTTOM };

struct theme {
    const char *family; // NULL: the face's own
    enum text_face face;
    double size; // hundredths of the picture's shorter side
    double rest; // of what stands below the first line, in parts of size
    double tracking, leading, outline, shadow;
    int weight;
    bool italic, upper;
    bool rule;                      // a line between the first line and the rest
    struct ink ink, ground, accent; // clear: none
    enum text_align align;
    enum theme_position position;
    double title_safe, action_safe; // free at each edge, in parts of that side
};

// Reads element ("title", "card", "subtitle" …) with what is said of it: a step's `theme`, or NULL.
bool theme_read(struct theme *t, const char *element, const json_t *said, struct err *err);

// Letters of the element, for a page where a hundredth of the shorter side is unit pixels.
struct text_style theme_letters(const struct theme *t, double unit);
