// SPDX-License-Identifier: MIT
#include "runtime/media/voices.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"

enum sort {
    SORT_MAN = 1 << 0,
    SORT_WOMAN = 1 << 1,
    SORT_CHILD = 1 << 2,
    SORT_OLD = 1 << 3,
    SORT_MACHINE = 1 << 4,
    SORT_LOW = 1 << 5,
    SORT_HIGH = 1 << 6,
};

struct word_sort {
    const char *word;
    unsigned sort;
};

// clang-format off

// Words of a description, and given names; voices that speech models ship with among them.
static const struct word_sort word_sorts[] = {
    {"aged", SORT_OLD}, {"aiden", SORT_MAN}, {"alloy", SORT_WOMAN}, {"android", SORT_MACHINE},
    {"anna", SORT_WOMAN}, {"baritone", SORT_MAN | SORT_LOW}, {"bass", SORT_MAN | SORT_LOW},
    {"boy", SORT_CHILD}, {"bright", SORT_HIGH}, {"carlos", SORT_MAN}, {"child", SORT_CHILD},
    {"computer", SORT_MACHINE}, {"david", SORT_MAN}, {"deep", SORT_LOW}, {"dylan", SORT_MAN},
    {"echo", SORT_MAN}, {"eighties", SORT_OLD}, {"eighty", SORT_OLD}, {"elderly", SORT_OLD},
    {"eric", SORT_MAN}, {"father", SORT_MAN}, {"female", SORT_WOMAN}, {"george", SORT_MAN},
    {"girl", SORT_CHILD}, {"grandfather", SORT_MAN | SORT_OLD},
    {"grandmother", SORT_WOMAN | SORT_OLD}, {"gravel", SORT_LOW}, {"gruff", SORT_LOW},
    {"harry", SORT_MAN}, {"henry", SORT_MAN}, {"high", SORT_HIGH}, {"husky", SORT_LOW},
    {"jack", SORT_MAN}, {"james", SORT_MAN}, {"jane", SORT_WOMAN}, {"john", SORT_MAN},
    {"kid", SORT_CHILD}, {"lady", SORT_WOMAN}, {"light", SORT_HIGH}, {"low", SORT_LOW},
    {"male", SORT_MAN}, {"man", SORT_MAN}, {"mary", SORT_WOMAN}, {"mother", SORT_WOMAN},
    {"narrator", SORT_MAN}, {"nova", SORT_WOMAN}, {"old", SORT_OLD}, {"onyx", SORT_MAN | SORT_LOW},
    {"robot", SORT_MACHINE}, {"ryan", SORT_MAN}, {"sarah", SORT_WOMAN}, {"serena", SORT_WOMAN},
    {"seventies", SORT_OLD}, {"seventy", SORT_OLD}, {"shimmer", SORT_WOMAN}, {"sixties", SORT_OLD},
    {"sixty", SORT_OLD}, {"sohee", SORT_WOMAN}, {"soprano", SORT_WOMAN | SORT_HIGH},
    {"thomas", SORT_MAN}, {"tom", SORT_MAN}, {"uncle", SORT_MAN | SORT_OLD},
    {"vivian", SORT_WOMAN}, {"woman", SORT_WOMAN}, {"young", SORT_HIGH},
};

// The voices of flite, and how far each can be moved and still sound like a person. Median
// pitches: rms 105 Hz, awb 128 Hz, slt 170 Hz.
struct timbre {
    unsigned sort;
    const char *flite, *espeak;
    double lowest, highest; // factor on the pitch
};

static const struct timbre timbres[] = {
    {SORT_MAN, "rms", "m3", 0.84, 1.12},    {SORT_MAN, "awb", "m1", 0.90, 1.22},
    {SORT_WOMAN, "slt", "f2", 0.88, 1.20},  {SORT_CHILD, "slt", "f4", 1.38, 1.55},
    {SORT_MACHINE, "kal16", "m7", 0.9, 1.1},
};

// How a line is to be said: what a word of its direction changes.
struct manner {
    const char *word;
    double level, tempo, pitch;
};

// Where a voice comes from: what is left of it there.
struct passage {
    const char *word;
    double level, low_hz, high_hz;
};

static const struct passage passages[] = {
    {"another room", -3, 0, 1900}, {"behind", -3, 0, 1600}, {"distant", -5, 150, 2500},
    {"intercom", -1, 350, 3200}, {"muffled", -3, 0, 1400}, {"next door", -4, 0, 1200},
    {"other room", -4, 0, 1500}, {"phone", -1, 300, 3400}, {"radio", -1, 350, 3800},
    {"telephone", -1, 300, 3400}, {"walkie", -1, 400, 3200},
};

static const struct manner manners[] = {
    {"angry", 2, 1.05, 1.03}, {"bored", -1, 0.93, 0.97}, {"breathless", -1, 1.1, 1.02},
    {"brisk", 0, 1.1, 1}, {"calls", 3, 0.97, 1.06}, {"calm", -1, 0.95, 0.99},
    {"excited", 2, 1.08, 1.06}, {"fast", 0, 1.15, 1}, {"gentle", -2, 0.96, 1},
    {"gently", -2, 0.96, 1}, {"hurried", 0, 1.13, 1}, {"loud", 3, 1, 1.02},
    {"murmur", -6, 0.97, 0.98}, {"mutter", -5, 1.03, 0.97}, {"nervous", -1, 1.08, 1.03},
    {"quick", 0, 1.12, 1}, {"quiet", -4, 0.97, 1}, {"sad", -2, 0.92, 0.97},
    {"scream", 4, 1.04, 1.1}, {"sharp", 1, 1.05, 1.03}, {"shout", 4, 1.03, 1.07},
    {"sleepy", -3, 0.88, 0.97}, {"slow", 0, 0.86, 1}, {"soft", -4, 0.97, 1},
    {"tired", -2, 0.9, 0.97}, {"unhurried", 0, 0.92, 1}, {"urgent", 1, 1.1, 1.03},
    {"weary", -2, 0.9, 0.97}, {"whisper", -7, 0.95, 1}, {"yell", 4, 1.03, 1.07},
};

