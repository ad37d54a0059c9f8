// SPDX-License-Identifier: MIT
// The words of a card and the ground that they stand on, for the step that draws it as a picture
// and for cuts that lay it over one.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/media/theme.h"

struct _cairo;
struct err;
struct layers;

struct card_words {
    const char *text;
    struct theme theme;
    bool credits;
};

// From the params {text, style, theme}, which it borrows.
bool card_words_read(struct card_words *c, const json_t *params, struct err *err);

void card_words_ground(struct _cairo *cr, const struct theme *t, int width, int height);

// Sets the words on the page l; credits that need more than it has from the top of the safe area.
void card_words_set(struct _cairo *cr, const struct layers *l, const struct card_words *c);
