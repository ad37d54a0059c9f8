// SPDX-License-Identifier: MIT
#include "runtime/media/spoken.h"

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/str.h"
#include "runtime/media/languages.h"

static const double seconds_per_column = 0.07;

// U+00C0 to U+017F without their accents.
static const char base_letters[] =
    "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSs"
    "SsSs"
    "TtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static const struct {
    unsigned code;
    const char *plain;
} signs[] = {
    {0x00a0, " "}, {0x2013, ", "}, {0x2014, ", "}, {0x2018, "'"},
    {0x2019, "'"}, {0x201c, "\""}, {0x201d, "\""}, {0x2026, "... "},
};

static const struct {
    unsigned first, last;
    const char *language;
} scripts[] = {
    {0x0370, 0x03ff, "el"},    {0x0400, 0x052f, "ru"},  {0x0590, 0x05ff, "he"},
    {0x0600, 0x06ff, "ar"},    {0x0900, 0x097f, "hi"},  {0x0980, 0x09ff, "bn"},
    {0x0b80, 0x0bff, "ta"},    {0x10a0, 0x10ff, "ka"},  {0x1100, 0x11ff, "ko"},
    {0x3040, 0x30ff, "ja"},    {0x3400, 0x9fff, "cmn"}, {0xac00, 0xd7af, "ko"},
    {0x20000, 0x3ffff, "cmn"},
};

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (c & 0x80);
}

// The sounds for the word of len bytes at text, or NULL.
static const char *sounds_of(const json_t *pronounce, const char *text, size_t len)
{
    const char *word;
    json_t *sounds;

    // A const object is only walked; jansson's loop macro asks for a plain pointer.
    json_object_foreach((json_t *)(uintptr_t)pronounce, word, sounds)
        if (strlen(word) == len && strncasecmp(word, text, len) == 0)
            return json_string_value(sounds);
    return NULL;
}

static void pronounce_words(struct buf *out, const char *text, const json_t *pronounce)
{
    while (*text) {
        const char *sounds = NULL;
        size_t len = 0;

        while (is_word_byte(text[len]) || (len && text[len] == '\'' && is_word_byte(text[len + 1])))
            len++;
        if (len)
            sounds = sounds_of(pronounce, text, len);
        if (sounds)
            buf_puts(out, sounds);
        else
            buf_add(out, text, len ? len : 1);
        text += len ? len : 1;
    }
}

// Adds code in ASCII. Returns false for what ASCII cannot say.
static bool add_plain(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_char(out, code < 0x20 ? ' ' : (char)code);
        return true;
    }
    if (code >= 0xc0 && code < 0xc0 + sizeof(base_letters) - 1) {
        buf_char(out, base_letters[code - 0xc0]);
        return true;
    }
    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
        if (signs[i].code == code) {
            buf_puts(out, signs[i].plain);
            return true;
        }
    buf_char(out, ' ');
    return false;
}

static const char *language_of_script(unsigned code)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
        if (code >= scripts[i].first && code <= scripts[i].last)
            return scripts[i].language;
    return NULL;
}

struct counts {
    size_t sayable; // letters and digits that ASCII has, with or without an accent
    size_t foreign; // those of other scripts
};

static struct counts read_scripts(struct spoken *s)
{
    struct str rest = buf_view(&s->text);
    struct counts counts = {0};

    while (rest.len) {
        unsigned code;
        size_t n = str_decode(rest, &code);
        const char *language = language_of_script(code);
        bool plain = add_plain(&s->plain, code);

        if (language) {
            counts.foreign++;
            if (!s->language)
                s->language = language;
            // Kana among Chinese characters is Japanese.
            if (strcmp(s->language, "cmn") == 0 && strcmp(language, "ja") == 0)
                s->language = language;
        } else if (plain && (code >= 0x80 || isalnum((int)code))) {
            counts.sayable += code < 0x180;
        }
        rest = (struct str){rest.ptr + n, rest.len - n};
    }
    return counts;
}

void spoken_init(struct spoken *s, const json_t *params)
{
    const char *asked = json_get_text(params, "language", "");
    const char *told;
    struct counts counts;

    *s = (struct spoken){0};
    if (!*asked)
        asked = json_get_text(json_object_get(params, "voice"), "language", "");
    pronounce_words(&s->text, json_get_text(params, "text", ""),
                    json_object_get(params, "pronounce"));
    counts = read_scripts(s);
    told = language_for_espeak(asked);
    s->latin = counts.foreign * 4 <= counts.sayable;
    if (told && (s->latin || strcmp(told, "en") != 0))
        s->language = told;
    else if (s->latin || !s->language)
        s->language = "en";
    s->empty = counts.sayable + counts.foreign == 0;
    s->seconds = seconds_per_column * (double)str_width(str_trim(buf_view(&s->text)));
}

void spoken_release(struct spoken *s)
{
    buf_release(&s->text);
    buf_release(&s->plain);
}
