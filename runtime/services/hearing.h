// SPDX-License-Identifier: MIT
// What an op says while it runs: how far it is, what people should know, and, in the step's log,
// what libav says: .c41/log/FILM/STEP.log, which is there while the last run of the step said any.
// On the op's worker.
#pragma once

#include <stdbool.h>

struct attempt;
struct err;
struct media_job;

// The three that job->user, an attempt, is told by.
void hearing_progress(void *user, double done, double total);
void hearing_note(void *user, const char *text);
void hearing_log(void *user, const char *line);

// Runs the attempt's op, and writes the step's log. Where it fails with words in the log, the
// attempt's help tells where they are.
bool hearing_run(struct attempt *a, const struct media_job *job, struct err *err);
