// SPDX-License-Identifier: MIT
#include "runtime/fit.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/fill_text.h"

static int at(const json_t *list, size_t i)
{
    return (int)json_integer_value(json_array_get(list, i));
}

static int clamp_side(const json_t *rule, int side)
{
    int multiple = (int)json_get_integer(rule, "multiple", 1);
    double most = json_get_number(rule, "max", INFINITY), least = json_get_number(rule, "min", 1);

    side = (side + multiple / 2) / multiple * multiple;
    while (side > most && side > multiple)
        side -= multiple;
    while (side < least)
        side += multiple;
    return side;
}

// Sizes differ in shape first, then in area: a picture that is cropped loses more than a smaller
// one.
static bool is_better(const json_t *size, const json_t *best, double shape)
{
    double a = fabs(log((double)at(size, 0) / at(size, 1) / shape));
    double b = fabs(log((double)at(best, 0) / at(best, 1) / shape));

    if (fabs(a - b) > 1e-9)
        return a < b;
    return (double)at(size, 0) * at(size, 1) > (double)at(best, 0) * at(best, 1);
}

void fit_pixels(const json_t *rule, int *width, int *height)
{
    const json_t *sizes = json_object_get(rule, "sizes"), *best = json_array_get(sizes, 0);
    json_t *size;
    size_t i;

    json_array_foreach(sizes, i, size)
        if (is_better(size, best, (double)*width / *height))
            best = size;
    if (best) {
        *width = at(best, 0);
        *height = at(best, 1);
    }
    *width = clamp_side(rule, *width);
    *height = clamp_side(rule, *height);
}

json_int_t fit_frames(const json_t *rule, double seconds)
{
    double fps = json_get_number(rule, "fps", 24), plus = json_get_number(rule, "plus", 0);
    double multiple = json_get_number(rule, "multiple", 1);
    bool down = strcmp(json_get_text(rule, "round", "up"), "down") == 0;
    double times = (seconds * fps - plus) / multiple;
    double n = (down ? floor(times + 1e-9) : ceil(times - 1e-9)) * multiple + plus;

    return (json_int_t)fmax(n, json_get_number(rule, "min", 1));
}

// Voices in pieces and presets that take over have no end of their own; windows do.
static double most_frames(const json_t *preset, const json_t *frames)
{
    const json_t *windows = json_object_get(preset, "windows");
    double most = json_get_number(frames, "max", INFINITY);
    double each = json_get_number(windows, "frames", 0);

    if (json_object_get(preset, "pieces") || json_object_get(preset, "longer"))
        return INFINITY;
    return windows ? each + json_get_number(windows, "max", INFINITY) *
                                (each - json_get_number(windows, "overlap", 0))
                   : most;
}

static bool refuse_length(const json_t *preset, double seconds, double most, struct err *err)
{
    return err_set(err, ERR_FILM,
                   "%s makes at most %.3g s, and this needs %.3g s: shorten the shot or "
                   "its lines, split it, or use a preset that goes further",
                   json_get_text(preset, "preset", "the preset"), most, seconds);
}

static bool fit_length(json_t *params, const json_t *rules, const json_t *preset, struct err *err)
{
    const json_t *frames = json_object_get(rules, "frames");
    const json_t *seconds = json_object_get(rules, "seconds");
    const json_t *given = json_object_get(params, "seconds");
    double length = json_number_value(given), fps = json_get_number(frames, "fps", 24);
    double most = json_get_number(seconds, "max", INFINITY);

    if (!given)
        return true;
    if (json_object_get(preset, "pieces") || json_object_get(preset, "longer"))
        most = INFINITY;
    if (frames) {
        json_int_t n = fit_frames(frames, length);

        if ((double)n > most_frames(preset, frames))
            return refuse_length(preset, length, most_frames(preset, frames) / fps, err);
        json_object_set_new(params, "frames", json_integer(n));
    }
    if (length > most)
        return refuse_length(preset, length, most, err);
    if (!seconds)
        json_object_del(params, "seconds");
    else
        json_object_set_new(params, "seconds",
                            json_real(fmin(fmax(length + json_get_number(seconds, "plus", 0),
                                                json_get_number(seconds, "min", 0)),
                                           most)));
    return true;
}

// Some servers take seeds of 32 bits.
static void fit_seed(json_t *params, const json_t *rule)
{
    json_int_t most = json_get_integer(rule, "max", 0), seed = json_get_integer(params, "seed", 0);

    if (most > 0 && seed > most)
        json_object_set_new(params, "seed", json_integer(seed % (most + 1)));
}

// The params that a form takes its values from.
struct formed {
    struct fill_source source; // first
    const json_t *params;
};

static json_t *find_param(const struct fill_source *from, const char *name)
{
    return json_incref(json_object_get(((const struct formed *)from)->params, name));
}

// The sentence that a value stands in.
static void fit_form(json_t *params, const char *name, const char *form)
{
    struct formed formed = {{find_param}, params};
    struct buf text = {0};

    fill_text(&formed.source, str_of(form), &text);
    json_object_set_new(params, name, json_stringn(buf_text(&text), text.len));
    buf_release(&text);
}

bool fit_params(json_t *params, const json_t *preset, struct err *err)
{
    json_t *rules = json_object_get(preset, "params"), *rule;
    const char *name;

    json_object_foreach(rules, name, rule) {
        json_t *value = json_object_get(params, name), *theirs;

        if (!value && json_object_get(rule, "default"))
            json_object_set(params, name, json_object_get(rule, "default"));
        theirs = json_object_get(json_object_get(rule, "values"), json_get_text(params, name, ""));
        if (theirs)
            json_object_set(params, name, theirs);
    }
    json_object_foreach(rules, name, rule)
        if (json_object_get(rule, "form") && json_object_get(params, name))
            fit_form(params, name, json_get_text(rule, "form", ""));
    fit_seed(params, json_object_get(rules, "seed"));
    if (json_object_get(rules, "pixels") && json_object_get(params, "pixels")) {
        json_t *pixels = json_object_get(params, "pixels");
        int width = at(pixels, 0), height = at(pixels, 1);

        if (width > 0 && height > 0)
            fit_pixels(json_object_get(rules, "pixels"), &width, &height);
        json_object_set_new(params, "pixels", json_pack("[i, i]", width, height));
    }
    return fit_length(params, rules, preset, err);
}
