// SPDX-License-Identifier: MIT
#include "runtime/media/theme.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"

enum { MOST_BYTES = 64 << 10 };

static struct str bare(struct str s)
{
    s = str_trim(s);
    if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
        return (struct str){s.ptr + 1, s.len - 2};
    return s;
}

static bool set_colour(struct ink *ink, struct str key, struct str value, struct err *err)
{
    char text[8] = "";

    if (value.len < sizeof(text))
        memcpy(text, value.ptr, value.len);
    return ink_read(text, ink) ||
           err_set(err, ERR_FILM, "the theme's %.*s is no colour: \"#e8dcc2\" would be",
                   (int)key.len, key.ptr);
}

static bool set(struct theme *t, struct str key, struct str value, struct err *err)
{
    const struct {
        const char *name;
        struct ink *ink;
    } colours[] = {{"accent", &t->accent}, {"background", &t->ground}, {"colour", &t->ink},
                   {"color", &t->ink},     {"ground", &t->ground},     {"ink", &t->ink}};

    if (str_is(key, "family") || str_is(key, "font")) {
        mem_free(t->family);
        t->family = mem_new(value.len + 1);
        memcpy(t->family, value.ptr, value.len);
        return true;
    }
    for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
        if (str_is(key, colours[i].name))
            return set_colour(colours[i].ink, key, value, err);
    return true; // of subtitles, or of a later version
}

bool theme_read(struct theme *t, const char *path, struct err *err)
{
    struct buf text = {0};
    struct str rest;
    bool ok = true;

    *t = (struct theme){.ink = INK(0xf1e9da), .ground = INK(0x14171c), .accent = INK(0xe0a85a)};
    if (!path)
        return true;
    if (!file_read(path, &text, MOST_BYTES, err))
        return false;
    rest = buf_view(&text);
    while (ok && rest.ptr) {
        struct str line = str_cut(&rest, '\n'), key = str_trim(str_cut(&line, ':'));

        if (key.len && key.ptr[0] != '#' && line.ptr)
            ok = set(t, key, bare(line), err);
    }
    buf_release(&text);
    if (!ok)
        theme_release(t);
    return ok;
}

void theme_release(struct theme *t)
{
    mem_free(t->family);
    t->family = NULL;
}
