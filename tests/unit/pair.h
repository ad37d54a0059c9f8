// SPDX-License-Identifier: MIT
// Pairs of files: what is read beside what it gives. C41_BLESS=1 rewrites what is expected.
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

// Whether actual is the text of the file at path; says on stderr what differs.
static inline bool pair_is(const char *path, const char *actual)
{
    struct buf expected = {0};
    struct err err;
    bool same;

    if (getenv("C41_BLESS"))
        return file_write(path, actual, strlen(actual), &err);
    same = file_read(path, &expected, 1 << 20, &err) && strcmp(buf_text(&expected), actual) == 0;
    if (!same)
        fprintf(stderr, "%s says\n%s\nbut this was given\n%s\n", path, buf_text(&expected), actual);
    buf_release(&expected);
    return same;
}
