// SPDX-License-Identifier: MIT
// What holds a true peak: a chain of filters that turns a sound down before its peaks, all channels
// alike.
#pragma once

struct err;
struct filters;

// For channels of 48 kHz, 2 or 8; what comes out is as long as what went in. NULL with *err.
struct filters *limiter_new(double ceiling_db, unsigned channels, struct err *err);
