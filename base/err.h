// SPDX-License-Identifier: MIT
// A failure as a value. Owns no memory, so threads copy it. Functions that can fail return false
// and fill in *err; on true they leave it alone.
#pragma once

#include <stdarg.h>
#include <stdbool.h>

enum err_kind {
    ERR_NONE,
    ERR_TRANSIENT, // may work later: network, busy, locked
    ERR_FINAL,     // will fail again: refused, broken input
    ERR_FILM,      // the film, a preset or the studio is wrong
    ERR_AWAY,      // a machine that is needed stays away
    ERR_USAGE,     // wrong use of the command line
    ERR_FULL,      // no space left
    ERR_CANCELLED, // somebody asked to stop
    ERR_BUG,       // a fault of c41
};

enum { ERR_TEXT_BYTES = 1000 };

struct err {
    enum err_kind kind;
    char text[ERR_TEXT_BYTES];
};

// Both return false, so that a function can end in them.
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "context: " before the text; kind stays.
bool err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same from errno: "context: No such file or directory". ENOSPC and EDQUOT give ERR_FULL.
bool err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The exit code of DESIGN.md section 7 that belongs to kind.
int err_exit_code(enum err_kind kind);
