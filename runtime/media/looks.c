// SPDX-License-Identifier: MIT
#include "runtime/media/figure.h"

#include <stddef.h>
#include <string.h>

#include "runtime/media/params.h"
#include "runtime/media/words.h"

static const struct colour {
    const char *words;
    unsigned hex;
} colours[] = {
    {"beige|cream|sand|khaki", 0xcdbb96},
    {"black", 0x2b2c30},
    {"blond*|golden", 0xcfa961},
    {"blue", 0x3f658f},
    {"brown|brunette|chestnut", 0x6b4630},
    {"copper|bronze", 0xa5653f},
    {"dark", 0x34302f},
    {"denim", 0x4c6480},
    {"gold", 0xc49a45},
    {"green", 0x55734f},
    {"grey|gray", 0x8d9093},
    {"navy", 0x2c3c58},
    {"olive", 0x6c6b43},
    {"orange", 0xcf7a3c},
    {"pink", 0xd094a0},
    {"purple|violet", 0x6b5284},
    {"red|scarlet|crimson", 0xa8433b},
    {"silver", 0xb4b8ba},
    {"turquoise|teal", 0x3f8783},
    {"white|pale", 0xe4dfd4},
    {"yellow", 0xd8ab3f},
};

// The colour that words name last before what: in the same phrase, and not far from it.
static const struct colour *colour_of(const char *words, const char *what)
{
    const char *thing = words_find(words, what);
    const struct colour *best = NULL;
    size_t near = 26;

    for (size_t i = 0; thing && i < sizeof(colours) / sizeof(*colours); i++) {
        const char *at = words_find(words, colours[i].words);

        // The same colour may be named before, for something else.
        while (at && at < thing && (size_t)(thing - at) >= near)
            at = words_find(at + 1, colours[i].words);
        if (at && at < thing && (size_t)(thing - at) < near &&
            !memchr(at, ',', (size_t)(thing - at))) {
            near = (size_t)(thing - at);
            best = &colours[i];
        }
    }
    return best;
}

static const char hair_words[] =
    "hair|haired|braid*|bun|bob|curls|ponytail|plait*|beard|mane|locks|stubble";
static const char cloth_words[] = "oilskin*|coat|overcoat|jacket|cardigan|dress|nightdress|gown|"
                                  "shirt|suit|uniform|sweater|jumper|hoodie|"
                                  "robe|cloak|apron|vest|waistcoat|blazer|tunic|overalls|wool|"
                                  "blouse|skirt|parka|raincoat|pullover|t-shirt";

static struct ink hair_of(const char *id, const char *words, bool old)
{
    static const unsigned usual[] = {0x2c2622, 0x43312a, 0x5a4030, 0x1f2024, 0x704a32, 0x8a6844};
    const struct colour *named = colour_of(words, hair_words);

    if (words_have(words, "ginger|redhead|red-haired|auburn") || (named && named->hex == 0xa8433b))
        return INK(0x9a4f2c);
    if (named)
        return INK(named->hex);
    if (old)
        return INK(0xa9a9a6);
    return INK(usual[params_hash(id) / 7 % (sizeof(usual) / sizeof(*usual))]);
}

static struct ink skin_of(const char *id, const char *words)
{
    static const unsigned usual[] = {0xe2c3a8, 0xd3ac8d, 0xbd9170, 0x9f7558, 0xe6ccb5};

    if (words_have(words, "dark-skinned|dark skin|black man|black woman|ebony"))
        return INK(0x7d5239);
    if (words_have(words, "brown-skinned|brown skin|tanned|sunburnt|weathered"))
        return INK(0xb88359);
    if (words_have(words, "pale|fair-skinned|freckle*|white-faced"))
        return INK(0xecd2bd);
    return INK(usual[params_hash(id) / 13 % (sizeof(usual) / sizeof(*usual))]);
}

// A value of an enum, by the words that ask for it; the first that fits.
struct sign {
    const char *words;
    int value;
};

