// SPDX-License-Identifier: MIT
#include "runtime/media/fades.h"

#include <math.h>

#include "base/err.h"
#include "base/json.h"

static bool read_fade(struct fade *fade, const json_t *fades, const char *side, const char *colour,
                      struct rate rate, struct err *err)
{
    const char *name = json_get_text(fades, colour, "black");

    fade->frames = json_get_number(fades, side, 0) * rate.num / rate.den;
    return ink_read(name, &fade->colour) ||
           err_set(err, ERR_FILM, "no colour \"%s\": black, white or #rrggbb would be", name);
}

bool fades_read(struct fades *f, const json_t *params, struct rate rate, struct err *err)
{
    const json_t *fades = json_object_get(params, "fades");

    return read_fade(&f->in, fades, "in", "color-in", rate, err) &&
           read_fade(&f->out, fades, "out", "color-out", rate, err);
}

double fades_seen(const struct fades *f, int64_t before, int64_t left, struct ink *colour)
{
    double in = f->in.frames > 0 ? ((double)before + .5) / f->in.frames : 1;
    double out = f->out.frames > 0 ? ((double)left - .5) / f->out.frames : 1;

    *colour = in < out ? f->in.colour : f->out.colour;
    return fmin(1, fmin(in, out));
}
