// SPDX-License-Identifier: MIT
// Landing: what becomes of a step when an attempt at it has ended. It is recorded, or tried again
// after a while, or waits for a service that is away, or has failed. Loop thread only.
#pragma once

struct dispatch;
struct flight;
struct work;

// Takes the flight in, which is gone then.
void landing_take(struct flight *f);

// Records work, whose artifacts are there, and goes on from it.
void landing_succeed(struct dispatch *d, struct work *work, struct flight *f);
