// SPDX-License-Identifier: MIT
// Parts: the included files that hold scenes and nothing else. Where no rule or hook looks at more
// than one scene but by a shot's name or through a transition, each part gives the same steps when
// others are left out, so that an edit in one file of a long film costs that file. Files of the
// whole film are made of what scenes give to them, which is kept for those that are left out.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct film;
struct rules;

struct part {
    const char *path;          // in the project
    uint32_t source;           // of the diagnostics; 0: left out, and nothing more is known of it
    const char *const *scenes; // their names, in order
    size_t n_scenes;
    const char *const
        *given; // what each gives to files of the whole film; NULL where it is nothing
    const char *const *looks_at; // paths of other parts whose shots it points at, with repeats
    size_t n_looks_at;
};

// After the rules have run. NULL where the film has to be compiled whole. In a.
const struct part *parts_of(struct arena *a, const struct film *film, const struct rules *rules,
                            size_t *n);
