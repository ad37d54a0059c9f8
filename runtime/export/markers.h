// SPDX-License-Identifier: MIT
// The markers alone: chapters, remarks, and what an editor should look at.
#pragma once

struct buf;
struct timeline;

// As an EDL of Resolve's own kind (Timelines > Import > Timeline Markers from EDL).
void markers_write_edl(const struct timeline *t, struct buf *out);

// As a table (RFC 4180): timecode, frame, seconds, frames, mark, name, text.
void markers_write_csv(const struct timeline *t, struct buf *out);
