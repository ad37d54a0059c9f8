// SPDX-License-Identifier: MIT
// What decoded frames need before a film can show them, by libav's filters: whole frames out of
// interlaced fields, high dynamic range brought down to the film's, see-through parts laid over
// black, turned and mirrored as the file asks. Most need nothing. Owned by one clip or still.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct AVRational;
struct err;
struct straight;

// For frames like this one, whose pts are in units of base; matrix is the file's display matrix, or
// NULL. Where smooth is no NULL but a frame rate, frames of that rate are made in between, by how
// things move. *s is NULL where nothing is to be done. False with *err for what cannot be shown;
// name is the file's.
bool straight_new(struct straight **s, const struct AVFrame *like, const struct AVRational *base,
                  const int32_t *matrix, const char *smooth, const char *name, struct err *err);
void straight_free(struct straight *s); // accepts NULL

// Takes what frame holds; NULL is the end.
bool straight_push(struct straight *s, struct AVFrame *frame, struct err *err);

// Moves the next straight frame into frame, its pts in units of straight_base. Returns 0, else
// AVERROR(EAGAIN) while more has to be pushed, AVERROR_EOF, or what else is wrong.
int straight_pull(struct straight *s, struct AVFrame *frame);
const struct AVRational *straight_base(const struct straight *s);

// The one frame of a still, in its place.
bool straight_still(struct AVFrame *frame, const char *name, struct err *err);
