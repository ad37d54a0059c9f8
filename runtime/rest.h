// SPDX-License-Identifier: MIT
// Rest: whether a machine takes work at an instant. It does not while somebody has paused it
// (runtime/pauses.h), nor outside of the hours that the studio gives it, by the local clock.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pauses;
struct studio_machine;

enum rest_reason { REST_NOT, REST_PAUSED, REST_HOURS };

struct rest {
    enum rest_reason reason;
    char until[24];   // "20:00", "Fri 08:00"; "" where nobody knows, and when it does not rest
    int64_t until_ms; // the same, since 1970; 0
};

// pauses may be NULL: nobody has paused anything.
struct rest rest_of(const struct studio_machine *machine, const struct pauses *pauses,
                    int64_t wall_ms);

bool rest_equal(const struct rest *a, const struct rest *b);

// As an event tells it: "up", "paused", "paused until 08:00", "resting until 20:00".
char *rest_state(const struct rest *r, char *text, size_t size);

// As people read it: "gpu takes work", "gpu is paused", "gpu rests until 20:00"; of "here": "this
// machine …".
char *rest_sentence(const struct rest *r, const char *machine, char *text, size_t size);

// The time of day of an instant, with its weekday when that is not within a day of now.
char *rest_clock(int64_t wall_ms, int64_t now_wall_ms, char *text, size_t size);
