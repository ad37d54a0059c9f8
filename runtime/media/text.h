// SPDX-License-Identifier: MIT
// Words on a Cairo surface, by Pango.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct _cairo;

enum text_face { TEXT_SANS, TEXT_SERIF, TEXT_MONO };
enum text_align { TEXT_LEFT, TEXT_CENTRE, TEXT_RIGHT }; // left: where reading begins

// How words are set. A zeroed one with a size is black sans, left, on one line that ends in "…"
// when width is too narrow.
struct text_style {
    double size_px, width_px; // width 0: as wide as the words
    int lines;                // most lines; 0: one
    int weight;               // 100 to 900; 0: 400
    enum text_face face;
    enum text_align align;
    bool italic, upper;
    bool balanced;      // lines that had to be broken are about equally long
    double tracking;    // more room between letters, in parts of the size
    double leading;     // from line to line in parts of the size; 0: the font's
    double outline;     // an edge that sets letters off, in parts of the size
    double shadow;      // a soft one around them, up to 1
    const char *family; // NULL: the face's own
};

struct text_size {
    double width, height;
};

// Sets words with the top left corner of their box at x, y, in the current source of cr; draws
// nothing when cr is only to measure (draw false). Returns the room they take.
struct text_size text_set(struct _cairo *cr, double x, double y, const char *words,
                          const struct text_style *style, bool draw);

// Whether words are read from right to left.
bool text_runs_left(struct _cairo *cr, const char *words);

// The first letter of words that no font of this machine has; 0: there are fonts for all.
uint32_t text_unknown(struct _cairo *cr, const char *words, const struct text_style *style);
