// SPDX-License-Identifier: MIT
// One row a driver; each ends its own file. service.c lists them.
#pragma once

#include "runtime/service.h"

extern const struct driver driver_draft;
extern const struct driver driver_local;
