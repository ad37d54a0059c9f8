// SPDX-License-Identifier: MIT
// Ops in a process of their own: their bytes repeat only in a fresh one. The worker starts `c41
// exec`, hands it the job (runtime/exec.h) and listens.
#pragma once

#include <stdbool.h>

struct attempt;
struct err;
struct media_job;

// As the op itself would: false with the words that the process left.
bool alone_run(struct attempt *a, const struct media_job *job, struct err *err);
