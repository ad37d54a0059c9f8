// SPDX-License-Identifier: MIT
// Cards: words set for reading in the dark.
#include "runtime/media/ops.h"

#include <math.h>

#include <cairo.h>
#include <libavutil/pixfmt.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/media/card_words.h"
#include "runtime/media/layers.h"
#include "runtime/media/media.h"
#include "runtime/media/scripts.h"
#include "runtime/media/still.h"

static bool draw(const struct media_job *job, const struct card_words *c, int width, int height,
                 const char *path, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cairo_t *cr = cairo_create(surface);
    struct text_style style;
    struct layers page;
    bool ok;

    layers_init(&page, width, height, AV_PIX_FMT_NONE, (struct rate){1, 1}, 1);
    style = theme_letters(&c->theme, page.unit);
    layers_check(&page, cr, c->text, &style);
    scripts_note(job, page.unknown);
    card_words_ground(cr, &c->theme, width, height);
    card_words_set(cr, &page, c);
    cairo_destroy(cr);
    ok = still_write(surface, path, err);
    cairo_surface_destroy(surface);
    layers_release(&page);
    return ok;
}

// Its words; a slate's last line tells how long the film behind it is.
static bool put_words(const json_t *params, const char *words, struct buf *out, struct err *err)
{
    const json_t *shots = json_object_get(params, "frames");
    struct rate rate;
    int64_t frames = 0, seconds;

    buf_puts(out, words);
    if (!shots)
        return true;
    if (!params_rate(params, &rate, err))
        return false;
    for (size_t i = 0; i < json_array_size(shots); i++)
        frames += json_integer_value(json_array_get(shots, i));
    seconds = llround(rate_seconds(rate, frames));
    buf_printf(out, "\n%lld:%02lld:%02lld (%lld frames)", (long long)seconds / 3600,
               (long long)seconds / 60 % 60, (long long)seconds % 60, (long long)frames);
    return true;
}

bool card_run(const struct media_job *job, struct err *err)
{
    const char *path = media_output_path(job, "image");
    struct buf words = {0};
    struct card_words c;
    int width, height;
    bool ok;

    if (!card_words_read(&c, job->params, err) ||
        !params_pixels(job->params, false, &width, &height, err))
        return false;
    if (!path)
        return err_set(err, ERR_BUG, "a card without an output");
    ok = put_words(job->params, c.text, &words, err);
    c.text = buf_text(&words);
    ok = ok && draw(job, &c, width, height, path, err);
    buf_release(&words);
    return ok;
}
