// SPDX-License-Identifier: MIT
#include "runtime/media/document.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

// Words of people and models are short: what is longer is no document.
enum { MOST_BYTES = 16 << 20, DEEPEST = 64 };

// Adds every scalar of value under its dotted path. path is restored before returning.
static void add_scalars(json_t *facts, const json_t *value, struct buf *path, int depth)
{
    size_t len = path->len;
    const char *key;
    json_t *item;
    size_t i;

    if (depth == DEEPEST)
        return;
    if (json_is_object(value)) {
        // jansson's iterators take no const, and change nothing.
        json_object_foreach((json_t *)(uintptr_t)value, key, item) {
            buf_printf(path, "%s%s", len ? "." : "", key);
            add_scalars(facts, item, path, depth + 1);
            path->len = len;
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item) {
            buf_printf(path, "%s%zu", len ? "." : "", i);
            add_scalars(facts, item, path, depth + 1);
            path->len = len;
        }
    } else if (len && !json_is_null(value)) {
        path->ptr[len] = '\0';
        if (!json_object_get(facts, path->ptr)) // type and bytes are ours
            json_object_set(facts, path->ptr, (json_t *)(uintptr_t)value);
    }
}

static json_t *json_facts(const json_t *value)
{
    json_t *facts = json_pack("{s:s}", "type", "json");
    struct buf path = {0};

    add_scalars(facts, value, &path, 0);
    buf_release(&path);
    return facts;
}

static bool has_binary(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < 9)
            return true;
    return !str_is_utf8(s);
}

static json_t *text_facts(struct str text)
{
    struct err ignored = {0};
    struct str body = str_trim(text);
    json_t *value = NULL, *facts;

    if (body.len && strchr("{[", body.ptr[0]))
        value = json_read_loose(body, &ignored);
    facts = value ? json_facts(value)
                  : json_pack("{s:s, s:s%}", "type", "text", "text", text.ptr, text.len);
    json_decref(value);
    return facts;
}

// safetensors: the length of a JSON header in 8 bytes, little-endian, then the header.
static bool is_lora(const unsigned char *head, size_t n, off_t bytes)
{
    uint64_t len = 0;

    if (n < 10)
        return false;
    for (int i = 7; i >= 0; i--)
        len = len << 8 | head[i];
    return head[8] == '{' && len >= 2 && bytes > 8 && len <= (uint64_t)bytes - 8;
}

bool document_facts(int fd, const char *name, json_t **facts, struct err *err)
{
    unsigned char head[512];
    off_t bytes = lseek(fd, 0, SEEK_END);
    ssize_t n = pread(fd, head, sizeof(head), 0);
    struct buf text = {0};

    if (bytes < 0 || n < 0)
        return err_errno(err, "reading %s", name);
    if (is_lora(head, (size_t)n, bytes)) {
        *facts = json_pack("{s:s}", "type", "lora");
        return true;
    }
    for (ssize_t i = 0; i < n; i++)
        if (head[i] < 9 || bytes > MOST_BYTES)
            return true;
    buf_room(&text, (size_t)bytes + 1);
    while ((off_t)text.len < bytes) {
        n = pread(fd, text.ptr + text.len, (size_t)bytes - text.len, (off_t)text.len);
        if (n <= 0)
            break;
        text.len += (size_t)n;
    }
    text.ptr[text.len] = '\0';
    if (text.len && !has_binary(buf_view(&text)))
        *facts = text_facts(buf_view(&text));
    buf_release(&text);
    return true;
}
