// SPDX-License-Identifier: MIT
// Takes: which one a pick step stands for. It makes nothing: its artifacts are those of the take,
// or the ones that a locked pick names.
#pragma once

#include <stdbool.h>

struct artifact;
struct err;
struct walk;
struct work;

// A locked pick whose artifact is kept: sets work's artifacts. False when there is none.
bool takes_locked(struct walk *w, struct work *work);

// A pick that names an artifact which nobody has: fills in *err. To be asked before any take
// is made, for what was picked is never rendered a second time.
bool takes_lost(struct walk *w, const struct work *work, struct err *err);

// Chooses among inputs (all there, in the order of the step's). False with *err when the pick
// names an artifact that is nowhere.
bool takes_choose(struct walk *w, struct work *work, const struct artifact *const *inputs,
                  struct err *err);
