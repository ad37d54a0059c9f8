// SPDX-License-Identifier: MIT
#include "runtime/fill_prefix.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/wiring.h"

static bool is_read(const json_t *workflow, const char *id)
{
    const char *user, *field;
    json_t *node, *value;

    json_object_foreach((json_t *)(uintptr_t)workflow, user, node)
        json_object_foreach(json_object_get(node, "inputs"), field, value)
            if (wiring_is_link(value) &&
                strcmp(json_string_value(json_array_get(value, 0)), id) == 0)
                return true;
    return false;
}

static bool is_output(const json_t *preset, const char *id)
{
    const char *name;
    json_t *output;

    json_object_foreach(json_object_get(preset, "output"), name, output)
        if (strcmp(json_get_text(output, "node", ""), id) == 0)
            return true;
    return false;
}

// The field of a node that its files are called by, or NULL. Other nodes than those that save have
// fields called prefix or filename, too.
static const char *field_of(const json_t *workflow, const json_t *preset, const char *id)
{
    static const char *const names[] = {"prefix", "filename"};
    const json_t *fields = wiring_fields(workflow, id);

    if (json_object_get(fields, "filename_prefix"))
        return "filename_prefix";
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (json_object_get(fields, names[i]) && (is_output(preset, id) || !is_read(workflow, id)))
            return names[i];
    return NULL;
}

// The folder of what is written, with its slash. Only a browser knows what %date% is.
static struct str folder_of(const char *written)
{
    const char *slash = strrchr(written, '/');

    return slash && !memchr(written, '%', (size_t)(slash - written))
               ? (struct str){written, (size_t)(slash - written) + 1}
               : (struct str){0};
}

void prefix_set(json_t *workflow, const json_t *preset, const char *prefix)
{
    size_t n = 0;
    const char *id;
    json_t *node;

    json_object_foreach(workflow, id, node)
        n += field_of(workflow, preset, id) != NULL;
    json_object_foreach(workflow, id, node) {
        const char *field = field_of(workflow, preset, id);
        json_t *fields = json_object_get(node, "inputs");
        struct buf text = {0};

        if (!field)
            continue;
        buf_str(&text, folder_of(json_get_text(fields, field, "")));
        buf_puts(&text, prefix);
        if (n > 1)
            buf_printf(&text, "-%s", id);
        json_object_set_new(fields, field, json_string(buf_text(&text)));
        buf_release(&text);
    }
}

const char *prefix_get(const json_t *workflow, const json_t *preset, const char *id)
{
    const char *field = field_of(workflow, preset, id);

    return field ? json_get_text(wiring_fields(workflow, id), field, NULL) : NULL;
}
