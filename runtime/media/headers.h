// SPDX-License-Identifier: MIT
// What an encoder says once, ahead of its frames. Files join by copying only where it is equal.
#pragma once

#include <jansson.h>

#include "runtime/media/params.h"

struct AVCodecParameters;
struct err;

// What keeps two files from being joined by copying, or NULL. What one of them does not tell (a
// profile where no frame was decoded, a tag in Matroska) is not compared.
const char *headers_difference(const struct AVCodecParameters *a,
                               const struct AVCodecParameters *b);

// The headers of what today's encoder makes of settings ("encode" in docs/steps.md): it encodes one
// frame to a file at path, which it removes. The caller's, by avcodec_parameters_free. NULL with
// *err.
struct AVCodecParameters *headers_today(const char *path, const json_t *settings, int width,
                                        int height, struct rate rate, struct err *err);
