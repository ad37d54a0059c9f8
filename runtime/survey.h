// SPDX-License-Identifier: MIT
// The survey: files of the project that the ledger does not know as they are now are read and
// measured, all workers at once, before the walk.
#pragma once

#include <stdbool.h>

struct clock;
struct engine;
struct err;
struct files;
struct ledger;

// Whether there is anything to measure.
bool survey_is_due(const struct files *files);

// Starts the engine if need be. Files that fail are marked so; false only when the survey itself
// fails, or was interrupted (ERR_CANCELLED).
bool survey_run(struct files *files, struct engine *engine, unsigned workers, struct ledger *ledger,
                struct clock *clock, struct err *err);

// The same on this thread, remembering nothing, for the plan. The media module is loaded from
// module_dir if need be.
void survey_here(struct files *files, const char *module_dir);
