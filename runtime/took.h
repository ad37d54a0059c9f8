// SPDX-License-Identifier: MIT
// What a step took: its work, and apart from that the loading of its model, so that what the next
// one should take is known of both. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct flight;

// Since when the service is at the attempt: what was sent behind another waits for that to end.
int64_t took_since_ms(const struct flight *f);

// Sets the seconds of an attempt that has ended well, without what it waited behind others at its
// service and without the loading of its model; the scheduler and the ledger learn of them. False
// with *err when the ledger cannot be written.
bool took_measure(struct flight *f, int64_t now_ms, struct err *err);
