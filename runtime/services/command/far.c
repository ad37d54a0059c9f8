// SPDX-License-Identifier: MIT
#include "runtime/services/command/far.h"

#include <stddef.h>

const char *const command_far[] = {
#include "runtime/command_far_lines.h" // made of command/far.sh
    NULL,
};
