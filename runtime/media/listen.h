// SPDX-License-Identifier: MIT
// What a player hears of a programme that was finished and encoded: any part of it, decoded. Plain
// functions, any thread.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct err;
struct master;
struct passage_how;
struct pcm;

// Fills in out with the samples [from, to) of the film, which it has, of two channels.
bool listen_to(const struct master *m, int64_t from, int64_t to, struct pcm *out, struct err *err);

// Of all that decides what is heard there.
struct digest listen_digest(const struct master *m, int64_t from, int64_t to);
