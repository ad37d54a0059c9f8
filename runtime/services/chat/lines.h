// SPDX-License-Identifier: MIT
// Lines of a body that arrives in pieces: bytes split anywhere, also within a character, and a line
// may be megabytes long.
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

struct lines {
    // Called with each line that is whole, without its end ("\n" or "\r\n"). Borrowed until it
    // returns.
    void (*hear)(void *user, struct str line);
    void *user;
    size_t most_bytes; // a line that is longer is left out; 0: none is
    struct buf held;   // the beginning of a line whose end has not come
    bool skips;        // it is too long
};

void lines_add(struct lines *l, struct str bytes);

// The body has ended: what is held is a line, unless it is empty. Frees what was held.
void lines_end(struct lines *l);

// Forgets what is held.
void lines_release(struct lines *l);
