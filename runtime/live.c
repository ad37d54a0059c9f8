// SPDX-License-Identifier: MIT
#include "runtime/live.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/now.h"
#include "runtime/period.h"
#include "runtime/rest.h"

enum {
    BAR_COLUMNS = 16,
    KIND_COLUMNS = 9,
    TIME_COLUMNS = 7,
    LEFT_COLUMNS = 12, // "1:10:00 left"
    MOST_MACHINE_COLUMNS = 12,
    LEAST_COLUMNS = 20,
    LEAST_NAME_COLUMNS = 24, // below that other columns give way
    GAP = 2,
};

#define DIM   "2"
#define GREEN "32"

// What is shown of a machine.
struct row {
    const char *machine;
    const struct now_step *step; // NULL: it is idle
    size_t others;               // that run there too
    const char *service;         // of the one that takes no work,
    const char *state;           // and why, or NULL
};

struct rows {
    VEC(struct row) list;
    size_t machine_columns;
};

static struct row *row_of(struct rows *rows, const char *machine)
{
    for (size_t i = 0; i < rows->list.n; i++)
        if (strcmp(rows->list.at[i].machine, machine) == 0)
            return &rows->list.at[i];
    vec_push(&rows->list, (struct row){.machine = machine});
    return &rows->list.at[rows->list.n - 1];
}

// One that tells how far it is before others, then the one that began first.
static bool tells_more(const struct now_step *a, const struct now_step *b)
{
    if ((a->total > 0) != (b->total > 0))
        return a->total > 0;
    return a->start_ms < b->start_ms;
}

static void add_step(struct rows *rows, const struct now_step *step)
{
    struct row *row = row_of(rows, step->machine);

    row->others += row->step != NULL;
    if (!row->step || tells_more(step, row->step))
        row->step = step;
}

static bool is_here(const struct row *row)
{
    return strcmp(row->machine, "here") == 0;
}

// By name, this machine last.
static int by_machine(const void *a, const void *b)
{
    const struct row *left = a, *right = b;

    if (is_here(left) != is_here(right))
        return is_here(left) ? 1 : -1;
    return strcmp(left->machine, right->machine);
}

static struct rows gather(const struct now *now)
{
    struct rows rows = {0};

    for (size_t i = 0; i < now->running.n; i++)
        add_step(&rows, &now->running.at[i]);
    for (size_t i = 0; i < now->services.n; i++) {
        struct row *row = row_of(&rows, now->services.at[i].machine);

        row->service = now->services.at[i].service;
        row->state = now->services.at[i].state;
    }
    if (rows.list.n)
        qsort(rows.list.at, rows.list.n, sizeof(*rows.list.at), by_machine);
    for (size_t i = 0; i < rows.list.n; i++) {
        size_t width = str_width(str_of(rows.list.at[i].machine));

        rows.machine_columns = width > rows.machine_columns ? width : rows.machine_columns;
    }
    if (rows.machine_columns > MOST_MACHINE_COLUMNS)
        rows.machine_columns = MOST_MACHINE_COLUMNS;
    return rows;
}

// What a server says never moves the cursor.
static void blank_controls(struct buf *text)
{
    for (size_t at = 0; at < text->len;) {
        unsigned code;
        size_t bytes = str_decode((struct str){text->ptr + at, text->len - at}, &code);

        if (code < ' ' || (code >= 0x7f && code < 0xa0))
            memset(text->ptr + at, ' ', bytes);
        at += bytes;
    }
}

// Adds text in exactly columns, cut with an ellipsis or filled up.
static void add_fitted(struct buf *out, const char *text, size_t columns)
{
    struct buf clean = {0};
    struct str s;

    buf_puts(&clean, text);
    blank_controls(&clean);
    s = str_of(buf_text(&clean));
    if (str_width(s) > columns) {
        while (s.len && str_width(s) + 1 > columns)
            do
                s.len--;
            while (s.len && (s.ptr[s.len] & 0xc0) == 0x80);
        buf_str(out, s);
        buf_puts(out, columns ? "…" : "");
        columns -= columns ? 1 : 0;
    } else {
        buf_str(out, s);
    }
    buf_repeat(out, ' ', columns - str_width(s));
    buf_release(&clean);
}

