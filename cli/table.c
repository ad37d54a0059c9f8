// SPDX-License-Identifier: MIT
#include "cli/table.h"

#include <stdarg.h>

#include "base/buf.h"
#include "base/str.h"

void table_release(struct table *t)
{
    for (size_t i = 0; i < t->cells.n; i++)
        mem_free(t->cells.at[i]);
    vec_release(&t->cells);
}

void table_add(struct table *t, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            text.ptr[i] = ' ';
    vec_push(&t->cells, buf_take(&text));
}

static size_t widest(const struct table *t, size_t column)
{
    size_t most = 0;

    for (size_t i = column; i < t->cells.n; i += t->columns) {
        size_t width = str_width(str_of(t->cells.at[i]));

        most = width > most ? width : most;
    }
    return most;
}

// Blanks are put off until more text follows, so that no line ends in them.
static void print_row(const struct table *t, size_t row, const size_t *widths, struct buf *out)
{
    size_t owed = 0;

    for (size_t c = 0; c < t->columns && row + c < t->cells.n; c++) {
        const char *text = t->cells.at[row + c];
        size_t width = str_width(str_of(text));

        if (width) {
            buf_repeat(out, ' ', owed);
            buf_puts(out, text);
            owed = 0;
        }
        owed += widths[c] ? widths[c] - width + 2 : 0;
    }
    buf_char(out, '\n');
}

void table_print(struct table *t, size_t indent, struct buf *out)
{
    size_t *widths = mem_new(t->columns * sizeof(*widths));

    for (size_t c = 0; c < t->columns; c++)
        widths[c] = widest(t, c);
    for (size_t row = 0; row < t->cells.n; row += t->columns) {
        buf_repeat(out, ' ', indent);
        print_row(t, row, widths, out);
    }
    mem_free(widths);
    table_release(t);
}
