// SPDX-License-Identifier: MIT
#include "runtime/timecode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { NTSC_DEN = 1001, MOST_FPS = 1000 };

bool frame_rate_read(const char *text, struct frame_rate *out)
{
    char *end;

    out->num = strtoll(text, &end, 10);
    if (end == text || *end != '/')
        return false;
    text = end + 1;
    out->den = strtoll(text, &end, 10);
    return end != text && !*end && out->num > 0 && out->den > 0 && out->num / out->den <= MOST_FPS;
}

int64_t frame_rate_frames(struct frame_rate rate, double seconds)
{
    double sample = 1.0 / FRAME_SOUND_RATE;

    return (int64_t)floor((seconds + sample) * (double)rate.num / (double)rate.den);
}

int64_t frame_rate_nearest(struct frame_rate rate, double seconds)
{
    return llround(seconds * (double)rate.num / (double)rate.den);
}

int64_t frame_rate_sample(struct frame_rate rate, int64_t frame)
{
    return (frame * FRAME_SOUND_RATE * rate.den * 2 + rate.num) / (2 * rate.num);
}

// What the clock counts to: 24 for 23.976.
static int64_t counted(struct frame_rate rate)
{
    return (rate.num + rate.den / 2) / rate.den;
}

bool timecode_drops(struct frame_rate rate)
{
    return rate.den == NTSC_DEN && counted(rate) % 30 == 0;
}

// Numbers left out at the start of each minute, but for every tenth: SMPTE 12M.
static int64_t dropped(struct frame_rate rate)
{
    return timecode_drops(rate) ? counted(rate) / 15 : 0;
}

static int64_t ten_minutes(struct frame_rate rate)
{
    return counted(rate) * 600 - 9 * dropped(rate);
}

int64_t timecode_hour(struct frame_rate rate)
{
    return 6 * ten_minutes(rate);
}

bool timecode_text_drops(struct frame_rate rate, const char *text)
{
    return timecode_drops(rate) && (!*text || strpbrk(text, ";."));
}

void timecode_put_as(struct frame_rate rate, bool drops, int64_t frame, struct buf *out)
{
    int64_t fps = counted(rate), drop = drops ? dropped(rate) : 0;
    int64_t minute = fps * 60 - drop, ten = fps * 600 - 9 * drop;
    int64_t rest = frame % ten, number = frame + 9 * drop * (frame / ten);

    if (rest >= fps * 60) // past the first minute, which is whole
        number += drop * (1 + (rest - fps * 60) / minute);
    buf_printf(out, "%02lld:%02lld:%02lld%c%02lld", (long long)(number / fps / 3600),
               (long long)(number / fps / 60 % 60), (long long)(number / fps % 60),
               drop ? ';' : ':', (long long)(number % fps));
}

void timecode_put(struct frame_rate rate, int64_t frame, struct buf *out)
{
    timecode_put_as(rate, timecode_drops(rate), frame, out);
}

bool timecode_read(struct frame_rate rate, const char *text, int64_t *frame)
{
    unsigned hours, minutes, seconds, number;
    int64_t fps = counted(rate), all;
    char sign;
    int end = 0;

    if (text[strspn(text, "0123456789:;.")] ||
        sscanf(text, "%2u:%2u:%2u%c%3u%n", &hours, &minutes, &seconds, &sign, &number, &end) != 5 ||
        text[end] || !strchr(":;.", sign) || minutes > 59 || seconds > 59 || number >= fps)
        return false;
    all = hours * 60 + minutes;
    *frame = (all * 60 + seconds) * fps + number;
    if (sign != ':')
        *frame -= dropped(rate) * (all - all / 10);
    return true;
}
