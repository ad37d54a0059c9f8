// SPDX-License-Identifier: MIT
// What a player hears of packets that sound_encoder has made. Owned by one op.
#pragma once

#include <stdbool.h>

struct AVCodecContext;
struct AVPacket;
struct err;
struct pcm;
struct sound_decoder;

// For packets of that encoder. NULL with *err.
struct sound_decoder *sound_decoder_new(const struct AVCodecContext *encoder, struct err *err);
void sound_decoder_free(struct sound_decoder *d); // accepts NULL

// Adds to out, of two channels, what the packet gives; NULL: the last.
bool sound_decoder_add(struct sound_decoder *d, const struct AVPacket *packet, struct pcm *out,
                       struct err *err);