static void add_dim(const struct live *l, struct buf *out, const char *text, size_t columns)
{
    buf_puts(out, l->colour ? "\x1b[" DIM "m" : "");
    add_fitted(out, text, columns);
    buf_puts(out, l->colour ? "\x1b[0m" : "");
}

static void add_bar(const struct live *l, struct buf *out, double part)
{
    int full = (int)(part * BAR_COLUMNS + 0.5);

    full = full < 0 ? 0 : full > BAR_COLUMNS ? BAR_COLUMNS : full;
    buf_puts(out, l->colour ? "\x1b[" GREEN "m" : "");
    for (int i = 0; i < full; i++)
        buf_puts(out, "━");
    buf_puts(out, l->colour ? "\x1b[0m\x1b[" DIM "m" : "");
    for (int i = full; i < BAR_COLUMNS; i++)
        buf_puts(out, "─");
    buf_puts(out, l->colour ? "\x1b[0m" : "");
}

// Which columns there is room for.
struct layout {
    size_t machine, kind, name, bar, elapsed, left; // 0: left out
};

static size_t taken(const struct layout *y)
{
    const size_t columns[] = {y->machine, y->kind, y->bar, y->elapsed, y->left};
    size_t sum = GAP;

    for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
        sum += columns[i] ? columns[i] + GAP : 0;
    return sum;
}

// What tells least gives way first, so that the name of the step has room.
static struct layout lay_out(const struct live *l, size_t machine_columns)
{
    struct layout y = {machine_columns, KIND_COLUMNS, 0, BAR_COLUMNS, TIME_COLUMNS, LEFT_COLUMNS};
    size_t *const weakest[] = {&y.kind, &y.left, &y.bar, &y.elapsed, &y.machine};
    size_t room = l->columns ? l->columns - 1 : 0; // the last column makes some terminals wrap

    for (size_t i = 0; i < sizeof(weakest) / sizeof(*weakest); i++)
        if (taken(&y) + LEAST_NAME_COLUMNS > room)
            *weakest[i] = 0;
    y.name = room > taken(&y) ? room - taken(&y) : 0;
    return y;
}

static void put_gap(struct buf *out)
{
    buf_repeat(out, ' ', GAP);
}

static void end_line(struct buf *out)
{
    buf_puts(out, "\x1b[K\n");
}

// "lamp/eyes/video +1  wan-2.2-i2v  KSampler"
static void put_name(const struct row *row, struct buf *name)
{
    const struct now_step *step = row->step;
    const char *preset = step->step->preset;

    buf_puts(name, step->step->id);
    if (row->others)
        buf_printf(name, " +%zu", row->others);
    if (preset && !is_here(row))
        buf_printf(name, "  %s", preset);
    if (row->state)
        buf_printf(name, "  (%s)", row->state);
    else if (step->doing[0])
        buf_printf(name, "  %s", step->doing);
}

static void add_times(const struct live *l, const struct now_step *step, const struct layout *y,
                      struct buf *out)
{
    double elapsed = (double)(l->now_ms - step->start_ms) / 1000, left = now_left(step, l->now_ms);
    char text[32];

    if (y->bar)
        put_gap(out);
    if (y->bar && step->total > 0)
        add_bar(l, out, step->done / step->total);
    else
        buf_repeat(out, ' ', y->bar);
    if (y->elapsed)
        buf_printf(out, "%*s%*s", GAP, "", TIME_COLUMNS, period_short(elapsed, text, sizeof(text)));
    if (y->left && left >= 1)
        buf_printf(out, "%*s%*s left", GAP, "", TIME_COLUMNS,
                   period_short(left, text, sizeof(text)));
}

