// SPDX-License-Identifier: MIT
// What a film asks for, against what quality control found in its deliverable: a card may stand
// still, a fade may be black. Plain functions, any thread.
#pragma once

#include <jansson.h>

struct timeline;

// Takes from found (media.h: qc) what the film of that timeline asks for, gives the rest the name
// of the shot where it lies, and adds what differs from the plan.
void asked_hold(json_t *found, const struct timeline *t);

// The same for a file that is some of a film: stems, sound alone. It may be silent.
void asked_hold_part(json_t *found);
