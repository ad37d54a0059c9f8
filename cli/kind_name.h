// SPDX-License-Identifier: MIT
// Kinds as they are named on the command line.
#pragma once

#include <stdbool.h>

struct err;

// False with ERR_USAGE and the nearest name when there is no such kind; NULL is none asked for.
bool kind_name_check(const char *name, struct err *err);