// clang-format on

// Whether word stands in text on its own, whatever its case: "low" in "low, dry", not in "slow".
// With grown, the end may follow: "whisper" in "whispering".
static bool says(const char *text, const char *word, bool grown)
{
    size_t n = strlen(word);

    for (const char *p = text; *p; p++) {
        size_t i = 0;

        if (p > text && isalpha((unsigned char)p[-1]))
            continue;
        while (i < n && tolower((unsigned char)p[i]) == word[i])
            i++;
        if (i == n && (grown || !isalpha((unsigned char)p[n])))
            return true;
    }
    return false;
}

static unsigned sorts_in(const char *text)
{
    unsigned sort = 0;

    for (size_t i = 0; i < sizeof(word_sorts) / sizeof(*word_sorts); i++)
        if (says(text, word_sorts[i].word, false))
            sort |= word_sorts[i].sort;
    return sort;
}

// Given names in -a and -ie are mostly women's.
static unsigned sort_of_ending(const char *who)
{
    size_t n = strlen(who);

    if (n > 2 && (who[n - 1] == 'a' || strcmp(who + n - 2, "ie") == 0))
        return SORT_WOMAN;
    return 0;
}

static const struct timbre *choose(unsigned sort, uint8_t chance)
{
    unsigned wanted = sort & (SORT_MAN | SORT_WOMAN | SORT_CHILD | SORT_MACHINE);
    const struct timbre *fit[sizeof(timbres) / sizeof(*timbres)];
    size_t n = 0;

    if (wanted & SORT_MACHINE)
        wanted = SORT_MACHINE;
    else if (wanted & SORT_CHILD)
        wanted = SORT_CHILD;
    else if (!wanted)
        wanted = SORT_MAN | SORT_WOMAN;
    for (size_t i = 0; i < sizeof(timbres) / sizeof(*timbres); i++)
        if (timbres[i].sort & wanted)
            fit[n++] = &timbres[i];
    return fit[chance % n];
}

// Where in its range a voice lies: low and old ones below, high ones above.
static double place_in_range(unsigned sort, uint8_t chance)
{
    double at = (chance % 16) / 15.0;

    if (sort & (SORT_LOW | SORT_OLD))
        return at * 0.35;
    if (sort & SORT_HIGH)
        return 0.65 + at * 0.35;
    return at;
}

static void direct(struct voice *v, const char *direction)
{
    for (size_t i = 0; i < sizeof(manners) / sizeof(*manners); i++)
        if (says(direction, manners[i].word, true)) {
            v->level += manners[i].level;
            v->tempo *= manners[i].tempo;
            v->pitch *= manners[i].pitch;
        }
    for (size_t i = 0; i < sizeof(passages) / sizeof(*passages); i++)
        if (says(direction, passages[i].word, false)) {
            v->level += passages[i].level;
            v->low_hz = passages[i].low_hz;
            v->high_hz = passages[i].high_hz;
        }
    v->level = v->level > 4 ? 4 : v->level < -8 ? -8 : v->level;
}

static double within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

struct voice voice_for(const json_t *params)
{
    const json_t *hints = json_object_get(params, "voice");
    const char *who = json_get_text(params, "who", "");
    const char *name = json_get_text(hints, "name", "");
    const char *design = json_get_text(hints, "design", "");
    const char *basis = *name ? name : who;
    struct digest chance = digest_of(basis, strlen(basis));
    unsigned sort = sorts_in(name) | sorts_in(design);
    const struct timbre *timbre;
    struct voice v = {.tempo = 1};

    if (!(sort & (SORT_MAN | SORT_WOMAN | SORT_CHILD | SORT_MACHINE)))
        sort |= sorts_in(who);
    if (!(sort & (SORT_MAN | SORT_WOMAN | SORT_CHILD | SORT_MACHINE)))
        sort |= sort_of_ending(basis);
    timbre = choose(sort, chance.bytes[0]);
    v.flite = timbre->flite;
    v.espeak = timbre->espeak;
    v.pitch =
        timbre->lowest + (timbre->highest - timbre->lowest) * place_in_range(sort, chance.bytes[1]);
    v.same_throat = chance.bytes[2] % 2;
    v.quaver = sort & SORT_OLD;
    if (sort & SORT_OLD)
        v.tempo *= 0.93;
    direct(&v, design);
    v.level = 0; // a soft person is as loud in the film as a harsh one: only lines differ
    direct(&v, json_get_text(hints, "direction", ""));
    direct(&v, json_get_text(params, "direction", ""));
    v.pitch = within(v.pitch, 0.75, 1.7);
    v.tempo = within(v.tempo * json_get_number(params, "speed", 1), 0.5, 2);
    return v;
}
