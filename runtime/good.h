// SPDX-License-Identifier: MIT
// What a good build was made of is what gc keeps.
#pragma once

#include <stdbool.h>

struct err;
struct walk;

// Tells the ledger of a build that ended well. whole: it was of all that the film wants; else it
// tells of its own steps alone.
bool good_record(const struct walk *w, bool whole, struct err *err);
