// SPDX-License-Identifier: MIT
// Masks: white where somebody or something is.
#include "runtime/media/ops.h"

#include <math.h>

#include <cairo.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/still.h"

static bool paint_box(cairo_t *cr, const json_t *box, int width, int height, struct err *err)
{
    double b[4] = {0, 0, 1, 1}; // nobody said: all of it

    for (size_t i = 0; i < json_array_size(box) && i < 4; i++)
        b[i] = json_number_value(json_array_get(box, i));
    if (b[0] < 0 || b[1] < 0 || b[2] <= 0 || b[3] <= 0 || b[0] + b[2] > 1.0001 ||
        b[1] + b[3] > 1.0001)
        return err_set(err, ERR_FILM,
                       "a region is [x, y, width, height] in parts of the picture, all of it "
                       "inside: [0, 0, 0.5, 1] "
                       "is its left half");
    cairo_rectangle(cr, round(b[0] * width), round(b[1] * height),
                    round((b[0] + b[2]) * width) - round(b[0] * width),
                    round((b[1] + b[3]) * height) - round(b[1] * height));
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill(cr);
    return true;
}

static bool paint_file(cairo_t *cr, const char *path, int width, int height, struct err *err)
{
    cairo_surface_t *mask = still_read(path, err);

    if (!mask)
        return false;
    cairo_scale(cr, (double)width / cairo_image_surface_get_width(mask),
                (double)height / cairo_image_surface_get_height(mask));
    cairo_set_source_surface(cr, mask, 0, 0);
    cairo_paint(cr);
    cairo_surface_destroy(mask);
    return true;
}

bool mask_run(const struct media_job *job, struct err *err)
{
    const struct media_input *file = media_input(job, "file");
    const char *path = media_output_path(job, "mask");
    cairo_surface_t *surface;
    cairo_t *cr;
    int width, height;
    bool ok;

    if (!params_pixels(job->params, false, &width, &height, err))
        return false;
    if (!path)
        return err_set(err, ERR_BUG, "a mask without an output");
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cr = cairo_create(surface);
    ok = file ? paint_file(cr, file->path, width, height, err)
              : paint_box(cr, json_object_get(job->params, "box"), width, height, err);
    cairo_destroy(cr);
    ok = ok && still_write(surface, path, err);
    cairo_surface_destroy(surface);
    return ok;
}