static int find_sign(const char *words, const struct sign *signs, size_t n, int otherwise)
{
    for (size_t i = 0; i < n; i++)
        if (words_have(words, signs[i].words))
            return signs[i].value;
    return otherwise;
}

#define SIGN(words, signs, otherwise)                                                              \
    find_sign(words, signs, sizeof(signs) / sizeof(*(signs)), otherwise)

static const struct sign hairs[] = {
    {"bald|shaved head|hairless", HAIR_NONE},
    {"braid*|plait*", HAIR_BRAID},
    {"bun|topknot", HAIR_BUN},
    {"ponytail|tied back", HAIR_TAIL},
    {"curl*|afro|frizzy", HAIR_CURLS},
    {"bob|shoulder-length", HAIR_BOB},
    {"long hair|long-haired|flowing hair|hair loose", HAIR_LONG},
    {"short hair|cropped|crew cut|buzz cut", HAIR_SHORT},
};

static const struct sign hats[] = {
    {"helmet|hard hat|astronaut|spacesuit", HAT_HELMET},
    {"hooded|hood|hoodie up|burqa", HAT_HOOD},
    {"headscarf|hijab|shawl|veil", HAT_SCARF},
    {"cap|beanie|beret|kepi|sou'wester", HAT_CAP},
    {"hat|fedora|bowler|stetson|top hat", HAT_BRIM},
};

static const struct sign dresses[] = {
    {"cardigan", DRESS_CARDIGAN},
    {"dress|nightdress|gown|robe|skirt|kimono|sari|cassock", DRESS_GOWN},
    {"suit|tuxedo|uniform|blazer|tie", DRESS_SUIT},
    {"oilskin*|coat|overcoat|jacket|cloak|parka|raincoat|anorak", DRESS_COAT},
    {"sweater|jumper|hoodie|pullover|wool|spacesuit", DRESS_SWEATER},
};

struct looks looks_read(const char *id, const char *words)
{
    const char *wearing = words ? words_find(words, "wearing|in a|in an|dressed") : NULL;
    const struct colour *cloth;
    const char woman[] =
        "woman|girl|she|her|mother|grandmother|lady|wife|daughter|sister|queen|actress|nun";
    const char young_man[] = "man|boy|he|his|father|grandfather|husband|son|brother|king|fisherman";
    struct looks l = {0};

    words = words ? words : "";
    cloth = wearing ? colour_of(wearing, cloth_words) : NULL;
    if (!cloth)
        cloth = colour_of(words, cloth_words);
    l.old = words_have(words, "sixt*|seventies|seventy|eighties|eighty|nineties|ninety|old|elderly|"
                              "grandmother|grandfather|aged|ancient");
    l.child = words_have(words, "child|boy|girl|kid|toddler|daughter|son");
    l.skin = skin_of(id, words);
    l.hair_ink = hair_of(id, words, l.old);
    l.hair = (enum hair)SIGN(words, hairs, -1);
    if ((int)l.hair < 0)
        l.hair = words_have(words, woman) && !words_have(words, young_man) ? HAIR_BOB : HAIR_SHORT;
    l.hat = (enum hat)SIGN(words, hats, HAT_NONE);
    l.dress = (enum dress)SIGN(words, dresses, params_hash(id) & 64 ? DRESS_SWEATER : DRESS_SHIRT);
    l.cloth = cloth ? INK(cloth->hex) : ink_mix(ink_scale(ink_of(id), .72), INK(0x4a4d55), .28);
    l.under = ink_mix(l.cloth, INK(0xe9e2d6), .72);
    l.beard = words_have(words, "beard*|bearded");
    l.moustache = l.beard || words_have(words, "moustache|mustache");
    l.glasses = words_have(words, "glasses|spectacles|half-moon*|monocle");
    l.skirt = l.dress == DRESS_GOWN || words_have(words, "dress|nightdress|gown|skirt|robe");
    l.wet = words_have(words, "wet|drenched|dripping|soaked|sea water|rain-soaked");
    return l;
}
