// SPDX-License-Identifier: MIT
// The words of a line as a speaking program is given them.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"

struct spoken {
    struct buf text;      // as written, with the film's pronunciations put in
    struct buf plain;     // the same in ASCII, for voices that know no more
    const char *language; // of espeak-ng: "en", "ru"; from the film, else from the script
    bool latin;           // plain says nearly all of it
    bool empty;           // there is nothing to say
    double seconds;       // about how long it takes
};

// From a speak step's params.
void spoken_init(struct spoken *s, const json_t *params);
void spoken_release(struct spoken *s);
