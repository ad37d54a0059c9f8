// SPDX-License-Identifier: MIT
// Whether what a model wrote fits the schema that it was given. Servers see to that themselves when
// they can; hosted models ignore the schema, so every answer is looked at.
//
// A minimal check of structure, of JSON Schema's words these: type (a text or a list), enum, const,
// required, properties, additionalProperties: false, items, minItems, maxItems, minimum, maximum,
// anyOf. All others are let pass, $ref too.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;

// Adds to fault where and why it does not: "shots[0].size is \"huge\", not one of …".
bool words_fit(const json_t *schema, const json_t *value, struct buf *fault);
