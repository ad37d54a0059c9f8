// SPDX-License-Identifier: MIT
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "runtime/media/voice_match.h"
#include "tests/unit/babble.h"

enum { RATE = 48000, VOICE = RATE * 3 / 2, SOUND = RATE * 5 / 2 };

// Where the voice lies in what is heard, how loud, and beside how much of something else.
static const struct match_case {
    size_t at;
    float level, noise, other;
} cases[] = {
    {0, 1, 0, 0},        {4801, 1, 0, 0},    {28800, .3F, 0, 0},      {48000, 1, 0, 0},
    {28801, 1, .05F, 0}, {30000, 1, 0, .4F}, {12345, .5F, .02F, .2F},
};

static void a_voice_is_found_to_a_tenth_of_a_millisecond(void **state)
{
    float *voice = mem_new(VOICE * sizeof(*voice)), *sound = mem_new(SOUND * sizeof(*sound));
    float *other = mem_new(SOUND * sizeof(*other));

    (void)state;
    babble(voice, VOICE, 5);
    babble(other, SOUND, 77);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct match_case *c = &cases[i];
        uint32_t seed = 1;
        double likeness;
        size_t at;

        for (size_t k = 0; k < SOUND; k++) {
            sound[k] = c->noise * babble_noise(&seed) + c->other * other[k];
            if (k >= c->at && k < c->at + VOICE)
                sound[k] += c->level * voice[k - c->at];
        }
        likeness = voice_match(sound, SOUND, voice, VOICE, &at);
        assert_in_range(at + 5, c->at, c->at + 10);
        assert_true(likeness > .5);
    }
    mem_free(voice);
    mem_free(sound);
    mem_free(other);
}

static void what_is_not_there_is_not_found(void **state)
{
    float *voice = mem_new(VOICE * sizeof(*voice)), *sound = mem_new(SOUND * sizeof(*sound));
    uint32_t seed = 9;
    size_t at;

    (void)state;
    babble(voice, VOICE, 5);
    assert_true(voice_match(sound, SOUND, voice, VOICE, &at) == 0); // silence
    assert_true(voice_has_places(voice, VOICE));
    for (size_t k = 0; k < SOUND; k++)
        sound[k] = .3F * sinf(.0576F * (float)k);
    assert_false(voice_has_places(sound, SOUND));
    for (size_t k = 0; k < SOUND; k++)
        sound[k] = .3F * babble_noise(&seed);
    assert_true(voice_match(sound, SOUND, voice, VOICE, &at) < .12);
    assert_true(voice_match(sound, RATE, voice, VOICE, &at) == 0); // it does not fit in
    memset(voice, 0, VOICE * sizeof(*voice));
    assert_false(voice_has_places(voice, VOICE));
    assert_true(voice_match(sound, SOUND, voice, VOICE, &at) == 0);
    mem_free(voice);
    mem_free(sound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_voice_is_found_to_a_tenth_of_a_millisecond),
        cmocka_unit_test(what_is_not_there_is_not_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
