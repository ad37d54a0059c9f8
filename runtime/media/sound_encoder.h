// SPDX-License-Identifier: MIT
// Sound to packets of a codec. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct AVCodecContext;
struct AVPacket;
struct err;
struct sound_encoder;

// settings: {codec, bitrate}. NULL with *err.
struct sound_encoder *sound_encoder_new(const json_t *settings, struct err *err);

// The same at `part` of the bit rate, with the same headers.
struct sound_encoder *sound_encoder_new_at(const json_t *settings, double part, struct err *err);
void sound_encoder_free(struct sound_encoder *e); // accepts NULL

// Its context, for the stream's parameters.
const struct AVCodecContext *sound_encoder_context(const struct sound_encoder *e);

// The bits a second that settings ask for; 0: as many as it takes.
int64_t sound_encoder_bits(const json_t *settings);

// Whether what comes out may peak above what went in.
bool sound_encoder_is_lossy(const json_t *settings);

// Whether packets of pieces that were encoded apart, each with some of what comes before it, make
// one sound.
bool sound_encoder_joins(const json_t *settings);

// Before the first push: that begins with sample `at`. Packets of what lies before it are to be
// thrown away.
bool sound_encoder_start(struct sound_encoder *e, int64_t at, struct err *err);

// Gives it frames of two channels; 0 frames are the end.
bool sound_encoder_push(struct sound_encoder *e, const float *from, size_t frames, struct err *err);

// Fills in packet with the next one; *got is false when there is none by now.
bool sound_encoder_pull(struct sound_encoder *e, struct AVPacket *packet, bool *got,
                        struct err *err);
