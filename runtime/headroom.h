// SPDX-License-Identifier: MIT
// Whether the disk has room for what a build makes: asked before any work is spent. Loop thread
// only.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct walk;

// False with ERR_FULL. n of the walk's steps are to run.
bool headroom_check(const struct walk *w, size_t n, struct err *err);
