// SPDX-License-Identifier: MIT
// Ops run on this machine: functions of the media module and a few of our own that make a step's
// files. A worker runs the op, measures what it made and stores it, so that the loop thread never
// waits.
#pragma once

#include <stdbool.h>

struct attempt;
struct err;
struct media;
struct media_op;
struct services;

// Starts the attempt's op, which its driver found.
bool ops_start(const struct services *s, struct attempt *a, struct err *err);
void ops_cancel(struct attempt *a);

// NULL: none. media may be NULL.
const struct media_op *ops_find(const struct media *media, const char *driver, const char *kind);
