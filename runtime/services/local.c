// SPDX-License-Identifier: MIT
// What this machine makes whatever the studio is: cuts, mixes, timings, deliverables.
#include "runtime/service.h"
#include "runtime/services/ops.h"

static const struct media_op *op(const struct media *media, const char *kind)
{
    return ops_find(media, "local", kind);
}

const struct driver driver_local = {
    .name = "local",
    .here = true,
    .op = op,
    .start = ops_start,
    .cancel = ops_cancel,
};
