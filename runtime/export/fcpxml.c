// SPDX-License-Identifier: MIT
// A film is one spine of pictures; all else hangs on the picture under which it begins. Every
// instant is a whole number of the film's frames, as rational seconds. The order of elements within
// one another is the DTD's.
#include "runtime/export/fcpxml.h"

#include "base/buf.h"
#include "base/mem.h"
#include "runtime/export/xml.h"
#include "runtime/timeline.h"

// What the two programs know transitions and titles by.
static const struct effect {
    const char *name, *uid;
} effects[] = {
    [TIMELINE_DISSOLVE] = {"Cross Dissolve", "FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265"},
    [TIMELINE_FADE] = {"Fade To Color", "FxPlug:F779C565-486D-4633-8035-0374B4DB8F5C"},
    [TIMELINE_WIPE] = {"Wipe", "FxPlug:857E2FBA-98DB-411B-A88C-CE6ABC1F65D8"},
    {"Basic Title",
     ".../Titles.localized/Bumper:Opener.localized/Basic Title.localized/Basic Title.moti"},
};

enum { N_EFFECTS = sizeof(effects) / sizeof(*effects), TITLE_EFFECT = N_EFFECTS - 1 };

// Resources are numbered: the effects first, then the sequence's format, and of each media its
// format and itself.
enum { SEQUENCE_FORMAT = N_EFFECTS + 1, FIRST_MEDIA };

struct fcpxml {
    const struct timeline *t;
    struct xml x;
    size_t *next;      // of each track, the first clip that hangs nowhere yet
    size_t next_title; // and of the others
    size_t next_marker;
};

// An element of the spine: what hangs on it is placed on its own clock.
struct beam {
    int64_t at, frames; // on the timeline
    int64_t start;      // its clock at `at`
};

static void set_time(struct xml *x, const char *name, int64_t value, struct frame_rate rate)
{
    int64_t seconds = value * rate.den;

    if (seconds % rate.num == 0)
        xml_setf(x, name, "%llds", (long long)(seconds / rate.num));
    else
        xml_setf(x, name, "%lld/%llds", (long long)seconds, (long long)rate.num);
}

static void set_id(struct xml *x, const char *name, size_t number)
{
    xml_setf(x, name, "r%zu", number);
}

static size_t format_id(const struct timeline_media *m)
{
    return FIRST_MEDIA + 2 * m->index;
}

static size_t asset_id(const struct timeline_media *m)
{
    return FIRST_MEDIA + 2 * m->index + 1;
}

static void put_format(struct xml *x, size_t id, int width, int height, struct frame_rate rate)
{
    xml_open(x, "format");
    set_id(x, "id", id);
    if (rate.num)
        set_time(x, "frameDuration", 1, rate);
    else
        xml_set(x, "name", "FFVideoFormatRateUndefined");
    xml_setf(x, "width", "%d", width);
    xml_setf(x, "height", "%d", height);
    xml_set(x, "colorSpace", "1-1-1 (Rec. 709)");
    xml_close(x);
}

static void put_asset(struct xml *x, const struct timeline_media *m)
{
    bool heard = m->kind == TIMELINE_SOUND;

    if (!heard)
        put_format(x, format_id(m), m->width, m->height, m->rate);
    xml_open(x, "asset");
    set_id(x, "id", asset_id(m));
    xml_set(x, "name", m->name);
    if (m->kind == TIMELINE_STILL) {
        xml_set(x, "start", "0s");
        xml_set(x, "duration", "0s");
    } else {
        set_time(x, "start", m->clock, m->rate);
        set_time(x, "duration", m->length, m->rate);
    }
    if (!heard) {
        xml_set(x, "hasVideo", "1");
        set_id(x, "format", format_id(m));
        xml_set(x, "videoSources", "1");
    }
    if (heard || m->sounding) {
        xml_set(x, "hasAudio", "1");
        xml_set(x, "audioSources", "1");
    }
    if (heard) {
        xml_setf(x, "audioChannels", "%d", m->channels);
        xml_setf(x, "audioRate", "%lld", (long long)m->rate.num);
    }
    xml_open(x, "media-rep");
    xml_set(x, "kind", "original-media");
    xml_set(x, "src", m->path);
    xml_close(x);
    xml_close(x);
}

