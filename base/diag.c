// SPDX-License-Identifier: MIT
#include "base/diag.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"

enum { MOST_SHOWN = 50 };

struct source_text {
    const char *name;
    struct str text;
    uint32_t *lines; // where each line begins
    size_t n_lines;
};

struct said {
    enum severity severity;
    struct span span;
    const char *message, *help;
    size_t group; // notes stay with what they belong to
    size_t index;
};

struct diag {
    struct arena *arena;
    VEC(struct source_text) sources;
    size_t n_shared; // of sources: their lines belong to another
    VEC(struct said) said;
    struct map seen; // "source:start:message"
    size_t errors, warnings;
    bool last_was_new;
};

struct diag *diag_new(void)
{
    struct diag *d = mem_new(sizeof(*d));

    d->arena = arena_new();
    return d;
}

void diag_free(struct diag *d)
{
    if (!d)
        return;
    for (size_t i = d->n_shared; i < d->sources.n; i++)
        mem_free(d->sources.at[i].lines);
    vec_release(&d->sources);
    vec_release(&d->said);
    map_release(&d->seen);
    arena_free(d->arena);
    mem_free(d);
}

uint32_t diag_add_source(struct diag *d, const char *name, struct str text)
{
    VEC(uint32_t) lines = {0};
    const char *from = text.ptr, *end = text.ptr + text.len;

    vec_push(&lines, 0);
    while (from && from < end && (from = memchr(from, '\n', (size_t)(end - from))))
        vec_push(&lines, (uint32_t)(++from - text.ptr));
    vec_push(&d->sources, (struct source_text){name, text, lines.at, lines.n});
    return (uint32_t)d->sources.n;
}

// Which line holds the byte at `at`, from 0.
static size_t find_line(const struct source_text *s, size_t at)
{
    size_t first = 0, behind = s->n_lines;

    while (behind - first > 1) {
        size_t middle = first + (behind - first) / 2;

        if (s->lines[middle] <= at)
            first = middle;
        else
            behind = middle;
    }
    return first;
}

size_t diag_sources(const struct diag *d)
{
    return d->sources.n;
}

const char *diag_source_name(const struct diag *d, uint32_t source)
{
    return source && source <= d->sources.n ? d->sources.at[source - 1].name : NULL;
}

struct str diag_source_text(const struct diag *d, uint32_t source)
{
    return source && source <= d->sources.n ? d->sources.at[source - 1].text : (struct str){0};
}

static unsigned count_codes(struct str s)
{
    unsigned n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] >> 6) != 2;
    return n;
}

struct place diag_place(const struct diag *d, struct span span, struct arena *a)
{
    struct str text = diag_source_text(d, span.source);
    size_t start = span.start < text.len ? span.start : text.len;
    size_t from, to = start, line, end;
    struct place place = {.file = diag_source_name(d, span.source)};

    if (!place.file)
        return (struct place){0};
    line = find_line(&d->sources.at[span.source - 1], start);
    from = d->sources.at[span.source - 1].lines[line];
    place.line = (unsigned)line + 1;
    while (to < text.len && text.ptr[to] != '\n')
        to++;
    if (to > from && text.ptr[to - 1] == '\r')
        to--;
    end = span.end < to ? span.end : to;
    place.column = 1 + count_codes((struct str){text.ptr + from, start - from});
    place.width = end > start ? count_codes((struct str){text.ptr + start, end - start}) : 1;
    place.text = arena_strndup(a, text.ptr ? text.ptr + from : "", to - from);
    return place;
}

static void add(struct diag *d, enum severity severity, struct span span, const char *message,
                const char *help)
{
    char *key = arena_printf(d->arena, "%u:%u:%d:%s", span.source, span.start, severity, message);
    bool note = severity == SEVERITY_NOTE;
    size_t index = d->said.n; // not in vec_push, which changes it
    size_t group = note && index ? d->said.at[index - 1].group : index;

    if (note ? !d->last_was_new : map_find(&d->seen, key) != NULL) {
        d->last_was_new = false;
        return;
    }
    d->last_was_new = true;
    map_put(&d->seen, key, d);
    d->errors += severity == SEVERITY_ERROR;
    d->warnings += severity == SEVERITY_WARNING;
    vec_push(&d->said, (struct said){.severity = severity,
                                     .span = span,
                                     .message = message,
                                     .help = help ? arena_strdup(d->arena, help) : NULL,
                                     .group = group,
                                     .index = index});
}

