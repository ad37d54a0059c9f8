// SPDX-License-Identifier: MIT
// A watchdog for code that may never come back and that nobody can interrupt. It has a thread of
// its own, started on first use. Only for programs that lose nothing by ending at once.
#pragma once

struct watchdog;

// Barks after the process has used so much processor time in one watch.
struct watchdog *watchdog_new(unsigned seconds);
void watchdog_free(struct watchdog *w); // accepts NULL

// Starts a watch. When it lasts too long, last_words are written to stderr and the program ends
// with exit_code, without cleaning up. last_words is borrowed until watchdog_stop.
void watchdog_start(struct watchdog *w, const char *last_words, int exit_code);
void watchdog_stop(struct watchdog *w);
