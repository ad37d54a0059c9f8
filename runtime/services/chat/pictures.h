// SPDX-License-Identifier: MIT
// Pictures for models that see: an attempt's inputs as texts in base64, sent as they are. Of a clip
// the frame in its middle is shown.
#pragma once

#include <jansson.h>

struct attempt;
struct err;

enum { PICTURES_MOST_BYTES = 20 * 1000 * 1000 }; // of one: more is refused

// A new list with a text for each input; NULL with *err. On a worker.
json_t *pictures_read(struct attempt *a, struct err *err);
