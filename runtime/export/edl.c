// SPDX-License-Identifier: MIT
// A dissolve is an event of two lines: the last frame of what goes out, and what comes in. A fade
// through a colour is two dissolves, to black and from it: the format knows no other colour.
#include "runtime/export/edl.h"

#include "base/buf.h"
#include "runtime/timeline.h"

enum { MOST_EVENTS = 999, MOST_EVENTS_A_CLIP = 4 };

static const char *const black = "BL";

// A reel as it runs while it is seen.
struct side {
    const char *reel, *name;     // name: NULL for black
    int64_t source, record;      // its frame, and when that is seen
    struct timeline_speed speed; // from there on, and before
    bool drops;                  // numbers, on its clock
};

struct edl {
    const struct timeline *t;
    struct buf *out;
    unsigned event;
    size_t marker;    // the first that no event has had
    struct side last; // what was seen up to here
    int64_t record;   // up to here
};

static void put_time(struct edl *e, bool drops, int64_t frame)
{
    buf_char(e->out, ' ');
    timecode_put_as(e->t->rate, drops, frame, e->out);
}

// The frame of a side's reel that is seen at one of the timeline.
static int64_t source_at(const struct side *s, int64_t record)
{
    return s->source + timeline_media_frames(s->speed, record - s->record);
}

// One line: frames of a side, recorded from `record` on.
static void put_line(struct edl *e, const char *edit, const struct side *s, int64_t record,
                     int64_t frames)
{
    buf_printf(e->out, "%03u  %-8s %-5s %-8s", e->event, s->reel, "V", edit);
    put_time(e, s->drops, source_at(s, record));
    put_time(e, s->drops, source_at(s, record + frames));
    put_time(e, e->t->drops, e->t->start + record);
    put_time(e, e->t->drops, e->t->start + record + frames);
    buf_char(e->out, '\n');
}

// How fast a side's reel runs in the event whose lines these follow: frames a second, and from
// where on. Three decimals, of which readers of columns see one.
static void put_speed(struct edl *e, const struct side *s)
{
    double fps = (double)e->t->rate.num / (double)e->t->rate.den * timeline_scalar(s->speed);

    if (!s->speed.film)
        return;
    buf_printf(e->out, "M2   %-8s %07.3f             ", s->reel, fps);
    put_time(e, s->drops, source_at(s, e->record));
    buf_char(e->out, '\n');
}

// A remark is one line.
static void put_remark(struct edl *e, const char *what, const char *text)
{
    buf_printf(e->out, "* %s ", what);
    for (; *text; text++)
        buf_char(e->out, (unsigned char)*text < ' ' ? ' ' : *text);
    buf_char(e->out, '\n');
}

// Markers up to here.
static void put_markers(struct edl *e)
{
    for (; e->marker < e->t->markers.n; e->marker++) {
        const struct timeline_marker *m = &e->t->markers.at[e->marker];
        struct buf text = {0};

        if (m->at >= e->record)
            break;
        timecode_put_as(e->t->rate, e->t->drops, e->t->start + m->at, &text);
        buf_printf(&text, " %-7s %s%s%s", timeline_mark_color(m->mark), m->name,
                   *m->text ? ": " : "", m->text);
        put_remark(e, "LOC:", buf_text(&text));
        buf_release(&text);
    }
}

// Cuts or blends from what was seen to a side, which lasts so many frames.
static void put_event(struct edl *e, const char *blend, int64_t blend_frames, const struct side *s,
                      int64_t frames)
{
    struct buf edit = {0};

    e->event++;
    if (blend_frames) {
        put_line(e, "C", &e->last, e->record, 0);
        buf_printf(&edit, "%s %03lld", blend, (long long)blend_frames);
    }
    put_line(e, blend_frames ? buf_text(&edit) : "C", s, e->record, frames);
    buf_release(&edit);
    if (blend_frames)
        put_speed(e, &e->last);
    put_speed(e, s);
    if (blend_frames && e->last.name)
        put_remark(e, "FROM CLIP NAME: ", e->last.name);
    if (s->name)
        put_remark(e, blend_frames ? "TO CLIP NAME: " : "FROM CLIP NAME: ", s->name);
    e->record += frames;
    e->last = *s;
    put_markers(e);
}

