// SPDX-License-Identifier: MIT
// Brings a programme to the loudness of a deliverable: one gain for all of it, a limiter where
// peaks would pass the ceiling, and a codec. It works on passages (passage.h), and keeps what it
// has made of each: sound that was not edited is neither mixed nor encoded again. What comes out is
// the same whatever was kept. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

struct AVPacket;
struct buf;
struct err;
struct keep;
struct master;
struct passage_how;
struct programme;
struct str;

// What was decided.
struct master_gain {
    double db, ceiling_db;
    bool limited;
};

struct master_goal {
    double lufs, dbtp;   // of what is heard; the true peak is at most dbtp
    const json_t *audio; // the codec, as in a conform step
};

// Measures, finishes and encodes the programme, all of it borrowed. NULL with *err.
struct master *master_new(struct programme *programme, const struct master_goal *goal,
                          struct keep *keep, struct err *err);
void master_free(struct master *m); // accepts NULL

// Fills in packet with the next one of the sound, from the first; *done instead at the end.
bool master_read(struct master *m, struct AVPacket *packet, bool *done, struct err *err);

// How the programme was finished. Borrowed from m.
struct passage_how master_how(const struct master *m);

// Passage number i as it was encoded: its packets (packets.h), in entry, which is cleared before;
// and of all that decides it.
bool master_passage(const struct master *m, size_t i, struct buf *entry, struct str *packets,
                    struct err *err);
struct digest master_digest(const struct master *m, size_t i);

// Of what is heard after decoding.
double master_lufs(const struct master *m); // LOUDNESS_SILENCE: nothing
double master_range(const struct master *m);
double master_true_peak(const struct master *m); // dBTP; -HUGE_VAL: nothing

// The highest sample of each hundredth of a second, as heard. Borrowed.
enum { MASTER_PEAKS_A_SECOND = 100 };
const float *master_peaks(const struct master *m, size_t *n);

// How many passages there are, and how many of them were encoded now.
size_t master_passages(const struct master *m);
size_t master_encoded(const struct master *m);
