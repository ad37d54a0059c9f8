// SPDX-License-Identifier: MIT
// The log: one write per line to stderr or a file; safe from any thread. No secrets go in.
#pragma once

#include <stdarg.h>

enum log_level { LOG_QUIET, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
    int fd;
    enum log_level level;
    const char *module; // NULL or the name before each line
};

void log_say(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
