// SPDX-License-Identifier: MIT
// The film's sound, put together from stems, beds and music and read in windows, from its start or
// anywhere: 48 kHz, two channels. Of a film of any length only what sounds at the moment is open.
// Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "runtime/media/params.h"

struct err;
struct media_job;
struct programme;

// What a sound belongs to. The stems of a film are one for each of these.
enum bus { BUS_DIALOGUE, BUS_EFFECTS, BUS_MUSIC, BUSES };

// "dialogue", "effects", "music".
const char *bus_name(enum bus bus);

// From a conform step (docs/steps.md); a slate before the film is silent. NULL with *err.
struct programme *programme_new(const struct media_job *job, struct rate rate, struct err *err);
void programme_free(struct programme *p); // accepts NULL

// The same with what belongs to one bus, and steps back as it does in the whole.
struct programme *programme_new_of(const struct media_job *job, struct rate rate, enum bus bus,
                                   struct err *err);

int64_t programme_samples(const struct programme *p);

// Where shot number n begins, in frames of the file; n may be the number of shots.
int64_t programme_shot_frame(const struct programme *p, size_t n);

// Tells the job of lines that the ends of the film cut off.
void programme_note_cut_lines(const struct programme *p);

// Opens what sounds in [from, to), and closes the rest.
bool programme_prepare(struct programme *p, int64_t from, int64_t to, struct err *err);
void programme_rest(struct programme *p); // closes all

// Reads frames from any sample on, within what is prepared; beyond the ends there is silence. Many
// threads may read.
bool programme_read_at(const struct programme *p, int64_t at, float *to, size_t frames,
                       struct err *err);

// Of everything that decides the samples of [from, to): equal recipes sound alike.
struct digest programme_recipe(const struct programme *p, int64_t from, int64_t to);
