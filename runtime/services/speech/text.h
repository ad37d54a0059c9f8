// SPDX-License-Identifier: MIT
// The words of a line before they are spoken: said as the film's lexicon has them, cut where a
// server takes no more, and how long they may last. Pure functions on UTF-8; results are in the
// arena.
#pragma once

#include <jansson.h>
#include <stddef.h>

struct arena;

// text with the whole words of the lexicon {word: sounds} in their sounds; the longest one wins.
// Words are compared as they are written, but one in small letters is found with a capital too.
const char *speech_pronounce(struct arena *a, const char *text, const json_t *lexicon);

// text in pieces of at most `most` characters: cut behind a sentence, else behind a clause, else
// between words, else anywhere. At least one piece.
const char *const *speech_split(struct arena *a, const char *text, size_t most, size_t *n);

// How long it takes to say text, in seconds: nobody is quicker than least or slower than most.
void speech_bounds(const char *text, double *least, double *most);