static void draw_busy(const struct live *l, const struct row *row, const struct layout *y,
                      struct buf *out)
{
    struct buf name = {0};

    put_name(row, &name);
    if (y->kind) {
        add_fitted(out, row->step->step->kind->name, y->kind);
        put_gap(out);
    }
    add_fitted(out, buf_text(&name), y->name);
    add_times(l, row->step, y, out);
    buf_release(&name);
}

// "paused until 08:00", "llm is down: connection refused"
static void draw_idle(const struct live *l, const struct row *row, const struct layout *y,
                      struct buf *out)
{
    size_t room = l->columns - 1 - GAP - (y->machine ? y->machine + GAP : 0);
    struct buf words = {0};

    if (strncmp(row->state, "down", strlen("down")) == 0)
        buf_printf(&words, "%s is ", row->service);
    buf_puts(&words, row->state);
    add_dim(l, out, buf_text(&words), room);
    buf_release(&words);
}

static void draw_row(const struct live *l, const struct row *row, const struct layout *y,
                     struct buf *out)
{
    put_gap(out);
    if (y->machine) {
        add_fitted(out, row->machine, y->machine);
        put_gap(out);
    }
    (row->step ? draw_busy : draw_idle)(l, row, y, out);
    end_line(out);
}

// "about 1:10:00 left, until 03:40", or why nothing goes on.
static void put_end(const struct live *l, struct buf *words)
{
    char left[32], until[24];

    if (l->now->waits[0]) {
        buf_printf(words, "waiting: %s", l->now->waits);
        return;
    }
    if (l->now->stopping)
        buf_puts(words, "stopping; ");
    period_short(l->left_seconds, left, sizeof(left));
    rest_clock(l->wall_ms + (int64_t)(l->left_seconds * 1000), l->wall_ms, until, sizeof(until));
    buf_printf(words, "about %s left, until %s", left, until);
}

static void draw_total(const struct live *l, struct buf *out)
{
    const struct now *now = l->now;
    size_t room = l->columns - 1, start = out->len, used;
    struct buf words = {0};

    buf_printf(out, "  %zu/%zu  ", now->n_ended, now->n_to_run);
    used = out->len - start;
    if (room > used + BAR_COLUMNS + GAP + LEAST_NAME_COLUMNS) {
        add_bar(l, out, now->n_to_run ? (double)now->n_ended / (double)now->n_to_run : 1);
        put_gap(out);
        used += BAR_COLUMNS + GAP;
    }
    put_end(l, &words);
    if (room > used)
        add_fitted(out, buf_text(&words), room - used);
    end_line(out);
    buf_release(&words);
}

static void draw_more(const struct live *l, size_t n, struct buf *out)
{
    struct buf words = {0};

    buf_printf(&words, "… and %zu more machines", n);
    put_gap(out);
    add_dim(l, out, buf_text(&words), l->columns - 1 - GAP);
    end_line(out);
    buf_release(&words);
}

size_t live_draw(const struct live *live, struct buf *out)
{
    struct live own = *live, *l = &own;
    struct rows rows = gather(l->now);
    struct layout y;
    // Beside the total a line stays free: what is said above them pushes the first of them away.
    size_t most = l->rows > 3 ? l->rows - 3 : 0, n = rows.list.n;

    if (n > most)
        n = most ? most - 1 : 0;
    l->columns = l->columns < LEAST_COLUMNS ? LEAST_COLUMNS : l->columns;
    y = lay_out(l, rows.machine_columns);
    for (size_t i = 0; i < n; i++)
        draw_row(l, &rows.list.at[i], &y, out);
    if (n < rows.list.n && most)
        draw_more(l, rows.list.n - n, out);
    n += n < rows.list.n && most;
    draw_total(l, out);
    vec_release(&rows.list);
    return n + 1;
}
