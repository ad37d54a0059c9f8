// SPDX-License-Identifier: MIT
#include "runtime/media/recipes.h"

#include <ctype.h>
#include <string.h>

// clang-format off

// Levels are of one scale, so that recipes can be laid on each other; ambience sets the level of
// the whole.
static const struct recipe recipes[] = {
    {"bell", {{LAYER_BELLS, -14, .low = 415, .high = 460, .rate = 0.3f, .steady = 0.9f,
               .attack = 0.002f, .decay = 1.6f}}},
    {"birds",
     {{LAYER_PINK, -48, .low = 400, .high = 6000, .swell_hz = 0.15f, .swell_depth = 0.4f},
      {LAYER_CHIRPS, -27, .low = 2600, .high = 4800, .rate = 0.55f, .attack = 0.01f,
       .decay = 0.045f, .sweep = -0.35f, .burst = 4, .gap = 0.13f},
      {LAYER_CHIRPS, -31, .low = 3000, .high = 5600, .rate = 0.4f, .attack = 0.015f,
       .decay = 0.09f, .sweep = 0.3f, .burst = 2, .gap = 0.22f}}},
    {"city",
     {{LAYER_BROWN, -23, .low = 25, .high = 220, .swell_hz = 0.11f, .swell_depth = 0.3f},
      {LAYER_PINK, -36, .low = 300, .high = 2200, .swell_hz = 0.175f, .swell_depth = 1,
       .swell_power = 4},
      {LAYER_PINK, -42, .low = 150, .high = 4000},
      {LAYER_BELLS, -37, .low = 330, .high = 440, .rate = 0.06f, .attack = 0.04f,
       .decay = 0.35f}}},
    {"clank", // iron on iron
     {{LAYER_BELLS, -16, .low = 240, .high = 420, .rate = 0.7f, .steady = 0.92f,
       .attack = 0.001f, .decay = 0.09f},
      {LAYER_PUFFS, -20, .low = 1400, .high = 3000, .rate = 0.7f, .steady = 0.92f,
       .attack = 0.001f, .decay = 0.012f, .burst = 2, .gap = 0.07f},
      {LAYER_BROWN, -38, .low = 60, .high = 400, .swell_hz = 0.7f, .swell_depth = 0.6f}}},
    {"clock",
     {{LAYER_PUFFS, -20, .low = 2300, .high = 2500, .rate = 1, .steady = 1, .attack = 0.0005f,
       .decay = 0.006f},
      {LAYER_PUFFS, -22, .low = 1800, .high = 1950, .rate = 1, .steady = 1, .attack = 0.0005f,
       .decay = 0.007f, .delay = 0.5f},
      {LAYER_BROWN, -50, .low = 40, .high = 300}}},
    {"crickets",
     {{LAYER_CHIRPS, -30, .low = 4300, .high = 4500, .rate = 1.5f, .steady = 0.92f,
       .attack = 0.007f, .decay = 0.012f, .burst = 4, .gap = 0.052f},
      {LAYER_CHIRPS, -36, .low = 3700, .high = 3850, .rate = 1.1f, .steady = 0.85f,
       .attack = 0.008f, .decay = 0.014f, .burst = 3, .gap = 0.061f},
      {LAYER_PINK, -50, .low = 100, .high = 1500, .swell_hz = 0.1f, .swell_depth = 0.3f}}},
    {"crowd",
     {{LAYER_MURMUR, -27, .rate = 11},
      {LAYER_PINK, -44, .low = 150, .high = 2500, .swell_hz = 0.2f, .swell_depth = 0.3f},
      {LAYER_BROWN, -36, .low = 40, .high = 250}}},
    {"crystal", // glasses, cups, panes that rattle
     {{LAYER_BELLS, -30, .low = 2300, .high = 4600, .rate = 0.5f, .attack = 0.001f,
       .decay = 0.09f, .burst = 2, .gap = 0.11f}}},
    {"door",
     {{LAYER_PUFFS, -27, .low = 300, .high = 700, .rate = 0.12f, .attack = 0.012f,
       .decay = 0.02f, .sweep = 0.5f, .burst = 8, .gap = 0.055f},
      {LAYER_PUFFS, -8, .low = 60, .high = 110, .rate = 0.12f, .attack = 0.003f, .decay = 0.09f,
       .delay = 0.75f},
      {LAYER_PUFFS, -15, .low = 700, .high = 1400, .rate = 0.12f, .attack = 0.001f,
       .decay = 0.03f, .delay = 0.75f}}},
    {"engine",
     {{LAYER_TONE, -25, .low = 55, .swell_hz = 11, .swell_depth = 0.4f},
      {LAYER_TONE, -28, .low = 110, .swell_hz = 11, .swell_depth = 0.3f},
      {LAYER_TONE, -34, .low = 165},
      {LAYER_BROWN, -28, .low = 30, .high = 300, .swell_hz = 11, .swell_depth = 0.4f},
      {LAYER_PINK, -40, .low = 200, .high = 1500, .swell_hz = 22, .swell_depth = 0.4f}}},
    {"explosion",
     {{LAYER_PUFFS, -6, .low = 45, .high = 90, .rate = 0.1f, .attack = 0.004f, .decay = 0.5f},
      {LAYER_PUFFS, -14, .low = 400, .high = 1500, .rate = 0.1f, .attack = 0.001f,
       .decay = 0.12f}}},
    {"fire",
     {{LAYER_BROWN, -27, .low = 30, .high = 400, .swell_hz = 1.7f, .swell_depth = 0.3f},
      {LAYER_PINK, -42, .low = 300, .high = 3000, .swell_hz = 4.3f, .swell_depth = 0.4f},
      {LAYER_PUFFS, -20, .low = 1300, .high = 5000, .rate = 11, .attack = 0.0003f,
       .decay = 0.003f},
      {LAYER_PUFFS, -14, .low = 700, .high = 2200, .rate = 0.8f, .attack = 0.0005f,
       .decay = 0.012f, .burst = 2, .gap = 0.04f}}},
    {"foghorn",
     {{LAYER_BELLS, -14, .low = 116, .high = 118, .rate = 0.08f, .steady = 0.9f, .attack = 0.5f,
       .decay = 1.1f}}},
    {"footsteps",
     {{LAYER_PUFFS, -12, .low = 70, .high = 130, .rate = 1.8f, .steady = 0.94f, .attack = 0.004f,
       .decay = 0.045f},
      {LAYER_PUFFS, -21, .low = 900, .high = 2600, .rate = 1.8f, .steady = 0.94f,
       .attack = 0.006f, .decay = 0.025f, .delay = 0.015f}}},
    {"gulls",
     {{LAYER_CHIRPS, -26, .low = 1000, .high = 1700, .rate = 0.22f, .attack = 0.05f,
       .decay = 0.14f, .sweep = -0.45f, .burst = 4, .gap = 0.36f}}},
    {"leaves",
     {{LAYER_PINK, -44, .low = 500, .high = 5000, .swell_hz = 0.15f, .swell_depth = 0.6f},
      {LAYER_PINK, -46, .low = 90, .high = 500, .swell_hz = 0.11f, .swell_depth = 0.5f}}},
    {"machine",
     {{LAYER_TONE, -25, .low = 50, .swell_hz = 8.3f, .swell_depth = 0.15f},
      {LAYER_TONE, -28, .low = 100, .swell_hz = 8.3f, .swell_depth = 0.15f},
      {LAYER_TONE, -33, .low = 150},
      {LAYER_TONE, -38, .low = 297},
      {LAYER_PINK, -40, .low = 700, .high = 1700, .swell_hz = 8.3f, .swell_depth = 0.5f},
      {LAYER_BROWN, -34, .low = 30, .high = 200}}},
    {"night",
     {{LAYER_BROWN, -36, .low = 30, .high = 250, .swell_hz = 0.09f, .swell_depth = 0.3f},
      {LAYER_PINK, -50, .low = 200, .high = 3000, .swell_hz = 0.13f, .swell_depth = 0.5f}}},
    {"rain",
     {{LAYER_WHITE, -33, .low = 900, .high = 9000, .swell_hz = 0.09f, .swell_depth = 0.25f},
      {LAYER_PUFFS, -25, .low = 1500, .high = 7000, .rate = 160, .attack = 0.0003f,
       .decay = 0.002f},
      {LAYER_PUFFS, -24, .low = 500, .high = 1800, .rate = 9, .attack = 0.0005f,
       .decay = 0.006f},
      {LAYER_BROWN, -35, .low = 40, .high = 300}}},
    {"room",
     {{LAYER_BROWN, -33, .low = 30, .high = 250},
      {LAYER_PINK, -44, .low = 150, .high = 4000},
      {LAYER_TONE, -58, .low = 100}}},
    {"static",
     {{LAYER_WHITE, -34, .low = 500, .high = 7000, .swell_hz = 2.7f, .swell_depth = 0.4f},
      {LAYER_PUFFS, -22, .low = 1500, .high = 6000, .rate = 14, .attack = 0.0003f,
       .decay = 0.004f},
      {LAYER_TONE, -48, .low = 1850, .swell_hz = 0.3f, .swell_depth = 1, .swell_power = 3}}},
    {"thunder",
     {{LAYER_PUFFS, -10, .low = 35, .high = 75, .rate = 0.11f, .attack = 0.06f, .decay = 0.8f,
       .burst = 4, .gap = 0.38f},
      {LAYER_PUFFS, -20, .low = 120, .high = 320, .rate = 0.11f, .attack = 0.02f,
       .decay = 0.35f, .burst = 3, .gap = 0.2f}}},
    {"train",
     {{LAYER_BROWN, -25, .low = 35, .high = 300, .swell_hz = 0.2f, .swell_depth = 0.2f},
      {LAYER_PUFFS, -17, .low = 160, .high = 300, .rate = 0.8f, .steady = 1, .attack = 0.002f,
       .decay = 0.04f, .burst = 2, .gap = 0.16f},
      {LAYER_PINK, -38, .low = 500, .high = 3500, .swell_hz = 0.8f, .swell_depth = 0.4f}}},
    {"typing",
     {{LAYER_PUFFS, -22, .low = 1800, .high = 3800, .rate = 6.5f, .steady = 0.4f,
       .attack = 0.001f, .decay = 0.007f},
      {LAYER_BROWN, -46, .low = 40, .high = 250}}},
    {"water",
     {{LAYER_WHITE, -34, .low = 300, .high = 1300, .swell_hz = 0.7f, .swell_depth = 0.25f},
      {LAYER_WHITE, -38, .low = 1500, .high = 6000, .swell_hz = 0.45f, .swell_depth = 0.3f},
      {LAYER_CHIRPS, -30, .low = 420, .high = 1500, .rate = 13, .attack = 0.004f,
       .decay = 0.02f, .sweep = 0.5f}}},
    {"waves",
     {{LAYER_BROWN, -26, .low = 30, .high = 700, .swell_hz = 0.137f, .swell_depth = 0.75f,
       .swell_power = 2},
      {LAYER_WHITE, -32, .low = 1200, .high = 7500, .swell_hz = 0.137f, .swell_depth = 1,
       .swell_power = 5, .swell_lag = 1.1f},
      {LAYER_WHITE, -43, .low = 400, .high = 3000}}},
    {"wind",
     {{LAYER_PINK, -29, .low = 60, .high = 500, .swell_hz = 0.13f, .swell_depth = 0.6f},
      {LAYER_PINK, -38, .low = 480, .high = 800, .swell_hz = 0.17f, .swell_depth = 0.9f,
       .swell_power = 2},
      {LAYER_WHITE, -52, .low = 1500, .high = 5000, .swell_hz = 0.13f, .swell_depth = 0.8f,
       .swell_power = 2}}},
};

