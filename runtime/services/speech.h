// SPDX-License-Identifier: MIT
// A speech server as the driver sees it, and the lines that it speaks. Owned by the driver; loop
// thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "runtime/services/endpoint.h"
#include "runtime/services/speech/dialect.h"
#include "runtime/services/speech/order.h"
#include "runtime/services/speech/wav.h"

struct attempt;
struct call;
struct err;
struct inspection;
struct listing;
struct service;

struct speech {
    struct service *service;
    struct endpoint endpoint;
    const struct speech_dialect *dialect;
    struct listing *listings; // all that were asked for
    struct line *lines;       // those that have not ended
    struct call *look;        // of the inspection that is going on
};

// A line on its way: its voice is checked, its recording sent, its pieces spoken one after the
// other. In the arena of its attempt.
struct line {
    struct attempt *attempt;
    struct speech *speech;
    struct line *next; // speech.lines
    struct speech_order order;
    bool checked, delivered; // the voice, the recording

    const char *const *pieces;
    size_t n_pieces, at; // the one that is spoken
    unsigned tries;      // of it
    struct buf *bodies;  // of each
    struct wav *sounds;  // the same, read

    // What it waits for: one of these, or none.
    struct call *call;
    struct listing *listing;
    int64_t due_ms;

    int64_t heard_ms; // when the answer's last bytes came; 0: none has
};

// Reads the attempt's order and puts the line to the others. False with *err, and a->help.
bool line_new(struct speech *s, struct attempt *a, struct err *err);

// Goes on with what it needs next. May end its attempt.
void line_go(struct line *l);

// Ends its attempt as failed.
void line_fail(struct line *l, const struct err *err);

// Timers.
void line_tick(struct line *l, int64_t now_ms);

// A list that the server keeps.
struct listing {
    struct speech *speech;
    const struct speech_list *list;
    const char *route;
    struct listing *next; // speech.listings
    struct call *call;    // while it is asked for
    json_t *entries;      // known: speech_list_read's; empty where the server has no such list
};

// The list, of a model where it is one of each; asks for it when it is not known. A line that then
// waits for it (line.listing) goes on, or fails, when the answer is there.
struct listing *listing_get(struct speech *s, const struct speech_list *list, const char *model);
void listings_release(struct speech *s);

void speech_inspect(struct inspection *i);
void speech_compare(const struct inspection *i, const json_t *preset, json_t *list);