struct diag *diag_fork(const struct diag *d)
{
    struct diag *fork = diag_new();

    for (size_t i = 0; i < d->sources.n; i++)
        vec_push(&fork->sources, d->sources.at[i]);
    fork->n_shared = d->sources.n;
    return fork;
}

void diag_join(struct diag *d, struct diag *fork, const uint32_t *moved)
{
    for (size_t i = 0; i < fork->said.n; i++) {
        struct said *s = &fork->said.at[i];

        if (s->span.source > fork->n_shared)
            s->span.source = moved[s->span.source - fork->n_shared - 1];
        add(d, s->severity, s->span, s->message, s->help);
    }
    arena_take(d->arena, fork->arena);
    fork->arena = arena_new();
    diag_free(fork);
}

void diag_say(struct diag *d, enum severity severity, struct span span, const char *help,
              const char *format, ...)
{
    va_list args;
    char *message;

    va_start(args, format);
    message = arena_vprintf(d->arena, format, args);
    va_end(args);
    add(d, severity, span, message, help);
}

void diag_note(struct diag *d, struct span span, const char *format, ...)
{
    va_list args;
    char *message;

    va_start(args, format);
    message = arena_vprintf(d->arena, format, args);
    va_end(args);
    add(d, SEVERITY_NOTE, span, message, NULL);
}

size_t diag_errors(const struct diag *d)
{
    return d->errors;
}

size_t diag_warnings(const struct diag *d)
{
    return d->warnings;
}

// The part of a line that is shown: long lines are cut around the caret.
static struct str window(const char *text, unsigned column, unsigned *shift)
{
    enum { MOST_CODES = 140, BEFORE = 60 };
    struct str s = str_of(text);
    unsigned skip = count_codes(s) > MOST_CODES && column > BEFORE ? column - BEFORE : 0;
    size_t from = 0, to;

    *shift = skip;
    for (unsigned n = 0; n < skip && from < s.len; n++) {
        unsigned code;

        from += str_decode((struct str){s.ptr + from, s.len - from}, &code);
    }
    to = from;
    for (unsigned n = 0; n < MOST_CODES && to < s.len; n++) {
        unsigned code;

        to += str_decode((struct str){s.ptr + to, s.len - to}, &code);
    }
    return (struct str){s.ptr + from, to - from};
}