// What people write, and the recipes that it means.
static const struct {
    const char *word, *recipes[3];
} words[] = {
    {"air", {"room"}}, {"airport", {"crowd"}}, {"anvil", {"clank"}}, {"applause", {"crowd"}},
    {"audience", {"crowd"}}, {"bar", {"crowd", "crystal"}}, {"beach", {"waves"}},
    {"bell", {"bell"}}, {"bird", {"birds"}}, {"blast", {"explosion"}},
    {"boat", {"engine", "water"}}, {"boom", {"explosion"}}, {"breeze", {"wind"}},
    {"brook", {"water"}}, {"buzz", {"machine"}}, {"cafe", {"crowd", "crystal"}},
    {"campfire", {"fire"}}, {"car", {"engine"}}, {"chain", {"clank"}}, {"chatter", {"crowd"}},
    {"chime", {"bell"}}, {"church", {"bell"}}, {"cicada", {"crickets"}}, {"city", {"city"}},
    {"clang", {"clank"}}, {"clank", {"clank"}}, {"classroom", {"crowd", "room"}},
    {"clink", {"crystal"}}, {"clock", {"clock"}}, {"coast", {"waves"}}, {"computer", {"machine"}},
    {"corridor", {"room"}}, {"cough", {"engine"}}, {"countryside", {"birds", "leaves"}},
    {"crackle", {"fire"}}, {"crank", {"clank"}}, {"crash", {"explosion"}},
    {"cricket", {"crickets"}}, {"crowd", {"crowd"}}, {"door", {"door"}}, {"downpour", {"rain"}},
    {"drip", {"water"}}, {"drizzle", {"rain"}}, {"drone", {"machine"}}, {"drop", {"water"}},
    {"electric", {"machine"}}, {"engine", {"engine"}}, {"explosion", {"explosion"}},
    {"factory", {"machine"}}, {"fan", {"machine"}}, {"field", {"birds", "leaves"}},
    {"fire", {"fire"}}, {"flame", {"fire"}}, {"fluorescent", {"machine"}},
    {"foghorn", {"foghorn"}}, {"footstep", {"footsteps"}}, {"forest", {"birds", "leaves"}},
    {"fountain", {"water"}}, {"fridge", {"machine"}}, {"frog", {"crickets"}}, {"gale", {"wind"}},
    {"garden", {"birds"}}, {"gear", {"machine"}}, {"generator", {"engine"}},
    {"glass", {"crystal"}}, {"gull", {"gulls"}}, {"gun", {"explosion"}},
    {"gunshot", {"explosion"}}, {"gust", {"wind"}}, {"hall", {"room"}}, {"hammer", {"clank"}},
    {"harbor", {"waves", "gulls"}}, {"harbour", {"waves", "gulls"}}, {"hearth", {"fire"}},
    {"helicopter", {"engine"}}, {"hiss", {"static"}}, {"horn", {"foghorn"}}, {"hum", {"machine"}},
    {"insect", {"crickets"}}, {"jungle", {"birds", "crickets"}}, {"keyboard", {"typing"}},
    {"kitchen", {"room", "crystal"}}, {"knock", {"door"}}, {"lamp", {"machine"}},
    {"leaf", {"leaves"}}, {"leaves", {"leaves"}}, {"lightning", {"thunder"}},
    {"machine", {"machine"}}, {"machinery", {"machine"}}, {"market", {"crowd"}},
    {"meadow", {"birds", "crickets"}}, {"mechanical", {"machine"}},
    {"mechanism", {"machine", "clock"}}, {"metal", {"clank"}}, {"metro", {"train"}},
    {"motor", {"engine"}}, {"murmur", {"crowd"}}, {"night", {"night", "crickets"}},
    {"noise", {"static"}}, {"ocean", {"waves"}}, {"office", {"room", "typing"}},
    {"owl", {"night"}}, {"park", {"birds"}}, {"party", {"crowd", "crystal"}},
    {"pendulum", {"clock"}}, {"people", {"crowd"}}, {"pier", {"waves", "gulls"}},
    {"plane", {"engine"}}, {"plaza", {"city"}}, {"pub", {"crowd", "crystal"}},
    {"puddle", {"water"}}, {"radio", {"static"}}, {"rain", {"rain"}}, {"rapids", {"water"}},
    {"restaurant", {"crowd", "crystal"}}, {"ring", {"bell"}}, {"river", {"water"}},
    {"road", {"city"}}, {"room", {"room"}}, {"rumble", {"thunder"}}, {"rustle", {"leaves"}},
    {"sea", {"waves"}}, {"seagull", {"gulls"}}, {"server", {"machine"}},
    {"ship", {"engine", "waves"}}, {"shore", {"waves"}}, {"shower", {"rain"}},
    {"silence", {"room"}}, {"siren", {"city"}}, {"slam", {"door"}}, {"square", {"city"}},
    {"stadium", {"crowd"}}, {"static", {"static"}}, {"station", {"crowd", "train"}},
    {"step", {"footsteps"}}, {"storm", {"rain", "wind", "thunder"}}, {"stove", {"fire"}},
    {"stream", {"water"}}, {"street", {"city"}}, {"subway", {"train"}}, {"surf", {"waves"}},
    {"tap", {"water"}}, {"television", {"static"}}, {"theatre", {"crowd"}}, {"thump", {"door"}},
    {"thunder", {"thunder"}}, {"thunderstorm", {"rain", "wind", "thunder"}}, {"tick", {"clock"}},
    {"tone", {"room"}}, {"torch", {"fire"}}, {"traffic", {"city"}}, {"train", {"train"}},
    {"transformer", {"machine"}}, {"tree", {"leaves", "birds"}}, {"truck", {"engine"}},
    {"typewriter", {"typing"}}, {"typing", {"typing"}}, {"umbrella", {"rain"}},
    {"ventilation", {"machine"}}, {"voice", {"crowd"}}, {"walk", {"footsteps"}},
    {"water", {"water"}}, {"waterfall", {"water"}}, {"wave", {"waves"}}, {"wind", {"wind"}},
    {"wood", {"birds", "leaves"}}, {"woodland", {"birds"}},
};

