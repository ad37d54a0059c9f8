// SPDX-License-Identifier: MIT
#include "runtime/media/params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"

enum { MOST_PX = 16384 };

bool params_pixels(const json_t *params, bool even, int *width, int *height, struct err *err)
{
    const json_t *pixels = json_object_get(params, "pixels");
    json_int_t w = json_integer_value(json_array_get(pixels, 0));
    json_int_t h = json_integer_value(json_array_get(pixels, 1));

    if (w < 16 || h < 16 || w > MOST_PX || h > MOST_PX)
        return err_set(err, ERR_FILM,
                       "pixels are to be [width, height], each from 16 to %d, not %lldx%lld",
                       MOST_PX, (long long)w, (long long)h);
    if (even && (w % 2 || h % 2))
        return err_set(err, ERR_FILM, "a film of %lldx%lld has an odd side: take %lldx%lld",
                       (long long)w, (long long)h, (long long)(w & ~1), (long long)(h & ~1));
    *width = (int)w;
    *height = (int)h;
    return true;
}

// 23.976 and its like mean n*1000/1001, as in every camera's menu.
static struct rate rate_of(double fps)
{
    double whole = round(fps);

    if (fabs(fps - whole) < 1e-6)
        return (struct rate){(int)whole, 1};
    if (fabs(fps * 1.001 - round(fps * 1.001)) < 0.002)
        return (struct rate){(int)round(fps * 1.001) * 1000, 1001};
    return (struct rate){(int)round(fps * 1000), 1000};
}

bool params_rate(const json_t *params, struct rate *rate, struct err *err)
{
    const json_t *fps = json_object_get(params, "fps");
    const char *text = json_string_value(fps);
    char *end = NULL;

    *rate = (struct rate){24, 1};
    if (json_is_number(fps))
        *rate = rate_of(json_number_value(fps));
    if (!text)
        return true;
    *rate = rate_of(strtod(text, &end));
    if (*end == '/') {
        rate->num = (int)strtol(text, NULL, 10);
        rate->den = (int)strtol(end + 1, &end, 10);
    }
    if (end == text || *end || rate->num <= 0 || rate->den <= 0 || rate->num / rate->den > 1000)
        return err_set(err, ERR_FILM, "fps \"%s\" is no rate: 24, 25 or 30000/1001 would be", text);
    return true;
}

int64_t rate_frames(struct rate rate, double seconds)
{
    return llround(seconds * rate.num / rate.den);
}

double rate_seconds(struct rate rate, int64_t frames)
{
    return (double)frames * rate.den / rate.num;
}

// FNV-1a, with a last stir so that near texts lie far apart.
uint32_t params_hash(const char *text)
{
    uint32_t h = 2166136261u;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    h ^= h >> 16;
    h *= 0x7feb352du;
    return h ^ h >> 15;
}
