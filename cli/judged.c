// SPDX-License-Identifier: MIT
#include "cli/judged.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/size.h"
#include "runtime/found.h"

static void print_picture(const json_t *picture, struct buf *out)
{
    const char *fps = json_get_text(picture, "fps", ""), *whole = strstr(fps, "/1");

    buf_printf(out, ", %lldx%lld %s, %lld frames at %.*s",
               (long long)json_get_integer(picture, "width", 0),
               (long long)json_get_integer(picture, "height", 0),
               json_get_text(picture, "codec", ""),
               (long long)json_get_integer(picture, "frames", 0),
               (int)(whole && !whole[2] ? whole - fps : (long)strlen(fps)), fps);
}

static void print_decibels(const json_t *sound, const char *key, const char *unit, struct buf *out)
{
    const json_t *value = json_object_get(sound, key);

    if (json_is_number(value))
        buf_printf(out, " %.1f %s", json_number_value(value), unit);
    else
        buf_puts(out, " none");
}

static void print_sound(const json_t *sound, struct buf *out)
{
    buf_printf(out, "  %s, %lld Hz, %lld channel%s: loudness", json_get_text(sound, "codec", ""),
               (long long)json_get_integer(sound, "rate", 0),
               (long long)json_get_integer(sound, "channels", 0),
               json_get_integer(sound, "channels", 0) == 1 ? "" : "s");
    print_decibels(sound, "lufs", "LUFS", out);
    buf_puts(out, ", range");
    print_decibels(sound, "range_lu", "LU", out);
    buf_puts(out, ", true peak");
    print_decibels(sound, "true_peak_db", "dBTP", out);
    buf_char(out, '\n');
}

static void print_facts(const json_t *facts, struct buf *out)
{
    const json_t *picture = json_object_get(facts, "picture"), *sound;
    size_t i;

    if (json_object_get(facts, "cues")) {
        buf_printf(out, "%lld cues\n", (long long)json_get_integer(facts, "cues", 0));
        return;
    }
    buf_printf(out, "%.2f s, ", json_get_number(facts, "seconds", 0));
    size_print((uint64_t)json_get_integer(facts, "bytes", 0), out);
    if (picture)
        print_picture(picture, out);
    buf_char(out, '\n');
    json_array_foreach(json_object_get(facts, "sounds"), i, sound)
        print_sound(sound, out);
}

void judged_print(const char *path, const json_t *found, struct buf *out)
{
    const json_t *list = json_object_get(found, "findings");

    buf_printf(out, "%s: ", path);
    print_facts(json_object_get(found, "facts"), out);
    if (json_array_size(list))
        found_print(list, SIZE_MAX, out);
    else
        buf_puts(out, "  nothing found\n");
}
