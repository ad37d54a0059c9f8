// SPDX-License-Identifier: MIT
// The typography of a film's cards and titles. A theme file has lines "key: value" for family,
// ink, ground and accent ("#rrggbb"); what it does not say is c41's own.
#pragma once

#include <stdbool.h>

#include "runtime/media/ink.h"

struct err;

struct theme {
    char *family; // NULL: c41's own
    struct ink ink, ground, accent;
};

// path NULL: c41's own theme.
bool theme_read(struct theme *t, const char *path, struct err *err);
void theme_release(struct theme *t);
