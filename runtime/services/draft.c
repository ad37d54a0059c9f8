// SPDX-License-Identifier: MIT
// The draft studio: everything that can be seen or heard, made on this machine without any model.
#include "runtime/service.h"
#include "runtime/services/ops.h"

static const struct media_op *op(const struct media *media, const char *kind)
{
    return ops_find(media, "draft", kind);
}

const struct driver driver_draft = {
    .name = "draft",
    .drafts = true,
    .here = true,
    .op = op,
    .start = ops_start,
    .cancel = ops_cancel,
};