static struct side black_at(const struct edl *e, int64_t record)
{
    return (struct side){.reel = black, .record = record, .drops = e->t->drops};
}

static void put_black(struct edl *e, int64_t blend_frames, int64_t frames)
{
    struct side s = black_at(e, e->record);

    put_event(e, "D", blend_frames, &s, frames);
}

static int64_t frames_before(const struct timeline *t, int64_t cut)
{
    const struct timeline_transition *made = timeline_transition_at(t, cut);

    return made ? made->before : 0;
}

// The end of what an event shows of a clip: what comes then is blended in from there.
static int64_t end_of(const struct timeline *t, const struct timeline_clip *clip)
{
    int64_t end = clip->at + clip->frames;

    return end - frames_before(t, end);
}

// A side that shows a clip from frame `record` of the timeline on.
static struct side side_of(const struct edl *e, const struct timeline_clip *clip, int64_t record)
{
    int64_t start = timeline_media_clock(e->t, clip->media) + clip->start;
    struct side s = {clip->media->reel, clip->media->name, start,
                     clip->at,          clip->speed,       clip->media->drops};

    if (clip->media->kind == TIMELINE_STILL) {
        s.source = 0;
        s.record = record;
    }
    return s;
}

static void put_clip(struct edl *e, const struct timeline_clip *clip)
{
    const struct timeline_transition *made = timeline_transition_at(e->t, clip->at);
    int64_t before = made ? made->before : 0, after = made ? made->after : 0;
    bool wipe = made && made->blend == TIMELINE_WIPE;
    struct side s;

    if (clip->at - before > e->record)
        put_black(e, 0, clip->at - before - e->record);
    if (made && made->blend == TIMELINE_FADE) {
        if (before)
            put_black(e, before, before);
        else
            e->last = black_at(e, e->record);
        before = 0;
    }
    s = side_of(e, clip, clip->at - before);
    put_event(e, wipe ? "W001" : "D", before + after, &s, end_of(e->t, clip) - e->record);
    if (clip->move)
        put_remark(e, "COMMENT:", clip->move);
}

// Black to the end of the film, where nothing else is.
static void put_end(struct edl *e)
{
    int64_t fade = frames_before(e->t, e->t->frames);

    if (e->t->frames - fade > e->record)
        put_black(e, 0, e->t->frames - fade - e->record);
    if (fade)
        put_black(e, fade, fade);
}

static void begin(struct edl *e, size_t from)
{
    buf_puts(e->out, "TITLE: ");
    for (const char *c = e->t->title; *c; c++)
        buf_char(e->out, (unsigned char)*c < ' ' ? ' ' : *c);
    buf_printf(e->out, "\nFCM: %sDROP FRAME\n\n", e->t->drops ? "" : "NON-");
    e->last = black_at(e, 0);
    if (!from)
        return;
    e->record = end_of(e->t, &e->t->pictures.at[from - 1]);
    e->last = side_of(e, &e->t->pictures.at[from - 1], e->record);
    while (e->marker < e->t->markers.n && e->t->markers.at[e->marker].at < e->record)
        e->marker++;
}

bool edl_write(const struct timeline *t, size_t *from, struct buf *out)
{
    struct edl e = {.t = t, .out = out};

    begin(&e, *from);
    for (; *from < t->pictures.n; ++*from) {
        if (e.event + MOST_EVENTS_A_CLIP > MOST_EVENTS)
            return true;
        put_clip(&e, &t->pictures.at[*from]);
    }
    put_end(&e);
    return false;
}
