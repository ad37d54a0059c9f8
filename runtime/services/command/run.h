// SPDX-License-Identifier: MIT
// One attempt of a command service, from its inputs to its outputs, on a worker of the service's
// own: it is found running or sent and started, watched to its end, and what it made is fetched. It
// stands on its machine by the step's key, so a later attempt goes on where this one was cut off.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/services/command/job.h"

struct attempt;
struct err;
struct link;
struct question;

struct command_run {
    struct attempt *attempt;
    const struct link *link;
    struct command_job job;
    const char *work;  // the folder there, as an absolute path, once it has been told
    const char *state; // of the job, as it was last told: command/far.sh
    json_t *packs; // {NAME: VERSION} of the folders in work that came by git; who asks releases it
};

// All outputs lie at their arrival_temp when it is true. Else *err; of a job that was cancelled
// nothing is left on its machine.
bool command_run_all(struct command_run *r, struct err *err);

// Asks a verb of the attempt's job, as link_ask.
bool command_run_ask(struct command_run *r, struct question *q, struct err *err);

// Removes a job from its machine, with all that still runs of it. Waits for that.
bool command_run_clear(const struct link *link, const char *key, struct err *err);

// Notes that a job's failure, or that what it made is not what it should be, has been told: a later
// build starts it anew.
bool command_run_tell(const struct link *link, const char *key, struct err *err);
