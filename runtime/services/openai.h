// SPDX-License-Identifier: MIT
// What the parts of the driver `openai` share.
#pragma once

#include <jansson.h>

// Makes a request what OpenAI-compatible servers take. A body in their own form stays as it is;
// what is in Ollama's form is put into theirs: `format`, `options`, `think`, the `images` of
// messages. A picture that is bare base64 gets its data: prefix.
void openai_settle(json_t *body);

// The schema that the answer must fit, or NULL. Borrowed.
const json_t *openai_schema(const json_t *body);
