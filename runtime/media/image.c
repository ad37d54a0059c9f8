// SPDX-License-Identifier: MIT
#include "runtime/media/ops.h"

#include <cairo.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/board.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/still.h"

// The draft's image: a board's drawing. A step without a board is drawn from its prompt alone.
bool image_run(const struct media_job *job, struct err *err)
{
    const char *path = media_output_path(job, "image");
    struct board board;
    cairo_surface_t *surface;
    int width, height;
    bool ok;

    if (!params_pixels(job->params, false, &width, &height, err))
        return false;
    if (!path)
        return err_set(err, ERR_BUG, "an image without an output");
    board_init(&board, json_object_get(job->params, "board"),
               json_get_text(job->params, "prompt", ""));
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    board_draw(&board, surface, NULL, NULL);
    ok = still_write(surface, path, err);
    cairo_surface_destroy(surface);
    board_release(&board);
    return ok;
}
