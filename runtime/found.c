// SPDX-License-Identifier: MIT
#include "runtime/found.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/timecode.h"

json_t *found_in(const json_t *facts)
{
    json_t *findings = json_object_get(facts, "findings");

    return json_array_size(findings) ? findings : NULL;
}

// The shot of an input of a conform: of "lamp/mara/cut/web" it is "lamp/mara". Empty for a join of
// two shots. The step itself may be left out of the graph.
static struct str shot_of(const struct edge *e)
{
    struct str id = str_of(e->step ? e->step : "");
    size_t slashes = 0, end = id.len;

    while (end && slashes < 2)
        if (id.ptr[--end] == '/')
            slashes++;
    return slashes == 2 && strncmp(id.ptr + end, "/cut/", 5) == 0 ? (struct str){id.ptr, end}
                                                                  : (struct str){"", 0};
}

// Shot number n is that of the n-th cut.
static struct str find_shot(const struct step *conform, json_int_t n)
{
    for (size_t i = 0; i < conform->n_inputs; i++) {
        const struct edge *e = &conform->inputs[i];
        struct str shot = strcmp(e->name, "cut") == 0 ? shot_of(e) : (struct str){"", 0};

        if (shot.len && --n == 0)
            return shot;
    }
    return (struct str){"", 0};
}

void found_name(json_t *findings, const struct step *conform)
{
    json_t *one;
    size_t i;

    json_array_foreach(findings, i, one) {
        struct str shot = find_shot(conform, json_get_integer(one, "number", 0));

        if (shot.len)
            json_object_set_new(one, "shot", json_stringn(shot.ptr, shot.len));
    }
}

// Clocks count whole frames, at least one a second, and a day at most.
static bool has_timecode(struct frame_rate rate, double start)
{
    return rate.num >= rate.den && start >= 0 && start < 24 * 3600;
}

void found_add_timecodes(json_t *findings, const char *fps)
{
    struct frame_rate rate;
    struct buf text = {0};
    json_t *one;
    size_t i;

    if (!frame_rate_read(fps, &rate))
        return;
    json_array_foreach(findings, i, one) {
        double start = json_get_number(one, "start", -1);

        if (!has_timecode(rate, start))
            continue;
        buf_clear(&text);
        timecode_put(rate, frame_rate_nearest(rate, start), &text);
        json_object_set_new(one, "timecode", json_string(buf_text(&text)));
    }
    buf_release(&text);
}

static void put_place(const json_t *one, struct buf *out)
{
    const char *timecode = json_get_text(one, "timecode", NULL);
    const json_t *start = json_object_get(one, "start");

    if (!start)
        buf_puts(out, "the file");
    else
        buf_printf(out, "%s%s%.3f s", timecode ? timecode : "", timecode ? "  " : "",
                   json_number_value(start));
}

static void put_text(const json_t *one, struct buf *out)
{
    const char *shot = json_get_text(one, "shot", NULL);
    json_int_t more = json_get_integer(one, "more", 0);
    size_t start = out->len;

    buf_printf(out, "%s%s%s", shot ? shot : "", shot ? ": " : "", json_get_text(one, "text", ""));
    if (more)
        buf_printf(out, ", and %lld more such", (long long)more);
    for (size_t i = start; i < out->len; i++) // a stranger's file never writes to the terminal
        if ((unsigned char)out->ptr[i] < 0x20 || out->ptr[i] == 0x7f)
            out->ptr[i] = ' ';
}

// The width of the widest place.
static size_t measure(const json_t *findings, size_t n)
{
    struct buf place = {0};
    size_t widest = 0;

    for (size_t i = 0; i < n; i++) {
        buf_clear(&place);
        put_place(json_array_get(findings, i), &place);
        widest = place.len > widest ? place.len : widest;
    }
    buf_release(&place);
    return widest;
}

void found_print(const json_t *findings, size_t most, struct buf *out)
{
    size_t all = json_array_size(findings), n = all < most ? all : most;
    size_t width = measure(findings, n);

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(findings, i);
        size_t start;

        buf_printf(out, "  %-7s  ", json_get_text(one, "severity", ""));
        start = out->len;
        put_place(one, out);
        buf_repeat(out, ' ', width + 2 - (out->len - start));
        put_text(one, out);
        buf_char(out, '\n');
    }
    if (n < all)
        buf_printf(out, "  … and %zu more findings; `c41 qc` tells them\n", all - n);
}
