// SPDX-License-Identifier: MIT
// What a file says of itself before a frame is decoded: its beat, its tags, its container.
#pragma once

#include <stdbool.h>

#include <libavutil/rational.h>

struct AVPacket;
struct AVStream;
struct err;
struct findings;
struct input;

// The beat at which the frames of a stream are meant to come, a second; never 0.
struct AVRational qc_rate(const struct AVStream *stream);

// How many seconds of the stream the file promises; 0 when it does not tell.
double qc_promised(const struct AVStream *stream);

void qc_check_picture_tags(const struct AVStream *video, struct findings *findings);
void qc_check_container(const struct input *in, struct findings *findings);

// False with *err when the file at path only names other files.
bool qc_refuse_list(const char *path, struct err *err);

// Whether the file tells that a packet of stream is encrypted.
bool qc_is_encrypted(const struct AVStream *stream, const struct AVPacket *packet);
