// SPDX-License-Identifier: MIT
// Orders: what a step asks of a speech server, put into the words that its dialect has for it. What
// it has no word for is left out and told, or refused where the voice would be another. Pure
// functions.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/services/speech/dialect.h"

struct arena;
struct buf;
struct err;
struct speech_recording;

enum { EMOTIONS = 8 };

struct speech_order {
    // Set by who asks.
    const struct speech_dialect *dialect;
    const json_t *params; // bound
    const json_t *preset; // normalised
    struct arena *arena;
    struct buf *notes;                              // a line each
    const char *help;                               // what would be right, or NULL
    struct speech_recording *clone, *emotion_audio; // NULL: the step has none; left out: NULL again

    // What it comes to.
    enum speech_way way;
    const char *model;     // NULL: not told
    const char *text;      // with its words as the lexicon has them
    const char *voice;     // of WAY_NAMED
    const char *direction; // NULL: none, or not taken
    const char *language;
    const char *clone_text;
    enum speech_emotion emotion;
    double vector[EMOTIONS];
    const char *emotion_text;
    double speed;
    unsigned most_characters; // of a request; 0: no limit
};

// False with *err (ERR_FILM), and help.
bool speech_order_read(struct speech_order *o, struct err *err);

// The voice as a request names it. there: what the server lists, or NULL where it tells nothing;
// empty lists prove nothing, then the preset's own `voices` do. False with *err and help when it is
// in none.
bool speech_order_check_voice(struct speech_order *o, const json_t *there, struct err *err);
