// SPDX-License-Identifier: MIT
// Placeholders: `${name}` in a text stands for a value, `$${` for the two characters themselves.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

// Where the values of placeholders come from.
struct fill_source {
    // A new value, or NULL where there is none of that name.
    json_t *(*find)(const struct fill_source *from, const char *name);
};

// Adds text with the values put in, numbers as JSON has them. False when one of them is absent,
// which is then empty. What a value holds is not looked into.
bool fill_text(const struct fill_source *from, struct str text, struct buf *out);

// A value with every placeholder in it filled in, as docs/presets.md says of requests: a new one,
// NULL where it is a scalar whose value is absent.
json_t *fill_value(const struct fill_source *from, json_t *value);
