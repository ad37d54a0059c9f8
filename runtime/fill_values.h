// SPDX-License-Identifier: MIT
// The values that a preset's params and placeholders ask for: inputs as the driver names them, then
// params, then what else is known.
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "runtime/fill.h"
#include "runtime/fill_text.h"

struct fill_values {
    struct fill_source source; // first, for it is what is handed on
    const struct fill *fill;
    const json_t *params; // of fill, but for frames in windows
    const json_t *more;   // further names, or NULL
    const char *own;      // a name that stands for own_value, whatever else is called so
    json_t *own_value;
};

void fill_values_init(struct fill_values *v, const struct fill *f, const json_t *params,
                      const json_t *more);

// How many inputs are called so.
size_t fill_values_inputs(const struct fill_values *v, const char *name);

// The i-th input of a name in the words of its param's `form`: a new value, NULL where there are
// not so many.
json_t *fill_values_input(const struct fill_values *v, const char *name, size_t i);
