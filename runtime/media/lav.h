// SPDX-License-Identifier: MIT
// The door to libav: its errors as ours, its log for whoever listens. Any thread.
#pragma once

#include <stdbool.h>

struct AVCodec;
struct AVCodecContext;
struct AVDictionary;
struct err;
struct media_job;

// Takes libav's log from the terminal, once for the process.
void lav_quiet(void);

// Opens a video encoder (a code of libav's), and closes and frees it: one after the other, for
// SVT-AV1 keeps one list of the memory of all its encoders, and two that open at once crash.
int lav_open_encoder(struct AVCodecContext *ctx, const struct AVCodec *codec,
                     struct AVDictionary **options);
void lav_free_encoder(struct AVCodecContext **ctx);

// As struct media's listen.
void lav_listen(const struct media_job *job);

// Fills in *err with "what: libav's words for code" and returns false.
bool lav_fail(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// "libavcodec 59.37.100, libavformat …", of the libraries this was built with.
extern const char lav_versions[];
