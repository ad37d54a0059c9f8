// SPDX-License-Identifier: MIT
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const int exit_codes[] = {
    [ERR_NONE] = 0,   [ERR_TRANSIENT] = 1, [ERR_FINAL] = 1,       [ERR_FILM] = 2, [ERR_AWAY] = 3,
    [ERR_USAGE] = 64, [ERR_FULL] = 1,      [ERR_CANCELLED] = 130, [ERR_BUG] = 70,
};

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;

    err->kind = kind;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return false;
}

static void prepend(struct err *err, const char *context)
{
    char whole[ERR_TEXT_BYTES];

    snprintf(whole, sizeof(whole), "%s: %.*s", context,
             (int)(sizeof(whole) - 3 - strnlen(context, sizeof(whole) - 3)), err->text);
    memcpy(err->text, whole, sizeof(whole));
}

bool err_wrap(struct err *err, const char *format, ...)
{
    char context[ERR_TEXT_BYTES / 2];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    prepend(err, context);
    return false;
}

bool err_errno(struct err *err, const char *format, ...)
{
    int code = errno;
    char context[ERR_TEXT_BYTES / 2];
    va_list args;

    va_start(args, format);
    vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    err_set(err, code == ENOSPC || code == EDQUOT ? ERR_FULL : ERR_FINAL, "%s", strerror(code));
    prepend(err, context);
    return false;
}

int err_exit_code(enum err_kind kind)
{
    return exit_codes[kind];
}
