// SPDX-License-Identifier: MIT
#include "runtime/export/markers.h"

#include "base/buf.h"
#include "runtime/timeline.h"

static void put_time(const struct timeline *t, int64_t frame, struct buf *out)
{
    timecode_put_as(t->rate, t->drops, t->start + frame, out);
}

// One line, in which a bar would end the text.
static void put_plain(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_char(out, (unsigned char)*text < ' ' ? ' ' : *text == '|' ? '/' : *text);
}

static void put_event(const struct timeline *t, size_t number, struct buf *out)
{
    static const char *const colors[] = {"Green", "Blue", "Red"}; // by enum timeline_mark
    const struct timeline_marker *m = &t->markers.at[number];

    buf_printf(out, "%03zu  001      V     C        ", number + 1);
    for (int i = 0; i < 4; i++) {
        put_time(t, m->at + i % 2, out);
        buf_char(out, ' ');
    }
    buf_puts(out, " \n");
    put_plain(m->text, out);
    buf_printf(out, " |C:ResolveColor%s |M:", colors[m->mark]);
    put_plain(m->name, out);
    buf_printf(out, " |D:%lld\n\n", (long long)m->frames);
}

void markers_write_edl(const struct timeline *t, struct buf *out)
{
    buf_puts(out, "TITLE: ");
    put_plain(t->title, out);
    buf_printf(out, "\nFCM: %sDROP FRAME\n\n", t->drops ? "" : "NON-");
    for (size_t i = 0; i < t->markers.n; i++)
        put_event(t, i, out);
}

static void put_cell(const char *text, struct buf *out)
{
    buf_char(out, '"');
    for (; *text; text++)
        buf_printf(out, *text == '"' ? "%c%c" : "%c", *text, *text);
    buf_char(out, '"');
}

void markers_write_csv(const struct timeline *t, struct buf *out)
{
    buf_puts(out, "timecode,frame,seconds,frames,mark,name,text\n");
    for (size_t i = 0; i < t->markers.n; i++) {
        const struct timeline_marker *m = &t->markers.at[i];

        put_time(t, m->at, out);
        buf_printf(out, ",%lld,%.3f,%lld,%s,", (long long)m->at, timeline_seconds(t, m->at),
                   (long long)m->frames, timeline_mark_name(m->mark));
        put_cell(m->name, out);
        buf_char(out, ',');
        put_cell(m->text, out);
        buf_char(out, '\n');
    }
}
