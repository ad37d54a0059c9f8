// SPDX-License-Identifier: MIT
#include "runtime/services/chat/words_out.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/services/chat/words_fit.h"

// What stands between ``` or ```json and the last ```; text without them as it is.
static struct str inside_fences(struct str text)
{
    struct str inside = text;

    if (!str_starts(text, "```"))
        return text;
    str_cut(&inside, '\n');
    if (!inside.ptr)
        return text;
    inside = str_trim(inside);
    if (str_ends(inside, "```"))
        inside.len -= strlen("```");
    return str_trim(inside);
}

// "{…}": JSON within quotation marks, where those inside it are escaped or not. A new value or
// NULL.
static json_t *read_quoted(struct str text)
{
    struct err bad;
    json_t *quoted, *value = NULL;

    if (text.len < 2 || text.ptr[0] != '"' || text.ptr[text.len - 1] != '"')
        return NULL;
    quoted = json_read_loose(text, &bad);
    if (json_is_string(quoted))
        value = json_read_loose((struct str){json_string_value(quoted), json_string_length(quoted)},
                                &bad);
    else if (!quoted)
        value = json_read_loose((struct str){text.ptr + 1, text.len - 2}, &bad);
    json_decref(quoted);
    return value;
}

static bool judge(const json_t *value, const json_t *schema, struct buf *out, struct buf *fault)
{
    if (schema && !words_fit(schema, value, fault))
        return false;
    json_pretty(value, out);
    return true;
}

static bool keep_json(struct str text, const json_t *schema, struct buf *out, struct buf *fault)
{
    struct err err;
    json_t *value, *quoted;
    bool ok;

    text = inside_fences(text);
    value = json_read_loose(text, &err);
    ok = value && judge(value, schema, out, fault);
    quoted = ok ? NULL : read_quoted(text);
    if (quoted) {
        buf_clear(fault);
        ok = judge(quoted, schema, out, fault);
    } else if (!value) {
        buf_printf(fault, "the answer is %s", err.text);
    }
    json_decref(quoted);
    json_decref(value);
    return ok;
}

bool words_out(struct str answer, bool json, const json_t *schema, struct buf *out,
               struct buf *fault)
{
    answer = str_trim(answer);
    if (json)
        return keep_json(answer, schema, out, fault);
    buf_str(out, answer);
    return true;
}
