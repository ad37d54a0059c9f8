// SPDX-License-Identifier: MIT
// The display: what people see of a build. On a terminal one live line for each machine that is
// busy (runtime/live.h), drawn anew in one write; elsewhere one plain line for each step that has
// ended.
// Loop thread only.
#pragma once

#include <stdbool.h>

#include "base/diag.h"

struct clock;
struct display;
struct display_options;
struct event;
struct now;

// NULL when there is nowhere to show anything; every function accepts that.
struct display *display_new(const struct display_options *options, struct clock *clock);

// Takes the live lines away first.
void display_free(struct display *d);

void display_show(struct display *d, const struct event *event);

// What it draws; borrowed. Before the first event.
void display_watch(struct display *d, const struct now *now);

// Whether the live lines are to be drawn anew; draws them, then. left_seconds: until the end, as
// far as is known.
bool display_is_due(const struct display *d);
void display_draw(struct display *d, double left_seconds);

// A line of its own: "waiting for …".
void display_say(struct display *d, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Something about a place of the film; at may be NULL.
void display_tell(struct display *d, enum severity severity, const struct place *at,
                  const char *message, const char *help);
