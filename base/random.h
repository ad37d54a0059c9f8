// SPDX-License-Identifier: MIT
// Bytes that nobody can guess, from the system.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

bool random_fill(void *bytes, size_t len, struct err *err);
