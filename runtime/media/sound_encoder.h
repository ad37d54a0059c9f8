// SPDX-License-Identifier: MIT
// Sound to packets of a codec. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct AVCodecContext;
struct AVPacket;
struct err;
struct sound_encoder;

// settings: {codec, bitrate}. NULL with *err.
struct sound_encoder *sound_encoder_new(const json_t *settings, struct err *err);
void sound_encoder_free(struct sound_encoder *e); // accepts NULL

// Its context, for the stream's parameters.
const struct AVCodecContext *sound_encoder_context(const struct sound_encoder *e);

// Whether what comes out may peak above what went in.
bool sound_encoder_is_lossy(const json_t *settings);

// Gives it frames of two channels; 0 frames are the end.
bool sound_encoder_push(struct sound_encoder *e, const float *from, size_t frames, struct err *err);

// Fills in packet with the next one; *got is false when there is none by now.
bool sound_encoder_pull(struct sound_encoder *e, struct AVPacket *packet, bool *got,
                        struct err *err);
