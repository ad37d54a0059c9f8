// SPDX-License-Identifier: MIT
// A lookout on a cut while it is made: which of its frames are black, and which stand still, where
// the film does not ask for it. What it saw is kept as facts of the cut, so that the film that the
// cut goes into is judged without being decoded. Owned by one op.
#pragma once

#include <stdbool.h>

#include "runtime/media/params.h"

struct AVFrame;
struct err;
struct lookout;
struct media_input;
struct media_job;
struct picture;

// What the film asks for at a frame.
enum asked { ASKED_NOTHING = 0, ASKED_BLACK = 1, ASKED_STILL = 2 };

// What it asks of input, as picture has shown it until now: a still may stand still, and be black
// where no model made it (a card is meant as it is); an edge that is held is told elsewhere. A
// draft may be anything.
enum asked lookout_asked(const struct picture *picture, const struct media_input *input,
                         bool draft);

struct lookout *lookout_new(struct rate rate);
void lookout_free(struct lookout *l); // accepts NULL

// Looks at the next frame of the cut.
bool lookout_see(struct lookout *l, const struct AVFrame *frame, enum asked asked, struct err *err);

// After the last one: tells the facts `black` and `frozen` of job, each a list of [from, to] in
// frames of the cut, where there are any. Black at either end of a cut is told however short it is,
// for it may go on in the next one.
void lookout_tell(struct lookout *l, const struct media_job *job);
