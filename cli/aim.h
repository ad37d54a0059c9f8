// SPDX-License-Identifier: MIT
// --prefer: what the scheduler aims at.
#pragma once

#include <stdbool.h>

#include "runtime/sched.h"

struct args;
struct err;

// clang-format off
#define OPTION_PREFER {"prefer", 0, "WHAT", "soonest-scene, one after the other; or shortest-night"}
// clang-format on

// False with *err when it is neither of the two.
bool aim_read(const struct args *args, enum sched_aim *aim, struct err *err);
