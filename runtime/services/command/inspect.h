// SPDX-License-Identifier: MIT
// What the machine of a command service says of itself, and what it lacks of what a preset needs.
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>

struct err;
struct inspection;
struct link;

// Asks, and waits for the answer: on a worker. A new object as struct inspection has it, with
// "disk": {"free"} of the service's folder; its models are those below models/ there, its packs the
// folders in it. NULL with *err.
json_t *command_inspect_ask(const struct link *link, atomic_bool *cancelled, double *latency_ms,
                            struct err *err);

// As a driver's compare.
void command_inspect_compare(const struct inspection *i, const json_t *preset, json_t *list);
