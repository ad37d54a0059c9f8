// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void log_say(const struct log *log, enum log_level level, const char *format, ...)
{
    char line[1200];
    size_t used;
    va_list args;

    if (!log || level > log->level)
        return;
    snprintf(line, sizeof(line) - 1, "%s%s", log->module ? log->module : "",
             log->module ? ": " : "");
    used = strlen(line);
    va_start(args, format);
    vsnprintf(line + used, sizeof(line) - 1 - used, format, args);
    va_end(args);
    used = strlen(line);
    line[used++] = '\n';
    if (write(log->fd, line, used) < 0)
        return; // nowhere left to say it
}
