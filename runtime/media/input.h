// SPDX-License-Identifier: MIT
// A media file opened for reading: by a descriptor of ours, with a list of demuxers, and with no
// way to anything else: no playlists, no nested files, no protocols. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVCodecContext;
struct AVFormatContext;
struct AVStream;
struct err;

struct input {
    struct AVFormatContext *format;
    struct AVIOContext *io;
    const char *name; // for messages
    int fd;
    bool owns_fd;
    int64_t at_bytes, size_bytes;
};

// Opens the regular file at path, or the one open at fd (which stays the caller's). On failure *err
// says what is wrong with the file called name.
bool input_open(struct input *in, const char *path, struct err *err);
bool input_open_fd(struct input *in, int fd, const char *name, struct err *err);
void input_close(struct input *in); // a zeroed one is fine

// The best stream of an AVMediaType, NULL when there is none. Attached pictures do not count.
struct AVStream *input_stream(const struct input *in, int media_type);

// A decoder for stream on one thread, or NULL with *err.
struct AVCodecContext *input_decoder(const struct input *in, const struct AVStream *stream,
                                     struct err *err);

// How far stream is to be turned, clockwise: 0, 90, 180 or 270.
int input_rotation(const struct AVStream *stream);
