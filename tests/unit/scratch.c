// SPDX-License-Identifier: MIT
#include "tests/unit/scratch.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/process.h"

void scratch_make(char path[SCRATCH_BYTES])
{
    const char *top = getenv("TMPDIR");
    int len = snprintf(path, SCRATCH_BYTES, "%s/c41-test-XXXXXX", top ? top : "/tmp");
    bool made = len > 0 && len < SCRATCH_BYTES && mkdtemp(path);

    assert(made);
}

void scratch_remove(const char *path)
{
    const char *argv[] = {"rm", "-rf", path, NULL};
    struct process p;
    struct err err;

    if (process_start(&p, argv, NULL, &err))
        process_wait(&p);
}
