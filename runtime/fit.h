// SPDX-License-Identifier: MIT
// Fitting: a step's neutral values become what a model takes, as its preset's params say
// (docs/presets.md): defaults, sizes, frames, the server's own words.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct err;

// Changes params in place. False with ERR_FILM and the remedy when the model does not take as much.
bool fit_params(json_t *params, const json_t *preset, struct err *err);

// The size that the preset's rule for pixels makes of width and height.
void fit_pixels(const json_t *rule, int *width, int *height);

// The frames that the preset's rule makes of seconds, not yet held against its max.
json_int_t fit_frames(const json_t *rule, double seconds);