static bool is_used(const struct timeline *t, size_t effect)
{
    if (effect == TITLE_EFFECT)
        return t->titles.n > 0;
    for (size_t i = 0; i < t->transitions.n; i++)
        if (t->transitions.at[i].blend == effect)
            return true;
    return false;
}

static void put_resources(struct fcpxml *f)
{
    struct xml *x = &f->x;

    xml_open(x, "resources");
    for (size_t i = 0; i < N_EFFECTS; i++) {
        if (!is_used(f->t, i))
            continue;
        xml_open(x, "effect");
        set_id(x, "id", i + 1);
        xml_set(x, "name", effects[i].name);
        xml_set(x, "uid", effects[i].uid);
        xml_close(x);
    }
    put_format(x, SEQUENCE_FORMAT, f->t->width, f->t->height, f->t->rate);
    for (size_t i = 0; i < f->t->media.n; i++)
        put_asset(x, f->t->media.at[i]);
    xml_close(x);
}

// Where an element is: on the clock of what it lies in.
static void set_place(struct fcpxml *f, int64_t offset, int64_t start, int64_t frames)
{
    set_time(&f->x, "offset", offset, f->t->rate);
    set_time(&f->x, "start", start, f->t->rate);
    set_time(&f->x, "duration", frames, f->t->rate);
}

static void put_fade(struct fcpxml *f, const char *name, const char *type, int64_t frames)
{
    if (!frames)
        return;
    xml_open(&f->x, name);
    xml_set(&f->x, "type", type);
    set_time(&f->x, "duration", frames, f->t->rate);
    xml_close(&f->x);
}

// Decibels without a unit: Resolve drops what has one.
static void put_volume(struct fcpxml *f, const struct timeline_clip *clip)
{
    struct xml *x = &f->x;

    if (clip->level_db >= 0 && clip->level_db <= 0 && !clip->fade_in && !clip->fade_out)
        return;
    xml_open(x, "adjust-volume");
    xml_setf(x, "amount", "%g", clip->level_db);
    if (clip->fade_in || clip->fade_out) {
        xml_open(x, "param");
        xml_set(x, "name", "amount");
        put_fade(f, "fadeIn", "easeIn", clip->fade_in);
        put_fade(f, "fadeOut", "easeOut", clip->fade_out);
        xml_close(x);
    }
    xml_close(x);
}

static void put_sound(struct fcpxml *f, const struct beam *beam, size_t track,
                      const struct timeline_clip *clip)
{
    struct xml *x = &f->x;

    xml_open(x, "asset-clip");
    set_id(x, "ref", asset_id(clip->media));
    xml_setf(x, "lane", "-%zu", track + 1);
    xml_set(x, "name", clip->name);
    set_place(f, beam->start + clip->at - beam->at, clip->start, clip->frames);
    xml_set(x, "audioRole", f->t->tracks.at[track].role);
    put_volume(f, clip);
    xml_close(x);
}

static void put_title(struct fcpxml *f, const struct beam *beam, size_t number)
{
    const struct timeline_title *title = &f->t->titles.at[number];
    struct xml *x = &f->x;

    xml_open(x, "title");
    set_id(x, "ref", TITLE_EFFECT + 1);
    xml_setf(x, "lane", "%zu", title->lane + 1);
    xml_set(x, "name", title->text);
    set_place(f, beam->start + title->at - beam->at, f->t->start, title->frames);
    xml_open(x, "text");
    xml_open(x, "text-style");
    xml_setf(x, "ref", "ts%zu", number + 1);
    xml_text(x, title->text);
    xml_close(x);
    xml_close(x);
    xml_open(x, "text-style-def");
    xml_setf(x, "id", "ts%zu", number + 1);
    xml_open(x, "text-style");
    xml_set(x, "font", "Helvetica");
    xml_set(x, "fontSize", "60");
    xml_set(x, "fontColor", "1 1 1 1");
    xml_close(x);
    xml_close(x);
    xml_close(x);
}

