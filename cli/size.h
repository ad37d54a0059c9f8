// SPDX-License-Identifier: MIT
// Sizes as people write and read them: 1.5 GB, in steps of 1024.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct args;
struct buf;
struct err;

// The size given as option name ("500M", "1.5 GB", "4096"); -1 when it is not given. False with
// ERR_USAGE for anything else.
bool size_option(const struct args *args, const char *name, int64_t *bytes, struct err *err);

void size_print(uint64_t bytes, struct buf *out);
