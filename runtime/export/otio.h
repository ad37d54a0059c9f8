// SPDX-License-Identifier: MIT
// OpenTimelineIO: the timeline as its JSON (schemas of the library's 0.15 and later, which Resolve
// 18.5 and Premiere 25 read).
#pragma once

struct buf;
struct timeline;

void otio_write(const struct timeline *t, struct buf *out);