static void put_marker(struct fcpxml *f, const struct beam *beam, const struct timeline_marker *m)
{
    bool chapter = m->mark == TIMELINE_CHAPTER;
    struct xml *x = &f->x;

    xml_open(x, chapter ? "chapter-marker" : "marker");
    set_time(x, "start", beam->start + m->at - beam->at, f->t->rate);
    set_time(x, "duration", 1, f->t->rate);
    xml_set(x, "value", chapter ? m->name : m->text);
    if (chapter)
        xml_set(x, "posterOffset", "0s");
    else
        xml_set(x, "note", m->name);
    xml_close(x);
}

// All that begins under this element and hangs nowhere yet.
static void hang(struct fcpxml *f, const struct beam *beam)
{
    const struct timeline *t = f->t;
    int64_t end = beam->at + beam->frames;

    for (; f->next_title < t->titles.n && t->titles.at[f->next_title].at < end; f->next_title++)
        put_title(f, beam, f->next_title);
    for (size_t k = 0; k < t->tracks.n; k++) {
        const struct timeline_track *track = &t->tracks.at[k];

        for (; f->next[k] < track->clips.n && track->clips.at[f->next[k]].at < end; f->next[k]++)
            put_sound(f, beam, k, &track->clips.at[f->next[k]]);
    }
    for (; f->next_marker < t->markers.n && t->markers.at[f->next_marker].at < end;
         f->next_marker++)
        put_marker(f, beam, &t->markers.at[f->next_marker]);
}

static void put_gap(struct fcpxml *f, int64_t at, int64_t frames)
{
    struct beam beam = {.at = at, .frames = frames, .start = f->t->start};

    if (frames <= 0)
        return;
    xml_open(&f->x, "gap");
    xml_set(&f->x, "name", "Gap");
    set_place(f, f->t->start + at, beam.start, frames);
    hang(f, &beam);
    xml_close(&f->x);
}

// A bare transition is refused: it names its effect. It lies over the cut, and the clips meet there
// as if it were not.
static void put_transition(struct fcpxml *f, int64_t cut)
{
    const struct timeline_transition *made = timeline_transition_at(f->t, cut);
    struct xml *x = &f->x;

    if (!made)
        return;
    xml_open(x, "transition");
    xml_set(x, "name", effects[made->blend].name);
    set_time(x, "offset", f->t->start + cut - made->before, f->t->rate);
    set_time(x, "duration", made->before + made->after, f->t->rate);
    xml_open(x, "filter-video");
    set_id(x, "ref", made->blend + 1);
    xml_set(x, "name", effects[made->blend].name);
    xml_close(x);
    xml_close(x);
}

// The clock of a clip at its first frame. That of one which is slowed or sped counts frames of the
// film; it begins as early as its media does, but on a whole frame. A still has a clock too, and no
// end: it begins where there is room before it. A camera's clock goes on.
static int64_t clock_of(const struct fcpxml *f, const struct timeline_clip *clip)
{
    int64_t before = timeline_film_frames(clip->speed, clip->start * TIMELINE_PARTS);

    if (clip->media->kind == TIMELINE_STILL)
        return f->t->start;
    return (before + TIMELINE_PARTS - 1) / TIMELINE_PARTS + timeline_media_clock(f->t, clip->media);
}

static void put_instant(struct fcpxml *f, int64_t clock, int64_t media)
{
    struct frame_rate parts = {f->t->rate.num * TIMELINE_PARTS, f->t->rate.den};

    xml_open(&f->x, "timept");
    set_time(&f->x, "time", clock, parts);
    set_time(&f->x, "value", media, parts);
    xml_set(&f->x, "interp", "linear");
    xml_close(&f->x);
}

// What a clip's clock shows of its media, from the first frame of that to the last: in parts of a
// frame, as neither need be a whole one of the film.
static void put_speed(struct fcpxml *f, const struct timeline_clip *clip, int64_t clock)
{
    int64_t start = clip->start * TIMELINE_PARTS, end = timeline_media_parts(f->t, clip->media);
    int64_t first = timeline_media_clock(f->t, clip->media) * TIMELINE_PARTS;

    clock *= TIMELINE_PARTS;
    xml_open(&f->x, "timeMap");
    put_instant(f, clock - timeline_film_frames(clip->speed, start), first);
    put_instant(f, clock + timeline_film_frames(clip->speed, end - start), first + end);
    xml_close(&f->x);
}

