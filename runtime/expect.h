// SPDX-License-Identifier: MIT
// What steps should take: as others of their kind and preset took, else as the preset expects, else
// a guess.
#pragma once

#include <jansson.h>

struct ledger;
struct work;

// Seconds of the step, without the loading of its model.
double expect_seconds(struct ledger *ledger, const struct work *work);

// How far off that may be, as a share of it.
double expect_doubt(struct ledger *ledger, const struct work *work);

// What it takes on that machine beside what it takes on any. 1: nothing is known of that.
double expect_slowness(struct ledger *ledger, const struct work *work, const char *machine);

// Seconds until the heavy model of a preset (normalised) is loaded.
double expect_load_seconds(struct ledger *ledger, const json_t *preset);