// What a word before one of those changes. Beyond any level: it is not heard at all.
static const struct {
    const char *word;
    float level;
    bool far, absent;
} degrees[] = {
    {"away", -4, true, false},     {"big", 3, false, false},      {"calm", -4, false, false},
    {"distant", -6, true, false},  {"far", -6, true, false},
    {"faint", -6, false, false},   {"gentle", -3, false, false},  {"heavy", 4, false, false},
    {"howling", 4, false, false},  {"huge", 4, false, false},     {"light", -3, false, false},
    {"loud", 4, false, false},     {"low", -3, false, false},     {"muffled", -5, true, false},
    {"no", 0, false, true},        {"outside", -5, true, false},  {"quiet", -4, false, false},
    {"raging", 4, false, false},   {"roaring", 4, false, false},  {"soft", -3, false, false},
    {"strong", 3, false, false},   {"without", 0, false, true},
};

// clang-format on

static const struct recipe *find_recipe(const char *name)
{
    for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++)
        if (strcmp(recipes[i].name, name) == 0)
            return &recipes[i];
    return NULL;
}

const struct recipe *recipe_room(void)
{
    return find_recipe("room");
}

size_t recipe_layers(const struct recipe *r)
{
    size_t n = 0;

    while (n < RECIPE_MOST_LAYERS && (r->layers[n].low > 0 || r->layers[n].rate > 0))
        n++;
    return n;
}

