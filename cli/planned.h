// SPDX-License-Identifier: MIT
// A film opened and held against what is at hand: every step with its status.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/compiled.h"

struct buf;
struct plan;
struct plan_row;
struct selection;

struct planned {
    const struct selection *meant; // set before: the steps that are told of; NULL: all
    struct compiled film;
    struct plan *plan; // NULL where film.code says why
};

// Opens the one film of args, of which there may be most_words words. False with p->film.code set;
// close in either case. only and to, or NULL, choose what is wanted.
bool planned_open(struct planned *p, const struct cli *cli, const struct args *args,
                  size_t most_words, const struct selection *only, const char *to);
void planned_close(struct planned *p);

// "2026-11-25 21:52:05", as clocks show it here.
void planned_print_time(int64_t ms, struct buf *out);

// "14:32", and where that is another day than now_ms is, "Thu 14:32".
void planned_print_clock(int64_t now_ms, int64_t ms, struct buf *out);

// "0.4 s", "12 s", "3 min 20 s", "2 h 05 min"; "" for 0.
void planned_print_seconds(double seconds, struct buf *out);
