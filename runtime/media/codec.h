// SPDX-License-Identifier: MIT
// The codecs of pictures that films are delivered in, and what their encoders are told so that
// files of equal settings have equal headers. A table; nobody owns it.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/media/params.h"

struct AVDictionary;
struct err;

struct codec {
    const char *name, *encoder, *pixel_format;
    const char *profile, *preset;              // NULL: as the encoder likes
    const char *private_key, *private_options; // options that only this encoder knows
    double crf;                                // below 0: it has none
    int reorder;                               // how far decoding runs ahead; -1: the encoder tells
    unsigned tag;                              // in MP4 and MOV; 0: the muxer's
    const char *on_avx512;                     // more private options where the CPU has AVX-512
};

// The row that settings ("encode" in docs/steps.md) name, NULL with *err.
const struct codec *codec_find(const json_t *settings, struct err *err);

// What its encoder is to be opened with: the caller's. settings NULL: a clip of the draft.
struct AVDictionary *codec_options(const struct codec *codec, const json_t *settings,
                                   struct rate rate);

// ProRes and DNxHR: each frame stands alone, and MP4 has no place for them.
bool codec_is_intra(const struct codec *codec);
