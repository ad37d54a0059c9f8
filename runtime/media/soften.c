// SPDX-License-Identifier: MIT
#include "runtime/media/soften.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cairo.h>

#include "base/mem.h"

// One running mean over n pixels that lie step bytes apart; edges are held.
static void mean_line(const uint8_t *from, uint8_t *to, int n, ptrdiff_t step, int radius)
{
    unsigned sum[4] = {0}, count = 2 * (unsigned)radius + 1;

    for (int c = 0; c < 4; c++)
        for (int i = -radius; i <= radius; i++)
            sum[c] += from[(ptrdiff_t)(i < 0 ? 0 : i >= n ? n - 1 : i) * step + c];
    for (int i = 0; i < n; i++) {
        int in = i + radius + 1 >= n ? n - 1 : i + radius + 1,
            out = i - radius < 0 ? 0 : i - radius;

        for (int c = 0; c < 4; c++) {
            to[i * step + c] = (uint8_t)((sum[c] + count / 2) / count);
            sum[c] += (unsigned)from[in * step + c] - from[out * step + c];
        }
    }
}

// Three means in each direction come near a Gaussian.
void soften_surface(cairo_surface_t *surface, double radius)
{
    int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);
    ptrdiff_t stride = cairo_image_surface_get_stride(surface);
    int r = (int)lround(radius);
    uint8_t *data, *other;

    if (r < 1)
        return;
    cairo_surface_flush(surface);
    data = cairo_image_surface_get_data(surface);
    other = mem_new((size_t)stride * (size_t)h);
    for (int pass = 0; pass < 3; pass++) {
        for (int y = 0; y < h; y++)
            mean_line(data + y * stride, other + y * stride, w, 4, r);
        for (int x = 0; x < w; x++)
            mean_line(other + (ptrdiff_t)x * 4, data + (ptrdiff_t)x * 4, h, stride, r);
    }
    mem_free(other);
    cairo_surface_mark_dirty(surface);
}
