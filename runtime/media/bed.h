// SPDX-License-Identifier: MIT
// A bed: a sound that lies under several shots and goes round without a seam.
#pragma once

#include <stdbool.h>

struct err;
struct pcm;

// The bed at path, one turn of it. One that does not carry the mark of a loop is faded into itself.
bool bed_read(struct pcm *p, const char *path, struct err *err);

// What brings a turn to the level of all beds, in dB.
double bed_gain_db(const struct pcm *turn);

// By how much the bed at path is louder or softer in a programme than its file, before its level.
bool bed_gain(const char *path, double *db, struct err *err);
