// SPDX-License-Identifier: MIT
// Subtitles in the picture: the cues of the files beside it, legible on any picture.
#include "runtime/media/titles.h"

#include <math.h>

#include <cairo.h>

#include "base/json.h"
#include "runtime/media/layers.h"
#include "runtime/media/subtitle.h"
#include "runtime/media/theme.h"

// Where they may stand. The players of upright films have a title and a bar at the foot, and
// buttons along both sides.
static struct area room(const struct layers *l, const struct theme *t)
{
    struct area safe = layers_inside(l, t->title_safe);

    if (l->height > l->width) {
        double side = fmax(safe.x, .12 * l->width), foot = fmax(safe.y, .22 * l->height);

        safe = (struct area){side, safe.y, l->width - 2 * side, l->height - safe.y - foot};
    }
    return safe;
}

// Both lines of a cue are as its file has them: letters get smaller until they fit.
static struct text_size fit(cairo_t *cr, const char *words, struct text_style *style, double width)
{
    struct text_size size = text_set(cr, 0, 0, words, style, false);

    if (size.width > width) {
        style->size_px *= width / size.width;
        size = text_set(cr, 0, 0, words, style, false);
    }
    return size;
}

// The last cue, for two people may speak at once.
struct last {
    int64_t end_ms;
    double top;
};

static void burn(struct layers *l, const struct theme *t, const struct cue *cue, struct last *last)
{
    struct area safe = room(l, t);
    struct text_style style = theme_letters(t, l->unit);
    double pad = t->ground.a > 0 ? .5 * style.size_px : 0;
    cairo_t *cr = layers_sheet(l, l->height);
    struct text_size size;
    const double side[] = {[TEXT_LEFT] = 0, [TEXT_CENTRE] = .5, [TEXT_RIGHT] = 1},
                 height[] = {[THEME_TOP] = 0, [THEME_MIDDLE] = .5, [THEME_BOTTOM] = 1};
    double x, y;

    layers_check(l, cr, cue->text, &style);
    // The edge belongs to the letters: it stays inside as well.
    size = fit(cr, cue->text, &style, safe.width - 2 * (pad + style.outline * style.size_px));
    style.width_px = ceil(size.width) + 1;
    style.lines = 2;
    x = safe.x + pad + side[t->align] * (safe.width - size.width - 2 * pad);
    y = safe.y + pad + height[t->position] * (safe.height - size.height - 2 * pad);
    if (cue->start_ms < last->end_ms)
        y = last->top - size.height - pad;
    *last = (struct last){cue->end_ms, y - pad};
    ink_use(cr, t->ground);
    cairo_rectangle(cr, x - pad, y - .5 * pad, size.width + 2 * pad, size.height + pad);
    cairo_fill(cr);
    ink_use(cr, t->ink);
    text_set(cr, x, y, cue->text, &style, true);
    layers_add(l, cr, rate_frames(l->rate, (double)cue->start_ms / 1000),
               rate_frames(l->rate, (double)cue->end_ms / 1000) - 1, 0);
}

static double sum(const json_t *numbers)
{
    double sum = 0;
    const json_t *number;
    size_t i;

    json_array_foreach(numbers, i, number)
        sum += json_number_value(number);
    return sum;
}

// Lines of a shot, whose first frame lies where said tells: `plus` frames behind the first of
// these, and `minus` frames before it.
static void add_lines(struct subtitles *s, const json_t *said, struct rate rate)
{
    double frames = sum(json_object_get(said, "plus")) - sum(json_object_get(said, "minus"));
    double shot = frames * rate.den / rate.num;
    const json_t *line;
    size_t i;

    json_array_foreach(json_object_get(said, "lines"), i, line)
        subtitles_add(s, json_get_text(line, "name", ""), json_get_text(line, "mode", "sync"),
                      json_get_text(line, "text", ""), shot + json_get_number(line, "start", 0),
                      json_get_number(line, "seconds", 0));
}

bool subtitles_burn(struct layers *l, const json_t *said, struct err *err)
{
    struct subtitles s = {.columns = subtitles_columns(l->width, l->height)};
    struct last last = {0};
    struct theme theme;
    const json_t *shot;
    size_t i;

    if (!theme_read(&theme, "subtitle", json_object_get(said, "theme"), err))
        return false;
    add_lines(&s, said, l->rate);
    json_array_foreach(json_object_get(said, "around"), i, shot)
        add_lines(&s, shot, l->rate);
    subtitles_finish(&s, rate_seconds(l->rate, l->frames), rate_seconds(l->rate, 1));
    for (i = 0; i < s.cues.n; i++)
        burn(l, &theme, &s.cues.at[i], &last);
    subtitles_release(&s);
    return true;
}
