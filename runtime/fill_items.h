// SPDX-License-Identifier: MIT
// The chains of a preset, filled in: as many slots as the step has items, each with what its item
// says; as many windows as its frames ask for.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct err;
struct fill_values;

// False with *err (ERR_FILM) where the model takes fewer, or where an item lacks its input.
bool fill_chains(const struct fill_values *v, json_t *workflow, struct err *err);
bool fill_windows(const struct fill_values *v, json_t *workflow, json_int_t frames,
                  struct err *err);

// The frames that one window of the preset makes where the whole has `frames`.
json_int_t fill_window_frames(const json_t *preset, json_int_t frames);
