// SPDX-License-Identifier: MIT
// Which parts of a film have to be compiled again: those whose files have moved since the last
// build, and those that look at them or that they look at.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "runtime/gifts.h"

struct arena;
struct compiled;
struct fingerprint;
struct sight;

struct part_choice {
    struct map left_out; // path of every other part -> film_left_out
    struct gifts gifts;  // what their scenes give to files of the whole film
    bool has_gifts;      // there are such files
    struct map scenes;   // what the chosen ones had: names
    json_t *books;       // of what is left out; NULL: the film has to be compiled whole
};

// moved are the sights of last that are not as they were. Text lives in a; release.
void part_choose(struct part_choice *c, const struct fingerprint *last, struct sight *const *moved,
                 size_t n, struct arena *a);
void part_choice_release(struct part_choice *c);

// Whether the film, compiled without what is left out, gives what it would give whole: no scene or
// file has a name that one elsewhere has, it is a draft where it was one, and nothing is said that
// may be of what is left out.
bool part_choice_fits(const struct part_choice *c, const struct fingerprint *last,
                      const struct compiled *film);
