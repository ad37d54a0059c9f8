// SPDX-License-Identifier: MIT
// What servers say of their nodes, for tests: the documents in fixtures/comfyui are real ones
// without what no test needs.
#pragma once

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/services/comfyui/object_info.h"

#define FIXTURES UNIT_SOURCE_DIR "/tests/fixtures/comfyui/"

static inline void read_text(const char *path, struct buf *out)
{
    struct err err;

    if (!file_read(path, out, 1 << 22, &err))
        fail_msg("%s", err.text);
}

static inline struct object_info *read_info(const char *path)
{
    struct buf text = {0};
    struct err err;
    struct object_info *o;

    read_text(path, &text);
    o = object_info_read(buf_view(&text), &err);
    if (!o)
        fail_msg("%s: %s", path, err.text);
    buf_release(&text);
    return o;
}

static inline struct object_info *quoted_info(const char *text)
{
    struct buf strict = {0};
    struct err err;
    struct object_info *o;

    for (; *text; text++)
        buf_char(&strict, *text == '\'' ? '"' : *text);
    o = object_info_read(buf_view(&strict), &err);
    if (!o)
        fail_msg("%s", err.text);
    buf_release(&strict);
    return o;
}

// A line for each fault: what, a bar, the help.
static inline void tell_faults(json_t *faults, struct buf *out)
{
    json_t *fault;
    size_t i;

    json_array_foreach(faults, i, fault)
        buf_printf(out, "%s | %s\n", json_get_text(fault, "what", ""),
                   json_get_text(fault, "help", ""));
}
