// SPDX-License-Identifier: MIT
// The lines of dialogue as subtitles, the same as the deliverable's own.
#pragma once

struct buf;
struct timeline;

void captions_write_srt(const struct timeline *t, struct buf *out);
void captions_write_vtt(const struct timeline *t, struct buf *out);
