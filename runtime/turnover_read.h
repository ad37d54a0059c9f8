// SPDX-License-Identifier: MIT
// A turnover while it is made: what is read, and the timeline that it goes to. turnover.c reads
// shots, turnover_picture.c pictures, turnover_blend.c what lies between them, turnover_sound.c
// what is heard. On the stack of turnover_new.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/reel.h"
#include "runtime/timeline.h"

struct artifact;
struct err;
struct graph;
struct plan;
struct step;

// The inputs of the conform that have one name, as numbers among all of them.
struct turnover_inputs {
    const char *name;
    VEC(size_t) at;
};

enum { TURNOVER_INPUTS = 5 };

struct turnover {
    const struct graph *graph;
    struct plan *plan;
    const char *module_dir;
    const struct step *conform;
    const json_t *params; // that it is bound to
    struct turnover_inputs inputs[TURNOVER_INPUTS];
    VEC(int64_t) shots;       // the frame on which each begins, and where the last one ends
    VEC(const char *) names;  // of each shot: "lamp/mara"
    VEC(const char *) scenes; // of each shot: "lamp"
    struct timeline *timeline;
    struct reel reel;
};

// The number among all inputs of the n-th of a name; false with ERR_BUG: there is none.
bool turnover_input(const struct turnover *u, const char *name, json_int_t n, size_t *at,
                    struct err *err);

// The media at an input of a step; NULL with *err where it is not at hand, or is no media.
const struct timeline_media *turnover_media(struct turnover *u, const struct step *step,
                                            size_t input, struct err *err);

// The artifact at an input of a pick. A take that a locked pick leaves out is nobody's work, but
// may be kept all the same. NULL: it is not.
const struct artifact *turnover_take(const struct turnover *u, const struct step *pick, size_t i);

// The step that made what a pick or any other step gives.
const struct step *turnover_maker(const struct turnover *u, const struct step *step,
                                  const struct artifact *artifact);

// Whether a piece of the conform is a shot's cut; else it is the join of two.
bool turnover_is_cut(const struct step *s);

void turnover_mark(struct turnover *u, enum timeline_mark mark, int64_t at, int64_t frames,
                   const char *name, const char *text);

// Pictures, titles, transitions and remarks. turnover_picture.c.
bool turnover_add_pictures(struct turnover *u, struct err *err);

// The fades that a shot's cut has at the film's ends, and the transition that a join is; in order
// of time. turnover_blend.c.
void turnover_add_fades(struct turnover *u, const json_t *params, int64_t at, int64_t frames);
void turnover_add_join(struct turnover *u, const struct step *join, int64_t cut);

// Once all pictures are there: shortens what they do not reach through, says so, and leaves out
// what no frame is left of.
void turnover_fit_transitions(struct turnover *u);

// Stems, beds and music, on tracks. turnover_sound.c.
bool turnover_add_sounds(struct turnover *u, struct err *err);
