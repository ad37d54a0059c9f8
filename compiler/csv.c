// SPDX-License-Identifier: MIT
#include "compiler/csv.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"

struct reader {
    struct str text;
    size_t at;
    struct arena *arena;
    struct csv_fault *fault;
};

static bool fail(struct reader *r, size_t start, size_t end, const char *message)
{
    *r->fault = (struct csv_fault){start, end > start ? end : start + 1, message};
    return false;
}

static bool at_end(const struct reader *r)
{
    return r->at >= r->text.len;
}

static bool at_break(const struct reader *r)
{
    return at_end(r) || r->text.ptr[r->at] == '\n' ||
           (r->text.ptr[r->at] == '\r' &&
            (r->at + 1 == r->text.len || r->text.ptr[r->at + 1] == '\n'));
}

static void skip_break(struct reader *r)
{
    if (!at_end(r) && r->text.ptr[r->at] == '\r')
        r->at++;
    if (!at_end(r) && r->text.ptr[r->at] == '\n')
        r->at++;
}

// A field in quotes; "" within stands for one quote.
static bool read_quoted(struct reader *r, struct csv_field *field)
{
    struct buf text = {0};
    bool closed = false;

    field->start = r->at++;
    while (!closed && !at_end(r)) {
        char c = r->text.ptr[r->at++];

        if (c != '"')
            buf_char(&text, c);
        else if (!at_end(r) && r->text.ptr[r->at] == '"')
            buf_char(&text, r->text.ptr[r->at++]);
        else
            closed = true;
    }
    field->end = r->at;
    field->text = (struct str){arena_strndup(r->arena, buf_text(&text), text.len), text.len};
    buf_release(&text);
    if (!closed)
        return fail(r, field->start, field->start + 1, "this quotation mark is never closed");
    return at_break(r) || r->text.ptr[r->at] == ',' ||
           fail(r, r->at, r->at + 1,
                "behind a closing quote only a comma or the line's end may follow");
}

static void read_plain(struct reader *r, struct csv_field *field)
{
    field->start = r->at;
    while (!at_break(r) && r->text.ptr[r->at] != ',')
        r->at++;
    field->end = r->at;
    field->text =
        (struct str){arena_strndup(r->arena, r->text.ptr + field->start, r->at - field->start),
                     r->at - field->start};
}

static bool read_row(struct reader *r, struct csv_row *row)
{
    VEC(struct csv_field) fields = {0};
    bool ok = true, more = true;

    while (ok && more) {
        struct csv_field field = {0};

        if (!at_end(r) && r->text.ptr[r->at] == '"')
            ok = read_quoted(r, &field);
        else
            read_plain(r, &field);
        vec_push(&fields, field);
        more = ok && !at_break(r) && r->text.ptr[r->at] == ',';
        r->at += more;
    }
    skip_break(r);
    row->n = fields.n;
    row->fields = arena_array(r->arena, struct csv_field, fields.n);
    for (size_t i = 0; i < fields.n; i++)
        row->fields[i] = fields.at[i];
    vec_release(&fields);
    return ok;
}

static void skip_blank_lines(struct reader *r)
{
    while (!at_end(r) && at_break(r))
        skip_break(r);
}

// Names are written with a blank behind the comma as often as not.
static void trim_names(struct csv_row *header, struct arena *a)
{
    for (size_t i = 0; i < header->n; i++) {
        struct str name = str_trim(header->fields[i].text);

        header->fields[i].text = (struct str){arena_strndup(a, name.ptr, name.len), name.len};
    }
}

static bool check_header(struct reader *r, const struct csv_row *header)
{
    struct map seen = {0};
    bool ok = true;

    if (header->n == 1 && memchr(header->fields[0].text.ptr, ';', header->fields[0].text.len))
        return fail(r, header->fields[0].start, header->fields[0].end,
                    "columns are parted by commas, not semicolons");
    for (size_t i = 0; ok && i < header->n; i++) {
        const struct csv_field *f = &header->fields[i];

        if (!f->text.len)
            ok = fail(r, f->start, f->end, "this column has no name");
        else if (map_put(&seen, f->text.ptr, r))
            ok = fail(r, f->start, f->end,
                      arena_printf(r->arena, "there are two columns \"%s\"", f->text.ptr));
    }
    map_release(&seen);
    return ok;
}

bool csv_parse(struct csv *out, struct str text, struct arena *a, struct csv_fault *fault)
{
    struct reader r = {.text = text, .arena = a, .fault = fault};
    VEC(struct csv_row) rows = {0};
    bool ok;

    *out = (struct csv){0};
    skip_blank_lines(&r);
    if (at_end(&r))
        return fail(&r, 0, 1, "there is no header line with the names of the columns");
    ok = read_row(&r, &out->header);
    trim_names(&out->header, a);
    ok = ok && check_header(&r, &out->header);
    for (skip_blank_lines(&r); ok && !at_end(&r); skip_blank_lines(&r)) {
        struct csv_row row = {0};

        ok = read_row(&r, &row);
        if (ok && row.n != out->header.n)
            ok = fail(&r, row.fields[0].start, row.fields[row.n - 1].end,
                      arena_printf(a, "this row has %zu field%s, the header %zu", row.n,
                                   row.n == 1 ? "" : "s", out->header.n));
        vec_push(&rows, row);
    }
    out->n_rows = rows.n;
    out->rows = arena_array(a, struct csv_row, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        out->rows[i] = rows.at[i];
    vec_release(&rows);
    return ok;
}
