// SPDX-License-Identifier: MIT
// Brings a programme to the loudness of a deliverable: one gain for all of it, and a limiter where
// peaks would pass the ceiling. Owned by one op.
#pragma once

#include <stdbool.h>

struct err;
struct master;
struct pcm;
struct programme;

// Measures the programme and decides the gain for lufs and a true peak of at most dbtp. Borrows the
// programme. NULL with *err.
struct master *master_new(struct programme *programme, double lufs, double dbtp, struct err *err);
void master_free(struct master *m); // accepts NULL

// Replaces out by the next piece of finished sound; it is empty only at the end.
bool master_read(struct master *m, struct pcm *out, struct err *err);

// Of what was read since the beginning.
double master_lufs(const struct master *m);
double master_true_peak(const struct master *m);
