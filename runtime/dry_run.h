// SPDX-License-Identifier: MIT
// What a build would run, for --dry-run.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct display;
struct walk;

// A line for each step, with the reason where it is asked for; then how many there are.
void dry_run_tell(struct display *display, struct walk *w, bool reasons, size_t to_run,
                  size_t at_hand);