// Whether the word of len letters at text is word, or a form of it: "waves", "raining", "stormy".
static bool is_form_of(const char *text, size_t len, const char *word)
{
    static const char *const endings[] = {"", "s", "es", "y", "ing", "ed"};
    size_t n = strlen(word);

    for (size_t i = 0; i < n; i++)
        if (i >= len || tolower((unsigned char)text[i]) != word[i])
            return false;
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strlen(endings[i]) == len - n && memcmp(text + n, endings[i], len - n) == 0)
            return true;
    return false;
}

// Adds a recipe, or makes the one that is there as loud as this asks.
static size_t add_use(struct recipe_use *uses, size_t n, const struct recipe_use *use)
{
    for (size_t i = 0; i < n; i++)
        if (uses[i].recipe == use->recipe) {
            if (use->level > uses[i].level)
                uses[i] = *use;
            return n;
        }
    if (n < RECIPE_MOST_USES)
        uses[n++] = *use;
    return n;
}

// The word's degree, if it is one, on top of what stands before it.
static bool read_degree(const char *text, size_t len, struct recipe_use *use, bool *absent)
{
    for (size_t i = 0; i < sizeof(degrees) / sizeof(*degrees); i++)
        if (is_form_of(text, len, degrees[i].word)) {
            use->level += degrees[i].level;
            use->far |= degrees[i].far;
            *absent |= degrees[i].absent;
            return true;
        }
    return false;
}

