// SPDX-License-Identifier: MIT
#include "runtime/media/ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>

#include "runtime/media/params.h"

struct ink ink_mix(struct ink a, struct ink b, double part)
{
    return (struct ink){a.r + (b.r - a.r) * part, a.g + (b.g - a.g) * part,
                        a.b + (b.b - a.b) * part, a.a + (b.a - a.a) * part};
}

struct ink ink_fade(struct ink a, double alpha)
{
    a.a = alpha;
    return a;
}

struct ink ink_scale(struct ink a, double factor)
{
    return (struct ink){fmin(1, a.r * factor), fmin(1, a.g * factor), fmin(1, a.b * factor), a.a};
}

struct ink ink_times(struct ink a, struct ink light)
{
    return (struct ink){fmin(1, a.r * light.r), fmin(1, a.g * light.g), fmin(1, a.b * light.b),
                        a.a};
}

double ink_light(struct ink a)
{
    return .2126 * a.r + .7152 * a.g + .0722 * a.b;
}

struct ink ink_hue(double hue, double saturation, double value)
{
    double c[3];

    for (int i = 0; i < 3; i++) {
        double k = fmod(hue * 6 + (i == 0 ? 5 : i == 1 ? 3 : 1), 6);

        c[i] = value - value * saturation * fmax(0, fmin(fmin(k, 4 - k), 1));
    }
    return (struct ink){c[0], c[1], c[2], 1};
}

struct ink ink_of(const char *id)
{
    // Hues that stay apart from each other and from the warm light of lamps, chosen by eye.
    static const unsigned hues[] = {0x8fc1d9, 0xe0a072, 0xa9c68a, 0xd68fa6, 0xb8a5db,
                                    0xe2c56f, 0x7fc4b4, 0xd99a86, 0x9fb3e6, 0xc7b79a};

    return INK(hues[params_hash(id) % (sizeof(hues) / sizeof(*hues))]);
}

bool ink_read(const char *text, struct ink *ink)
{
    char *end = NULL;
    unsigned hex = 0;

    if (strcmp(text, "white") == 0)
        hex = 0xffffff;
    else if (*text == '#' && (strlen(text) == 7 || strlen(text) == 9))
        hex = (unsigned)strtoul(text + 1, &end, 16);
    else if (strcmp(text, "black") != 0)
        return false;
    if (end && *end)
        return false;
    *ink = strlen(text) == 9 ? ink_fade(INK(hex >> 8), (hex & 255) / 255.) : INK(hex);
    return true;
}

void ink_use(cairo_t *cr, struct ink ink)
{
    cairo_set_source_rgba(cr, ink.r, ink.g, ink.b, ink.a);
}
