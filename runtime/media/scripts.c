// SPDX-License-Identifier: MIT
#include "runtime/media/scripts.h"

#include <stdio.h>

#include <glib.h>

#include "runtime/media/media.h"

static const struct script {
    GUnicodeScript script;
    const char *name, *font, *package; // Debian's
} scripts[] = {
    {G_UNICODE_SCRIPT_ARABIC, "Arabic", "Noto Naskh Arabic", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_ARMENIAN, "Armenian", "Noto Sans Armenian", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_BENGALI, "Bengali", "Noto Sans Bengali", "fonts-lohit-beng-bengali"},
    {G_UNICODE_SCRIPT_BOPOMOFO, "Chinese", "Noto Sans CJK", "fonts-noto-cjk"},
    {G_UNICODE_SCRIPT_CYRILLIC, "Cyrillic", "Noto Sans", "fonts-dejavu-core"},
    {G_UNICODE_SCRIPT_DEVANAGARI, "Devanagari", "Noto Sans Devanagari", "fonts-lohit-deva"},
    {G_UNICODE_SCRIPT_ETHIOPIC, "Ethiopic", "Noto Sans Ethiopic", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_GEORGIAN, "Georgian", "Noto Sans Georgian", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_GREEK, "Greek", "Noto Sans", "fonts-dejavu-core"},
    {G_UNICODE_SCRIPT_GUJARATI, "Gujarati", "Noto Sans Gujarati", "fonts-lohit-gujr"},
    {G_UNICODE_SCRIPT_GURMUKHI, "Gurmukhi", "Noto Sans Gurmukhi", "fonts-lohit-guru"},
    {G_UNICODE_SCRIPT_HAN, "Chinese", "Noto Sans CJK", "fonts-noto-cjk"},
    {G_UNICODE_SCRIPT_HANGUL, "Korean", "Noto Sans CJK", "fonts-noto-cjk"},
    {G_UNICODE_SCRIPT_HEBREW, "Hebrew", "Noto Sans Hebrew", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_HIRAGANA, "Japanese", "Noto Sans CJK", "fonts-noto-cjk"},
    {G_UNICODE_SCRIPT_KANNADA, "Kannada", "Noto Sans Kannada", "fonts-lohit-knda"},
    {G_UNICODE_SCRIPT_KATAKANA, "Japanese", "Noto Sans CJK", "fonts-noto-cjk"},
    {G_UNICODE_SCRIPT_KHMER, "Khmer", "Noto Sans Khmer", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_LAO, "Lao", "Noto Sans Lao", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_MALAYALAM, "Malayalam", "Noto Sans Malayalam", "fonts-lohit-mlym"},
    {G_UNICODE_SCRIPT_MYANMAR, "Burmese", "Noto Sans Myanmar", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_SINHALA, "Sinhala", "Noto Sans Sinhala", "fonts-noto-core"},
    {G_UNICODE_SCRIPT_TAMIL, "Tamil", "Noto Sans Tamil", "fonts-lohit-taml"},
    {G_UNICODE_SCRIPT_TELUGU, "Telugu", "Noto Sans Telugu", "fonts-lohit-telu"},
    {G_UNICODE_SCRIPT_THAI, "Thai", "Noto Sans Thai", "fonts-tlwg-garuda-ttf"},
    {G_UNICODE_SCRIPT_TIBETAN, "Tibetan", "Noto Serif Tibetan", "fonts-noto-core"},
};

// Pictures among letters, of which Unicode says only that they are of no script.
static const struct script emoji = {G_UNICODE_SCRIPT_COMMON, "emoji", "Noto Color Emoji",
                                    "fonts-noto-color-emoji"};
enum { FIRST_EMOJI = 0x1f000, LAST_EMOJI = 0x1faff };

static const struct script *find(uint32_t letter)
{
    GUnicodeScript script = g_unichar_get_script(letter);

    if (letter >= FIRST_EMOJI && letter <= LAST_EMOJI)
        return &emoji;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
        if (scripts[i].script == script)
            return &scripts[i];
    return NULL;
}

void scripts_note(const struct media_job *job, uint32_t letter)
{
    const struct script *s = find(letter);
    char note[200];

    if (!letter || !job->note)
        return;
    if (s)
        snprintf(note, sizeof(note),
                 "no font here has %s: boxes stand for it; install %s (Debian's package %s)",
                 s->name, s->font, s->package);
    else
        snprintf(note, sizeof(note),
                 "no font here has the letter U+%04X: a box stands for it; install a font that "
                 "has it, such as one of the Noto family (Debian's package fonts-noto)",
                 (unsigned)letter);
    job->note(job->user, note);
}
