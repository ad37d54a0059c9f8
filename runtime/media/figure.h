// SPDX-License-Identifier: MIT
// People on a board: cut-out figures with the hair, clothes and colours that their looks tell of,
// the same in every picture of a film.
#pragma once

#include <stdbool.h>

#include "runtime/media/ink.h"
#include "runtime/media/stage.h"

struct easel;

enum hair {
    HAIR_SHORT,
    HAIR_LONG,
    HAIR_BOB,
    HAIR_BRAID,
    HAIR_BUN,
    HAIR_TAIL,
    HAIR_CURLS,
    HAIR_NONE
};
enum hat { HAT_NONE, HAT_CAP, HAT_BRIM, HAT_HOOD, HAT_HELMET, HAT_SCARF };
enum dress { DRESS_SHIRT, DRESS_COAT, DRESS_CARDIGAN, DRESS_GOWN, DRESS_SUIT, DRESS_SWEATER };

// What somebody looks like, read from words.
struct looks {
    struct ink skin, hair_ink, cloth, under;
    enum hair hair;
    enum hat hat;
    enum dress dress;
    bool beard, moustache, glasses, old, wet, child, skirt;
};

// What a face does just now.
struct face {
    double open;  // the mouth, 0 to 1
    double round; // its corners: -1 spread (ee), 1 pursed (oo)
    double blink; // 1: eyes shut
};

struct looks looks_read(const char *id, const char *words);

// Draws somebody in their place, down to the feet or the frame.
void figure_draw(struct easel *e, const struct looks *l, const struct stand *s,
                 const struct face *face);

// Head and hair alone, in a space whose unit is the head's height and whose origin its middle.
void head_behind(struct easel *e, const struct looks *l, const struct stand *s);
void head_draw(struct easel *e, const struct looks *l, const struct stand *s,
               const struct face *face, bool near);

// Fills the path in ink, with the edge that the light draws on the left (side -1) or right, width
// wide.
void figure_cut(struct easel *e, struct ink top, struct ink foot, double y0, double y1, double side,
                double width);
