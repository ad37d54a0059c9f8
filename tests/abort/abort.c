// SPDX-License-Identifier: MIT
// The end of the program at a place, for tests/e2e/test_abort.py: in c41-abort this stands in for
// base/abort_point.c. C41_ABORT=NAME:N ends it at the N-th time that it comes by NAME;
// C41_ABORT_NOTES=FILE gets a line for each place that it comes by.
#include "base/abort_point.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_ulong times; // that it came by the place where it ends

static void note(const char *path, const char *name)
{
    char line[80];
    int len = snprintf(line, sizeof(line), "%s\n", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    if (fd < 0 || write(fd, line, (size_t)len) != len)
        _exit(99);
    close(fd);
}

void abort_point(const char *name)
{
    const char *end = getenv("C41_ABORT"), *notes = getenv("C41_ABORT_NOTES");
    size_t len = strlen(name);

    if (notes)
        note(notes, name);
    if (end && strncmp(end, name, len) == 0 && end[len] == ':' &&
        atomic_fetch_add(&times, 1) + 1 == strtoul(end + len + 1, NULL, 10))
        kill(getpid(), SIGKILL);
}
