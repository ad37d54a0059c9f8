// SPDX-License-Identifier: MIT
// The two things that `c41 show` shows.
#pragma once

struct buf;
struct plan_row;
struct planned;

// A film: its scenes and shots, with lengths once they are known.
void show_film(const struct planned *p, struct buf *out);

// A step: its words with their sources, params, inputs, outputs, key, and where its artifacts are.
void show_step(const struct planned *p, const struct plan_row *row, struct buf *out);
