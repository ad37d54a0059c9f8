// SPDX-License-Identifier: MIT
// From what a model answered to the words that are kept. A plain text is kept as it came, trimmed.
// Where JSON was asked for, ``` fences around it and a surrounding pair of quotation marks are
// taken off, it must be JSON and fit its schema (words_fit), and is kept indented, with its keys
// sorted.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/str.h"

struct buf;

// Adds the words to out. False with the reason added to fault, for people and for the model.
// schema: may be NULL.
bool words_out(struct str answer, bool json, const json_t *schema, struct buf *out,
               struct buf *fault);
