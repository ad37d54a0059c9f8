// SPDX-License-Identifier: MIT
// Arrival: files that a service has made become artifacts. On a worker they lose the metadata that
// servers write (no pixel or sample is touched), are measured, hashed and stored; only then has the
// attempt ended.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct artifact;
struct attempt;
struct err;

// A temporary path for the i-th output of the attempt, with the ending of a->made[i].ext, which the
// driver may have changed to what the server sent. In the attempt's arena.
const char *arrival_temp(struct attempt *a, size_t i);

// The i-th output is these bytes: a worker writes them to its temporary path. Copied.
void arrival_put(struct attempt *a, size_t i, struct str bytes);

// All outputs lie at their temporary paths, or were put: takes them in, then calls a->ended. A file
// that is not what its ending says fails the attempt, as transient: it may have been cut short on
// its way.
void arrival_start(struct attempt *a);

// All outputs are stored: links them for people, before anybody hears that they are there. On any
// thread.
void arrival_link(const struct attempt *a);

// media_job.fact of an attempt.
void arrival_fact(void *attempt, const char *name, json_t *value);

// Measures and stores one output from temp, which is gone then. On any thread.
bool arrival_keep(struct attempt *a, const char *temp, struct artifact *made, struct err *err);