static void put_picture(struct fcpxml *f, const struct timeline_clip *clip)
{
    bool still = clip->media->kind == TIMELINE_STILL;
    struct beam beam = {clip->at, clip->frames, clock_of(f, clip)};
    struct xml *x = &f->x;

    xml_open(x, still ? "video" : "asset-clip");
    set_id(x, "ref", asset_id(clip->media));
    xml_set(x, "name", clip->name);
    set_place(f, f->t->start + clip->at, beam.start, clip->frames);
    if (!still)
        xml_set(x, "srcEnable", "video"); // what is heard of it is in the stems
    if (clip->move) {
        xml_open(x, "note");
        xml_text(x, clip->move);
        xml_close(x);
    }
    if (clip->speed.film)
        put_speed(f, clip, beam.start);
    hang(f, &beam);
    xml_close(x);
}

static void put_spine(struct fcpxml *f)
{
    const struct timeline *t = f->t;
    int64_t at = 0;

    xml_open(&f->x, "spine");
    for (size_t i = 0; i < t->pictures.n; i++) {
        const struct timeline_clip *clip = &t->pictures.at[i];

        put_gap(f, at, clip->at - at);
        put_transition(f, clip->at);
        put_picture(f, clip);
        at = clip->at + clip->frames;
    }
    put_gap(f, at, t->frames - at);
    put_transition(f, t->frames);
    xml_close(&f->x);
}

static void put_keyword(struct xml *x, const struct timeline_clip *clip)
{
    xml_open(x, "keyword");
    xml_setf(x, "value", "takes of %s", clip->name);
    xml_close(x);
}

// A kept take lies in the event, under a keyword: a clip of its own, as long as it is.
static void put_take(struct fcpxml *f, const struct timeline_clip *clip,
                     const struct timeline_take *take)
{
    bool still = take->media->kind == TIMELINE_STILL;
    struct xml *x = &f->x;

    xml_open(x, still ? "clip" : "asset-clip");
    if (!still)
        set_id(x, "ref", asset_id(take->media));
    xml_setf(x, "name", "%s take %u", clip->name, take->number);
    set_time(x, "duration", still ? clip->frames : take->media->frames, f->t->rate);
    if (still) {
        xml_open(x, "video");
        set_id(x, "ref", asset_id(take->media));
        set_place(f, 0, f->t->start, clip->frames);
        xml_close(x);
    }
    put_keyword(x, clip);
    xml_close(x);
}

static void put_event(struct fcpxml *f)
{
    const struct timeline *t = f->t;
    struct xml *x = &f->x;

    xml_open(x, "event");
    xml_set(x, "name", t->title);
    xml_open(x, "project");
    xml_set(x, "name", t->title);
    xml_open(x, "sequence");
    set_id(x, "format", SEQUENCE_FORMAT);
    set_time(x, "duration", t->frames, t->rate);
    set_time(x, "tcStart", t->start, t->rate);
    xml_set(x, "tcFormat", t->drops ? "DF" : "NDF");
    xml_set(x, "audioLayout", "stereo");
    xml_set(x, "audioRate", "48k");
    put_spine(f);
    xml_close(x);
    xml_close(x);
    for (size_t i = 0; i < t->pictures.n; i++)
        for (size_t k = 0; k < t->pictures.at[i].n_takes; k++)
            put_take(f, &t->pictures.at[i], &t->pictures.at[i].takes[k]);
    xml_close(x);
}

void fcpxml_write(const struct timeline *t, struct buf *out)
{
    struct fcpxml f = {.t = t, .x = {.out = out}};

    f.next = mem_new((t->tracks.n + 1) * sizeof(*f.next));
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE fcpxml>");
    xml_open(&f.x, "fcpxml");
    xml_set(&f.x, "version", "1.10");
    put_resources(&f);
    xml_open(&f.x, "library");
    put_event(&f);
    xml_close(&f.x);
    xml_close(&f.x);
    buf_char(out, '\n');
    mem_free(f.next);
}
