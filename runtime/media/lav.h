// SPDX-License-Identifier: MIT
// The door to libav: its errors as ours, its log for whoever listens. Any thread.
#pragma once

#include <stdbool.h>

struct err;
struct media_job;

// Takes libav's log from the terminal, once for the process.
void lav_quiet(void);

// As struct media's listen.
void lav_listen(const struct media_job *job);

// Fills in *err with "what: libav's words for code" and returns false.
bool lav_fail(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "libavcodec 59.37.100, libavformat …", of the libraries this was built with.
extern const char lav_versions[];
