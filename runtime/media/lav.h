// SPDX-License-Identifier: MIT
// The door to libav: its errors as ours, its log shut. Any thread.
#pragma once

#include <stdbool.h>

struct err;

// Shuts libav's log, once for the process: what it would say on the terminal comes back as errors.
void lav_quiet(void);

// Fills in *err with "what: libav's words for code" and returns false.
bool lav_fail(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "libavcodec 59.37.100, libavformat …", of the libraries this was built with.
extern const char lav_versions[];
