// SPDX-License-Identifier: MIT
// The link to the machine of a command service: this one, or another over the system's ssh. Each
// verb of command/far.sh is one process, whose answer is read as it comes. Workers only; none of it
// asks for a password.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;
struct studio_service;

// Of one service, in its arena.
struct link {
    const char *const *ssh; // its words up to the host, NULL at the end; NULL: this machine
    const char *place;      // as messages name it: the host, or "this machine"
    const char *work;       // the folder, as the studio says
};

// One thing asked. Set by who asks.
struct question {
    const char *verb;
    const char *key;         // of the job; 64 hex digits
    const char *const *more; // what the verb needs, NULL at the end; or NULL
    const char *input;       // a file that goes there; NULL: nothing
    int quiet_ms;            // how long it may say nothing; 0: no limit
    atomic_bool *cancelled;
    // A line of the answer. It sets raw_bytes to how many come next that are not lines.
    void (*said)(struct question *q, struct str line);
    void (*raw)(struct question *q, struct str bytes);
    void *user;

    bool enough; // set by said or raw: the rest is not wanted, and link_ask is false without *err

    size_t raw_bytes;
    bool begun;       // whether the far side has answered at all
    const char *help; // when it failed: what would be right, or NULL
};

void link_init(struct link *l, struct arena *a, const struct studio_service *told);

// Asks, and hears the answer to its end. False with *err: ERR_CANCELLED; ERR_AWAY when the machine
// does not answer; ERR_FILM when it does not let us in; ERR_TRANSIENT when the connection broke;
// ERR_FINAL, in the machine's own words, when it could not do it, such as for want of space.
bool link_ask(const struct link *l, struct question *q, struct err *err);

// Whether text tells of a full disk.
bool link_is_full(const char *text);
