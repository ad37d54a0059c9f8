// SPDX-License-Identifier: MIT
#include "runtime/media/ops.h"
#include "base/err.h"
bool conform_run(const struct media_job *job, struct err *err)
{
    (void)job;
    return err_set(err, ERR_BUG, "conform is not built yet");
}
