// SPDX-License-Identifier: MIT
#include "runtime/media/languages.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct language {
    const char *name, *two, *three, *espeak;
} languages[] = {
    {"arabic", "ar", "ara", "ar"},     {"bengali", "bn", "ben", "bn"},
    {"bulgarian", "bg", "bul", "bg"},  {"catalan", "ca", "cat", "ca"},
    {"chinese", "zh", "zho", "cmn"},   {"croatian", "hr", "hrv", "hr"},
    {"czech", "cs", "ces", "cs"},      {"danish", "da", "dan", "da"},
    {"dutch", "nl", "nld", "nl"},      {"english", "en", "eng", "en"},
    {"estonian", "et", "est", "et"},   {"finnish", "fi", "fin", "fi"},
    {"french", "fr", "fra", "fr"},     {"georgian", "ka", "kat", "ka"},
    {"german", "de", "deu", "de"},     {"greek", "el", "ell", "el"},
    {"hebrew", "he", "heb", "he"},     {"hindi", "hi", "hin", "hi"},
    {"hungarian", "hu", "hun", "hu"},  {"icelandic", "is", "isl", "is"},
    {"indonesian", "id", "ind", "id"}, {"irish", "ga", "gle", "ga"},
    {"italian", "it", "ita", "it"},    {"japanese", "ja", "jpn", "ja"},
    {"korean", "ko", "kor", "ko"},     {"latvian", "lv", "lav", "lv"},
    {"lithuanian", "lt", "lit", "lt"}, {"mandarin", "zh", "cmn", "cmn"},
    {"norwegian", "no", "nor", "nb"},  {"persian", "fa", "fas", "fa"},
    {"polish", "pl", "pol", "pl"},     {"portuguese", "pt", "por", "pt"},
    {"romanian", "ro", "ron", "ro"},   {"russian", "ru", "rus", "ru"},
    {"serbian", "sr", "srp", "sr"},    {"slovak", "sk", "slk", "sk"},
    {"slovenian", "sl", "slv", "sl"},  {"spanish", "es", "spa", "es"},
    {"swedish", "sv", "swe", "sv"},    {"tamil", "ta", "tam", "ta"},
    {"thai", "th", "tha", "th"},       {"turkish", "tr", "tur", "tr"},
    {"ukrainian", "uk", "ukr", "uk"},  {"vietnamese", "vi", "vie", "vi"},
    {"welsh", "cy", "cym", "cy"},
};

// What stands before a country ("de" in "de-AT") is the name.
static const struct language *find(const char *name)
{
    size_t n = 0;

    while (isalpha((unsigned char)name[n]))
        n++;
    for (size_t i = 0; n && i < sizeof(languages) / sizeof(*languages); i++) {
        const char *const forms[] = {languages[i].name, languages[i].two, languages[i].three};

        for (size_t k = 0; k < 3; k++)
            if (strlen(forms[k]) == n && strncasecmp(name, forms[k], n) == 0)
                return &languages[i];
    }
    return NULL;
}

const char *language_code(const char *name)
{
    const struct language *l = find(name);

    return l ? l->three : NULL;
}

const char *language_code_of_mov(const char *name)
{
    static const struct {
        const char *three, *old;
    } olds[] = {
        {"deu", "ger"}, {"ell", "gre"}, {"isl", "ice"},
        {"nld", "dut"}, {"swe", "sve"}, {"zho", "chi"},
    };
    const char *code = language_code(name);

    for (size_t i = 0; code && i < sizeof(olds) / sizeof(*olds); i++)
        if (strcmp(olds[i].three, code) == 0)
            return olds[i].old;
    return code;
}

const char *language_for_espeak(const char *name)
{
    const struct language *l = find(name);

    return l ? l->espeak : NULL;
}
