// SPDX-License-Identifier: MIT
#include "runtime/export/xml.h"

#include <assert.h>
#include <stdarg.h>

#include "base/buf.h"

enum { INDENT = 2 };

// Control characters cannot stand in XML 1.0 at all, but for three.
static void put_escaped(struct buf *out, const char *text, bool attribute)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '&')
            buf_puts(out, "&amp;");
        else if (c == '<')
            buf_puts(out, "&lt;");
        else if (c == '>')
            buf_puts(out, "&gt;");
        else if (c == '"' && attribute)
            buf_puts(out, "&quot;");
        else if (c == '\n' && attribute)
            buf_puts(out, "&#10;");
        else if (c >= ' ' || c == '\n' || c == '\t')
            buf_char(out, *text);
    }
}

static void end_tag(struct xml *x)
{
    if (x->in_tag)
        buf_char(x->out, '>');
    x->in_tag = false;
}

static void break_line(struct xml *x)
{
    if (x->in_text)
        return;
    buf_char(x->out, '\n');
    buf_repeat(x->out, ' ', x->depth * INDENT);
}

void xml_open(struct xml *x, const char *name)
{
    assert(x->depth < XML_MOST_DEPTH);
    end_tag(x);
    break_line(x);
    buf_printf(x->out, "<%s", name);
    x->names[x->depth++] = name;
    x->in_tag = true;
}

void xml_set(struct xml *x, const char *name, const char *value)
{
    assert(x->in_tag);
    buf_printf(x->out, " %s=\"", name);
    put_escaped(x->out, value, true);
    buf_char(x->out, '"');
}

void xml_setf(struct xml *x, const char *name, const char *format, ...)
{
    struct buf value = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&value, format, args);
    va_end(args);
    xml_set(x, name, buf_text(&value));
    buf_release(&value);
}

void xml_text(struct xml *x, const char *text)
{
    end_tag(x);
    x->in_text = true;
    put_escaped(x->out, text, false);
}

void xml_close(struct xml *x)
{
    const char *name = x->names[--x->depth];

    if (x->in_tag) {
        buf_puts(x->out, "/>");
    } else {
        break_line(x);
        buf_printf(x->out, "</%s>", name);
    }
    x->in_tag = x->in_text = false;
}
