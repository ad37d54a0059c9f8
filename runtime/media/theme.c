// SPDX-License-Identifier: MIT
#include "runtime/media/theme.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"

#define PAPER INK_INIT(0xf1e9da)
#define NIGHT INK_INIT(0x14171c)
#define WHITE INK_INIT(0xffffff)
#define AMBER INK_INIT(0xe0a85a)
#define CARD                                                                                       \
    .face = TEXT_SERIF, .ink = PAPER, .ground = NIGHT, .accent = AMBER, .align = TEXT_CENTRE,      \
    .position = THEME_MIDDLE, .weight = 500

// c41's own. Chosen by eye, on a screen and on a telephone.
static const struct {
    const char *element;
    struct theme theme;
} own[] = {
    {"card", {CARD, .size = 6.6, .rest = .545, .leading = 1.12, .tracking = .03}},
    {"chapter",
     {CARD, .size = 6.0, .rest = .57, .leading = 1.12, .tracking = .16, .rule = true,
      .upper = true}},
    {"credits", {CARD, .size = 3.3, .rest = 1, .tracking = .02, .leading = 1.3}},
    {"end", {CARD, .size = 7.6, .rest = .45, .leading = 1.12, .tracking = .08}},
    {"lower-third",
     {.size = 4.2,
      .rest = .66,
      .weight = 600,
      .leading = 1.1,
      .ink = INK_INIT(0xf7f4ee),
      .ground = {.047, .055, .07, .66},
      .accent = INK_INIT(0xf2b24c),
      .position = THEME_BOTTOM}},
    {"slate", {.size = 2.5, .weight = 600, .tracking = .03, .ink = WHITE, .ground = {0, 0, 0, .5}}},
    {"subtitle",
     {.size = 4.6,
      .weight = 600,
      .leading = 1.15,
      .ink = WHITE,
      .outline = .075,
      .shadow = .5,
      .align = TEXT_CENTRE,
      .position = THEME_BOTTOM}},
    {"title", {CARD, .size = 9.6, .rest = .41, .leading = 1.12, .tracking = .06, .rule = true}},
};

static const char *const aligns[] = {
    [TEXT_LEFT] = "left", [TEXT_CENTRE] = "centre", [TEXT_RIGHT] = "right"};
static const char *const positions[] = {
    [THEME_TOP] = "top", [THEME_MIDDLE] = "middle", [THEME_BOTTOM] = "bottom"};

static bool find_own(struct theme *t, const char *element)
{
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        if (strcmp(own[i].element, element) == 0) {
            *t = own[i].theme;
            return true;
        }
    return false;
}

static bool read_inks(struct theme *t, const json_t *said, struct err *err)
{
    struct ink *inks[] = {&t->ink, &t->ground, &t->accent};
    const char *names[] = {"ink", "ground", "accent"};

    for (size_t i = 0; i < sizeof(inks) / sizeof(*inks); i++) {
        const char *text = json_get_text(said, names[i], NULL);

        if (text && strcmp(text, "none") == 0)
            *inks[i] = (struct ink){0};
        else if (text && !ink_read(text, inks[i]))
            return err_set(err, ERR_FILM, "the theme's %s is no colour: \"#e8dcc2\" would be",
                           names[i]);
    }
    return true;
}

// Which of three names is said; otherwise what stands already.
static unsigned one_of(const char *const names[3], const json_t *said, const char *key,
                       unsigned otherwise)
{
    const char *text = json_get_text(said, key, "");

    for (unsigned i = 0; i < 3; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    return otherwise;
}

bool theme_read(struct theme *t, const char *element, const json_t *said, struct err *err)
{
    const json_t *safe = json_object_get(said, "safe");

    if (!find_own(t, element))
        return err_set(err, ERR_FILM,
                       "no style \"%s\" of cards: plain, title, chapter, credits and end are known",
                       element);
    t->family = json_get_text(said, "family", NULL);
    t->size = json_get_number(said, "size", t->size);
    t->tracking = json_get_number(said, "tracking", t->tracking);
    t->leading *= json_get_number(said, "leading", 1);
    t->outline = json_get_number(said, "outline", t->outline);
    t->shadow = json_get_number(said, "shadow", t->shadow);
    t->weight = (int)json_get_integer(said, "weight", t->weight);
    t->italic = json_get_flag(said, "italic", t->italic);
    t->upper = strcmp(json_get_text(said, "case", t->upper ? "upper" : ""), "upper") == 0;
    t->align = one_of(aligns, said, "align", t->align);
    t->position = one_of(positions, said, "position", t->position);
    t->title_safe = json_get_number(safe, "title", 10) / 100;
    t->action_safe = json_get_number(safe, "action", 5) / 100;
    return read_inks(t, said, err);
}

struct text_style theme_letters(const struct theme *t, double unit)
{
    return (struct text_style){.size_px = t->size * unit,
                               .weight = t->weight,
                               .face = t->face,
                               .align = t->align,
                               .italic = t->italic,
                               .upper = t->upper,
                               .tracking = t->tracking,
                               .leading = t->leading,
                               .family = t->family,
                               .outline = t->outline,
                               .shadow = t->shadow};
}
