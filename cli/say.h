// SPDX-License-Identifier: MIT
// How commands speak: results to stdout, everything else to stderr.
#pragma once

#include "base/err.h"

struct buf;
struct cli;

// Writes the text to stdout or stderr and empties the buffer. Returns 0, or the exit code of a
// failed write (a full disk; a reader that went away is no fault).
int say_out(struct buf *text);
void say_aside(struct buf *text);

// "c41: error: …" on stderr; returns the exit code of the error's kind.
int say_error(const struct cli *cli, const struct err *err);

// The same for wrong use; help (what would be right) may be NULL. Returns EXIT_USAGE.
int say_usage(const struct cli *cli, const char *help, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
