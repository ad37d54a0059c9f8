// SPDX-License-Identifier: MIT
// Watching a job until it ends: what its log says becomes the attempt's progress, and its last
// words the attempt's log. A line that breaks is made anew, later each time.
#pragma once

#include <stdbool.h>

struct command_run;
struct err;

// Starts the job unless it has been, and waits until it has ended: r->state tells how. False with
// *err, ERR_AWAY when its machine cannot be reached any more: the job goes on.
bool command_run_watch(struct command_run *r, struct err *err);
