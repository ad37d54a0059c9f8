// SPDX-License-Identifier: MIT
// Scanning JSON without making a tree of it, for documents of megabytes of which little is wanted.
// As tolerant as json_read_loose: integers of any size, NaN, Infinity. Once something is no JSON
// all functions say that there is nothing more, and `bad` stays set.
//
//     if (json_scan_open(&s, '{'))
//         while (json_scan_key(&s, a, &key))
//             json_scan_skip(&s);
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct arena;

struct json_scan {
    const char *at, *end;
    bool bad;
    bool first; // nothing of the innermost list or object was read yet
};

void json_scan_init(struct json_scan *s, struct str text);

// The first character of the next value: { [ " t f n, 0 for a number; '\0' (and bad) at none. NaN
// and Infinity are numbers.
char json_scan_peek(struct json_scan *s);

// Enters a list or an object when the next value is one (open: '[' or '{'); else skips it, and is
// false.
bool json_scan_open(struct json_scan *s, char open);

// Goes on to the next item or member; false behind the last, when the list or object is left. A key
// is a view of what is scanned, or in a where it had to be decoded.
bool json_scan_item(struct json_scan *s);
bool json_scan_key(struct json_scan *s, struct arena *a, struct str *key);

// Scalars; a value of another type is skipped, and the fallback comes back. Text is in a, valid
// UTF-8, without NUL.
const char *json_scan_text(struct json_scan *s, struct arena *a, const char *fallback);
double json_scan_number(struct json_scan *s, double fallback);
bool json_scan_flag(struct json_scan *s, bool fallback);

// Skips the next value. Returns its bytes.
struct str json_scan_skip(struct json_scan *s);

// Nothing but white space is left, and all of it was JSON.
bool json_scan_ended(struct json_scan *s);
