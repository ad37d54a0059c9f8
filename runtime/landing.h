// SPDX-License-Identifier: MIT
// Landing: what becomes of a step when an attempt at it has ended. It is recorded, or tried again
// after a while, or waits for a service that is away, or has failed. Loop thread only.
#pragma once

#include <stdbool.h>

struct dispatch;
struct err;
struct flight;
struct service;
struct work;

// What a service was asked has ended like this: it answers, or is away.
void landing_hear(struct dispatch *d, struct service *s, const struct err *err);

// Takes the flight in, which is gone then.
void landing_take(struct flight *f);

// Records work, whose artifacts are there; f is NULL for what took no flight. landing_settle goes
// on from it.
void landing_succeed(struct dispatch *d, struct work *work, struct flight *f);

// Commits what was recorded since the last time, all at once, and then tells of it and goes on from
// it: whoever hears that a step is done may kill us. Where all
// have work meanwhile, it waits for more to land. Returns whether there was any.
bool landing_settle(struct dispatch *d);
