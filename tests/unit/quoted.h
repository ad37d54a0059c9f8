// SPDX-License-Identifier: MIT
// JSON within C: ' stands for ".
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

// A new value; NULL when text is no JSON.
static inline json_t *quoted_json(const char *text)
{
    struct buf strict = {0};
    struct err err;
    json_t *value;

    for (; *text; text++)
        buf_char(&strict, *text == '\'' ? '"' : *text);
    value = json_read_loose(buf_view(&strict), &err);
    buf_release(&strict);
    return value;
}
