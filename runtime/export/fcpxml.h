// SPDX-License-Identifier: MIT
// Final Cut Pro XML 1.10, which Resolve reads too.
#pragma once

struct buf;
struct timeline;

void fcpxml_write(const struct timeline *t, struct buf *out);
