// SPDX-License-Identifier: MIT
// The reel: artifacts as the media of a timeline, each once, with names that people can read. Owned
// by who makes the timeline.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct artifact;
struct err;
struct step;
struct timeline;
struct timeline_media;

struct reel {
    struct timeline *timeline; // borrowed; its media
    struct map by_digest;
};

// The media that an artifact is; step made it, NULL for a file of the project. Lives with the
// timeline. Facts that no picture and no sound has are an error.
const struct timeline_media *reel_add(struct reel *r, const struct artifact *artifact,
                                      const struct step *step, struct err *err);
void reel_release(struct reel *r);

// Puts the timeline's media into folder/media: what is there already stays, large files share their
// bytes with the project's where the disk can do that, unless copies are asked for. *written counts
// the new ones.
bool reel_hand_out(const struct timeline *t, const char *project, const char *folder, bool copies,
                   size_t *written, struct err *err);
