// SPDX-License-Identifier: MIT
// The sound of a media file, read in pieces from its start: 48 kHz float, interleaved. Owned by one
// op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct sound;

// Opens the best stream of sound in the file at path, to be read as 1 or 2 channels (pcm.h says
// how). NULL with *err when there is none.
struct sound *sound_open(const char *path, unsigned channels, struct err *err);
struct sound *sound_open_fd(int fd, const char *name, unsigned channels, struct err *err);
void sound_close(struct sound *s); // accepts NULL

// Reads at most frames frames into to; *got is 0 only at the end.
bool sound_read(struct sound *s, float *to, size_t frames, size_t *got, struct err *err);
