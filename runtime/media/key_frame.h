// SPDX-License-Identifier: MIT
// Where a stream of pictures can be entered. A plain function, any thread.
#pragma once

#include <stdbool.h>

struct AVCodecParameters;
struct AVPacket;

// Whether a picture from this packet on can do without all before it, also those that are seen
// before it. False where that cannot be told.
bool key_frame_stands_alone(const struct AVPacket *packet, const struct AVCodecParameters *codec);
