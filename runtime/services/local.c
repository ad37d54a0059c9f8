// SPDX-License-Identifier: MIT
// What this machine makes whatever the studio is: cuts, mixes, timings, deliverables.
#include "runtime/services/drivers.h"

#include "runtime/services/ops.h"

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    return ops_start(s, a, "local", err);
}

const struct driver driver_local = {.name = "local", .start = start, .cancel = ops_cancel};
