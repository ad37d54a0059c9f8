// SPDX-License-Identifier: MIT
// Exchanges with real ComfyUI servers, from tests/fixtures/comfyui/transcripts.
#pragma once

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"

enum { MOST_RECORDED_BYTES = 1 << 20 };

static const char *const recorded_versions[] = {"v0.3.64", "v0.21.0"};

// The entries of a transcript: a new value.
static inline json_t *recorded(const char *version, const char *name)
{
    char path[512];
    struct buf text = {0};
    struct err err;
    json_t *entries = NULL;

    snprintf(path, sizeof(path), UNIT_SOURCE_DIR "/tests/fixtures/comfyui/transcripts/%s/%s.json",
             version, name);
    if (file_read(path, &text, MOST_RECORDED_BYTES, &err))
        entries = json_read_loose(buf_view(&text), &err);
    buf_release(&text);
    if (!entries)
        print_error("%s: %s\n", path, err.text);
    assert_non_null(entries);
    return entries;
}

// The answer to a request (or any entry): the next one from the server with the same id.
static inline const json_t *recorded_answer(const json_t *entries, const json_t *request)
{
    const char *id = json_get_text(request, "id", "");
    json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
        if (strcmp(json_get_text(entry, "direction", ""), "s2c") == 0 &&
            strcmp(json_get_text(entry, "id", "-"), id) == 0)
            return entry;
    return NULL;
}

static inline bool recorded_is(const json_t *entry, const char *method, const char *path)
{
    return strcmp(json_get_text(entry, "method", ""), method) == 0 &&
           strncmp(json_get_text(entry, "path", ""), path, strlen(path)) == 0;
}
