// SPDX-License-Identifier: MIT
#include "base/abort_point.h"

void abort_point(const char *name)
{
    (void)name;
}