// Adds what the word means, as it is used. Returns whether it means anything.
static bool read_word(const char *text, size_t len, struct recipe_use use, bool absent,
                      struct recipe_use *uses, size_t *n)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (!is_form_of(text, len, words[i].word))
            continue;
        for (size_t k = 0; k < 3 && words[i].recipes[k] && !absent; k++) {
            use.recipe = find_recipe(words[i].recipes[k]);
            *n = add_use(uses, *n, &use);
        }
        return true;
    }
    return false;
}

size_t recipes_for(const char *prompt, struct recipe_use *uses)
{
    struct recipe_use next = {0};
    bool absent = false;
    size_t n = 0, phrase = 0, len;

    for (const char *p = prompt;; p += len ? len : 1) {
        for (len = 0; isalpha((unsigned char)p[len]) || (p[len] & 0x80);)
            len++;
        if (len && !read_degree(p, len, &next, &absent) &&
            read_word(p, len, next, absent, uses, &n))
            next = (struct recipe_use){0}, absent = false;
        if (!*p || *p == ',' || *p == '.' || *p == ';') {
            if (n > phrase) { // "thunder far away"
                uses[n - 1].level += next.level;
                uses[n - 1].far |= next.far;
            }
            next = (struct recipe_use){0}, absent = false;
            phrase = n;
        }
        if (!*p)
            return n;
    }
}
