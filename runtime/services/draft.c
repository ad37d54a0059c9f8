// SPDX-License-Identifier: MIT
// The draft studio: everything that can be seen or heard, made on this machine without any model.
#include "runtime/services/drivers.h"

#include "runtime/services/ops.h"

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    return ops_start(s, a, "draft", err);
}

const struct driver driver_draft = {.name = "draft", .start = start, .cancel = ops_cancel};
