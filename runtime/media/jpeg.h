// SPDX-License-Identifier: MIT
// Frames to JPEG: 4:2:0, as every viewer takes it.
#pragma once

struct AVFrame;
struct AVPacket;
struct err;

// The picture of frame (with colour fields) as the bytes of a file, in a new packet; NULL with
// *err.
struct AVPacket *jpeg_encode(const struct AVFrame *frame, struct err *err);
