// SPDX-License-Identifier: MIT
// A media file opened for reading: by a descriptor of ours, with a list of demuxers, and with no
// way to anything else: no playlists, no nested files, no protocols. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVCodecContext;
struct AVFormatContext;
struct AVPacket;
struct AVStream;
struct err;

enum { INPUT_MOST_PIXELS = 1 << 27 }; // of one picture: 8K four times over

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

// The same for a film or cut that c41 made: its header tells all, and neither is its format guessed
// nor a frame decoded to know more.
bool input_open_own(struct input *in, const char *path, struct err *err);

// The best stream of an AVMediaType, NULL when there is none. Attached pictures do not count.
struct AVStream *input_stream(const struct input *in, int media_type);

// A decoder for stream on one thread, or NULL with *err.
struct AVCodecContext *input_decoder(const struct input *in, const struct AVStream *stream,
                                     struct err *err);

// The same on several threads; 0: as many as there are cores.
struct AVCodecContext *input_decoder_threads(const struct input *in, const struct AVStream *stream,
                                             int threads, struct err *err);

// The same that begins in the middle of stream, where it lacks what came before: it goes on after
// errors, and its frames tell of them.
struct AVCodecContext *input_decoder_midway(const struct input *in, const struct AVStream *stream,
                                            int threads, struct err *err);

// Whether a packet lacks bytes that its file promises.
bool input_is_torn(const struct input *in, const struct AVPacket *packet);

// False with *err where the file's head promises more sound than the seconds that were decoded. Not
// every head tells.
bool input_check_sound(const struct input *in, const struct AVStream *audio, double seconds,
                       struct err *err);

// How the pictures of stream are to be turned and mirrored: nine numbers of a display matrix, or
// NULL.
const int32_t *input_matrix(const struct AVStream *stream);

// Whether that makes their width their height.
bool input_lies(const struct AVStream *stream);

// When a stream begins, in its time base; 0 where it does not tell.
int64_t input_start(const struct AVStream *stream);
