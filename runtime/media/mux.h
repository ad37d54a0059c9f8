// SPDX-License-Identifier: MIT
// The file that goes out: copied picture, encoded sound, chapters and titles in a container. Owned
// by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVCodecParameters;
struct AVPacket;
struct err;
struct mux;
struct subtitles;

struct mux_info {
    const char *path;
    const json_t *container, *audio; // as in a conform step
    const char *title, *comment;     // NULL: none
    const char *language;            // of the sound; NULL: not told
    const char *timecode;            // of the first frame; NULL: none
    const struct AVPacket *poster;   // a JPEG as large as the picture, lent until mux_free; or NULL
    bool tight;                      // no room is left that the file could do without
    struct rate rate;
    const struct AVCodecParameters *picture; // NULL: sound alone
    int64_t frames, samples;                 // that will come
};

// Borrows what info names while it is called. NULL with *err.
struct mux *mux_new(const struct mux_info *info, struct err *err);
void mux_free(struct mux *m); // accepts NULL

// Before the first packet. In samples at 48 kHz.
bool mux_add_chapter(struct mux *m, const char *title, int64_t start, int64_t end, struct err *err);

// Puts subtitles into the file, to be called before the first packet too. Borrows them until
// mux_finish.
bool mux_add_subtitles(struct mux *m, const struct subtitles *subtitles, const char *language,
                       struct err *err);

// Writes one packet of picture, its times in frames; and one of sound, in samples.
bool mux_picture(struct mux *m, struct AVPacket *packet, struct err *err);
bool mux_sound(struct mux *m, struct AVPacket *packet, struct err *err);

// Only then is the file whole.
bool mux_finish(struct mux *m, struct err *err);