// What a terminal would obey: C0 and C1 controls, and marks that turn the direction of text around.
static bool is_control(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

// Control characters of a stranger's film never reach the terminal, nor does what is not UTF-8.
static void put_clean(struct buf *out, struct str s)
{
    while (s.len) {
        unsigned code;
        size_t n = str_decode(s, &code);

        if (is_control(code))
            buf_char(out, ' ');
        else if (code == 0xfffd && n == 1)
            buf_puts(out, "\xef\xbf\xbd");
        else
            buf_add(out, s.ptr, n);
        s.ptr += n;
        s.len -= n;
    }
}

void diag_put_lines(struct buf *out, const char *text)
{
    struct str rest = str_of(text);

    while (rest.ptr) {
        put_clean(out, str_cut(&rest, '\n'));
        if (rest.ptr)
            buf_char(out, '\n');
    }
}

static size_t width_of_codes(struct str s, unsigned n)
{
    size_t at = 0, width = 0;

    for (unsigned i = 0; i < n && at < s.len; i++) {
        unsigned code;
        size_t len = str_decode((struct str){s.ptr + at, s.len - at}, &code);

        width += is_control(code) ? 1 : str_width((struct str){s.ptr + at, len});
        at += len;
    }
    return width;
}

static void render_line(const struct place *place, struct buf *out, const char *mark,
                        const char *plain)
{
    unsigned shift;
    struct str line = window(place->text, place->column, &shift);
    unsigned before = place->column - 1 - shift;
    size_t pad = width_of_codes(line, before), both = width_of_codes(line, before + place->width);

    if (before > count_codes(line)) // just past the end of the line
        pad += before - count_codes(line);
    buf_printf(out, "%5u | ", place->line);
    put_clean(out, line);
    buf_puts(out, "\n      | ");
    buf_repeat(out, ' ', pad);
    buf_puts(out, mark);
    buf_char(out, '^');
    if (both > pad + 1)
        buf_repeat(out, '~', both - pad - 1);
    buf_printf(out, "%s\n", plain);
}

void place_render(const struct place *place, enum severity severity, const char *message,
                  const char *help, struct buf *out, bool colour)
{
    static const char *const names[] = {"error", "warning", "note"};
    static const char *const colours[] = {"\033[1;31m", "\033[1;33m", "\033[1;36m"};
    const char *mark = colour ? colours[severity] : "", *plain = colour ? "\033[0m" : "";

    if (place->file)
        buf_printf(out, "%s:%u:%u: ", place->file, place->line, place->column);
    buf_printf(out, "%s%s:%s ", mark, names[severity], plain);
    diag_put_lines(out, message);
    buf_char(out, '\n');
    if (place->file && place->text)
        render_line(place, out, mark, plain);
    if (!help)
        return;
    buf_puts(out, "help: ");
    diag_put_lines(out, help);
    buf_char(out, '\n');
}

static int by_place(const void *left, const void *right)
{
    const struct said *a = left, *b = right;

    if (a->span.source != b->span.source)
        return a->span.source < b->span.source ? -1 : 1;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

// Sorts the leaders by place and lets their notes follow each.
static void sort_said(struct diag *d, struct said *sorted)
{
    VEC(struct said) leaders = {0};
    size_t n = 0;

    for (size_t i = 0; i < d->said.n; i++)
        if (d->said.at[i].severity != SEVERITY_NOTE)
            vec_push(&leaders, d->said.at[i]);
    if (leaders.n)
        qsort(leaders.at, leaders.n, sizeof(*leaders.at), by_place);
    for (size_t i = 0; i < leaders.n; i++) {
        size_t k = leaders.at[i].index;

        sorted[n++] = leaders.at[i];
        while (++k < d->said.n && d->said.at[k].severity == SEVERITY_NOTE &&
               d->said.at[k].group == leaders.at[i].group)
            sorted[n++] = d->said.at[k];
    }
    vec_release(&leaders);
}

void diag_render_of(struct diag *d, uint32_t source, struct buf *out, bool colour)
{
    struct said *sorted;
    bool mine = false;

    if (!d->said.n)
        return;
    sorted = mem_new((d->said.n + 1) * sizeof(*sorted));
    sort_said(d, sorted);
    for (size_t i = 0; i < d->said.n && sorted[i].message; i++) {
        struct place place = diag_place(d, sorted[i].span, d->arena);

        if (sorted[i].severity != SEVERITY_NOTE)
            mine = sorted[i].span.source == source;
        if (mine)
            place_render(&place, sorted[i].severity, sorted[i].message, sorted[i].help, out,
                         colour);
    }
    mem_free(sorted);
}

void diag_render(struct diag *d, struct buf *out, bool colour)
{
    struct said *sorted = mem_new((d->said.n + 1) * sizeof(*sorted));
    size_t errors = 0;

    sort_said(d, sorted);
    for (size_t i = 0; i < d->said.n && sorted[i].message; i++) {
        struct place place = diag_place(d, sorted[i].span, d->arena);

        errors += sorted[i].severity == SEVERITY_ERROR;
        if (errors > MOST_SHOWN) {
            buf_printf(out, "… and %zu more errors\n", d->errors - MOST_SHOWN);
            break;
        }
        place_render(&place, sorted[i].severity, sorted[i].message, sorted[i].help, out, colour);
    }
    mem_free(sorted);
    d->said.n = 0;
    d->errors = d->warnings = 0;
}
