// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/asked.h"
#include "runtime/timeline.h"

static const struct timeline_media still = {.kind = TIMELINE_STILL};
static const struct timeline_media moving = {.kind = TIMELINE_MOVING};
static const struct timeline_media sound = {.kind = TIMELINE_SOUND, .heard_frames = 240};
static const struct timeline_media bell = {
    .kind = TIMELINE_SOUND, .heard_at = 54, .heard_frames = 12};

// Ten seconds at 24: a card, a shot that moves, a still that a model made, the same with a move;
// the second shot's last second is held. A line from 2.5 to 4 s, a bell from 6 to 6.5 s in an
// effects stem from 4 to 8 s, music from 8 s on.
static struct timeline *film(void)
{
    static const struct timeline_clip pictures[] = {
        {.shot = "card", .media = &still, .at = 0, .frames = 48},
        {.shot = "walk", .media = &moving, .rendered = true, .at = 48, .frames = 48},
        {.shot = "look", .media = &still, .rendered = true, .at = 120, .frames = 60},
        {.shot = "push", .media = &still, .rendered = true, .move = "in", .at = 180, .frames = 60},
    };
    struct timeline *t = timeline_new();

    t->rate = (struct frame_rate){24, 1};
    t->frames = 240;
    for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
        vec_push(&t->pictures, pictures[i]);
    vec_push(&t->transitions, (struct timeline_transition){.at = 240, .before = 36});
    vec_push(&t->lines, (struct timeline_line){.start = 2.5, .seconds = 1.5});
    timeline_add_sound(t, "dialogue", "DX",
                       (struct timeline_clip){.media = &sound, .at = 48, .frames = 72});
    timeline_add_sound(t, "effects", "FX",
                       (struct timeline_clip){.media = &bell, .at = 96, .frames = 96, .start = 6});
    timeline_add_sound(t, "music", "MX",
                       (struct timeline_clip){.media = &sound, .at = 192, .frames = 48});
    return t;
}

// What is found from start to end, and the shot that it is then told of; NULL: the film asks for
// it.
static const struct asked_case {
    const char *check;
    double start, end;
    const char *shot;
} cases[] = {
    {"black", 0, 2, NULL},       {"black", 2, 3.5, "walk"},   {"black", 5, 7, "look"},
    {"black", 8.5, 10, NULL},    {"black", 8, 10, "push"},    {"frozen", 0, 2, NULL},
    {"frozen", 0, 2.25, "card"}, {"frozen", 2, 4, "walk"},    {"frozen", 4, 7.5, NULL},
    {"frozen", 7.5, 10, "push"}, {"silent", 0, 2.5, NULL},    {"silent", 0, 3, "card"},
    {"silent", 4, 6, NULL},      {"silent", 4, 8, "walk"},    {"silent", 6.5, 8, NULL},
    {"silent", 6.5, 9, "look"},  {"frozen", 9, 1e15, "push"}, {"timestamps", 0, 1, "card"},
};

static void what_a_film_asks_for_is_no_finding(void **state)
{
    struct timeline *t = film();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct asked_case *c = &cases[i];
        json_t *found =
            json_pack("{s:{s:{s:i}}, s:[{s:s, s:f, s:f}]}", "facts", "picture", "frames", 240,
                      "findings", "check", c->check, "start", c->start, "end", c->end);
        json_t *list = json_object_get(found, "findings");

        asked_hold(found, t);
        assert_int_equal(json_array_size(list), c->shot != NULL);
        if (c->shot)
            assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "shot")),
                                c->shot);
        json_decref(found);
    }
    timeline_free(t);
}

static void frames_are_the_plans(void **state)
{
    struct timeline *t = film();
    json_t *found = json_pack("{s:{s:{s:i}}, s:[]}", "facts", "picture", "frames", 239, "findings");
    json_t *list = json_object_get(found, "findings");

    (void)state;
    asked_hold(found, t);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "text")),
                        "239 frames, where the film has 240");
    json_decref(found);
    timeline_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_film_asks_for_is_no_finding),
        cmocka_unit_test(frames_are_the_plans),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
