// SPDX-License-Identifier: MIT
// Quality control: a deliverable is decoded once, and judged as a broadcaster's machine would.
// Owned by one caller, any thread.
#pragma once

#include <jansson.h>

struct err;
struct media_qc;

// As media.h says.
json_t *qc(const struct media_qc *asked, struct err *err);
