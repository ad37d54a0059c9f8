// SPDX-License-Identifier: MIT
// A borrowed slice of text: bytes with a length, no terminator promised.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *ptr;
    size_t len;
};

static inline struct str str_of(const char *text)
{
    return (struct str){text, strlen(text)};
}

bool str_eq(struct str a, struct str b);
bool str_is(struct str s, const char *text);
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);

// Whether part stands anywhere in s, ASCII case ignored.
bool str_mentions(struct str s, const char *part);

// Drops ASCII white space at both ends.
struct str str_trim(struct str s);

// Cuts *rest at the first sep: returns what stood before it and leaves what stands after; without
// a sep returns all of it and leaves {NULL, 0}.
struct str str_cut(struct str *rest, char sep);

// True when s is valid UTF-8 (no surrogates, no overlong forms; RFC 3629).
bool str_is_utf8(struct str s);

// Terminal columns that s fills: wide East Asian characters take two, combining marks none.
size_t str_width(struct str s);

// Decodes the code point at s.ptr (s.len > 0) into *code; returns its bytes, 1 with U+FFFD when
// bad.
size_t str_decode(struct str s, unsigned *code);

// The Damerau-Levenshtein (optimal string alignment) distance in bytes, ASCII case ignored, for
// "did you mean".
size_t str_distance(const char *a, const char *b);

// The one of names (n of them) nearest to name, or NULL when none is near enough to be meant.
const char *str_nearest(const char *name, const char *const *names, size_t n);
