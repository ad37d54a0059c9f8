// SPDX-License-Identifier: MIT
// What sounds when: stems that ring on, beds that go round, music that comes and goes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "tests/unit/job.h"
#include "tests/unit/listen.h"

enum { TONE_HZ = 375 }; // 128 samples a turn

// seconds of a sine at level on both channels.
static const char *tone(struct job *j, const char *name, double seconds, float level,
                        enum pcm_form form)
{
    struct pcm p;

    pcm_init(&p, 2, (size_t)pcm_sample(seconds));
    for (size_t i = 0; i < p.frames; i++)
        p.at[2 * i] = p.at[2 * i + 1] =
            level * (float)sin(2 * M_PI * TONE_HZ * (double)i / PCM_RATE);
    assert_true(pcm_write(&p, job_path(j, name), form, &j->err));
    pcm_release(&p);
    return job_path(j, name);
}

// The whole programme that params ask for, at 24 frames a second.
static void read_all(struct job *j, const char *params, struct pcm *out)
{
    atomic_bool cancelled = false;
    json_t *value = job_params(params);
    struct media_job job = {
        .params = value, .inputs = j->inputs, .n_inputs = j->n_inputs, .cancelled = &cancelled};
    struct programme *p = programme_new(&job, (struct rate){24, 1}, &j->err);

    if (!p)
        fail_msg("%s", j->err.text);
    if (!listen_to(p, out, &j->err))
        fail_msg("%s", j->err.text);
    programme_free(p);
    json_decref(value);
    j->n_inputs = 0;
}

// The level, in dB, around a second.
static double level_at(const struct pcm *p, double seconds)
{
    size_t start = (size_t)pcm_sample(seconds) - 640;
    double sum = 0;

    for (size_t i = start; i < start + 1280; i++)
        sum += (double)p->at[2 * i] * (double)p->at[2 * i];
    return 10 * log10(sum / 1280 + 1e-12);
}

static void expect_level(const struct pcm *p, double seconds, double db)
{
    if (fabs(level_at(p, seconds) - db) > 0.5)
        fail_msg("%.1f dB at %.2f s, not %.1f", level_at(p, seconds), seconds, db);
}

// Two shots of two seconds. The first's sound rings on into the second; the second's begins before
// it, and is cut off by the film's end.
static void stems_overlap_cuts(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "effects", tone(&j, "a.wav", 2.5, 0.1f, PCM_FLOAT));
    job_input(&j, "effects", tone(&j, "b.wav", 9, 0.01f, PCM_FLOAT));
    read_all(&j, "{'shots':[{'frames':48,'effects':0},{'frames':48,'effects':1,'lead':0.2}]}", &p);
    assert_int_equal(p.frames, 4 * PCM_RATE);
    expect_level(&p, 1, -23);
    expect_level(&p, 2.4, -22.2); // both, in phase
    expect_level(&p, 3, -43);
    assert_true(fabsf(p.at[2 * p.frames - 1]) < 1e-4f);
    pcm_release(&p);
    job_release(&j);
}

struct bed_case {
    enum pcm_form form;
    double seconds; // of the bed
    const char *beds;
};

static const struct bed_case bed_cases[] = {
    {PCM_S16_LOOP, 1, "{'bed':0,'from':0,'to':1}"},
    {PCM_FLOAT, 3.2, "{'bed':0,'from':0,'to':1}"},
    {PCM_S16_LOOP, 1, "{'bed':0,'from':0,'to':0},{'bed':0,'from':1,'to':1}"}, // one bed, no fade
};

static void beds_go_round(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(bed_cases) / sizeof(*bed_cases); i++) {
        char params[300];
        struct pcm p;
        double level;

        snprintf(params, sizeof(params),
                 "{'shots':[{'frames':96},{'frames':96},{'frames':48}],"
                 "'beds':[%s]}",
                 bed_cases[i].beds);
        job_input(&j, "bed", tone(&j, "bed.wav", bed_cases[i].seconds, 0.5f, bed_cases[i].form));
        read_all(&j, params, &p);
        level = level_at(&p, 1);
        for (double at = 0.6; at < 7.6; at += 0.05)
            if (bed_cases[i].form == PCM_S16_LOOP)
                expect_level(&p, at, level);
            else // an unmarked tone is faded into itself, in whatever phase it is
                assert_true(level_at(&p, at) < level + 3.1);
        expect_level(&p, 8.3, -120);
        assert_true(level_at(&p, 0.05) < level - 6 && level_at(&p, 8.15) < level - 6);
        pcm_release(&p);
    }
    job_release(&j);
}

// Every bed comes to the same level, however loud its file is.
static void beds_are_levelled(void **state)
{
    static const float levels[] = {0.9f, 0.05f};
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < 2; i++) {
        struct pcm p;

        job_input(&j, "bed", tone(&j, "bed.wav", 2, levels[i], PCM_S16_LOOP));
        read_all(&j, "{'shots':[{'frames':240}],'beds':[{'bed':0,'from':0,'to':0,'level':5}]}", &p);
        assert_float_equal((float)loudness_of(&p), -30, 0.6f);
        pcm_release(&p);
    }
    job_release(&j);
}

// Footage that speaks has no lines: music steps back from its first sound to its last.
static void music_steps_back_for_footage(void **state)
{
    static const struct {
        const char *facts, *speaks;
        float db[3]; // at 2.2, 3.5 and 4.9 s
    } cases[] = {
        {"{'heard':[1,2]}", "true", {-9, -15, -9}},
        {"{'heard':[1,2]}", "false", {-9, -9, -9}},
        {"{'silent':true}", "true", {-9, -9, -9}},
    };
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        json_t *facts = job_params(cases[i].facts);
        char params[300];
        struct pcm p;

        job_input(&j, "music", tone(&j, "theme.wav", 20, 0.5f, PCM_S16));
        job_input(&j, "dialogue", tone(&j, "silence.wav", 4, 0, PCM_FLOAT));
        j.inputs[1].facts = facts;
        snprintf(params, sizeof(params),
                 "{'shots':[{'frames':48},{'frames':96,'dialogue':0,'speaks':%s}],"
                 "'music':[{'music':0,'from':0,'to':1,'level':0,'fade':0}]}",
                 cases[i].speaks);
        read_all(&j, params, &p);
        expect_level(&p, 2.2, cases[i].db[0]);
        expect_level(&p, 3.5, cases[i].db[1]);
        expect_level(&p, 4.9, cases[i].db[2]);
        pcm_release(&p);
        json_decref(facts);
    }
    job_release(&j);
}

static void music_comes_and_goes(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "music", tone(&j, "theme.wav", 20, 0.5f, PCM_S16)); // not as a mix is
    job_input(&j, "music", tone(&j, "short.wav", 1, 0.5f, PCM_FLOAT));
    read_all(&j,
             "{'shots':[{'frames':48},{'frames':96},{'frames':96}],'music':["
             "{'music':0,'from':1,'to':1,'level':-18,'fade':1},"
             "{'music':1,'from':2,'to':2,'level':0,'duck':false}],"
             "'lines':[{'shot':1,'start':1.8,'seconds':0.6},{'shot':2,'start':0.1,'seconds':0.8}]}",
             &p);
    expect_level(&p, 1.9, -120);
    expect_level(&p, 2.5, -30);  // half way up, at equal power
    expect_level(&p, 3.3, -27);  // -9 and the level
    expect_level(&p, 4.1, -33);  // somebody speaks
    expect_level(&p, 5.5, -30);  // half way down
    expect_level(&p, 6.5, -9);   // whoever speaks
    expect_level(&p, 7.5, -120); // the file has ended
    pcm_release(&p);
    job_release(&j);
}

static void films_fade(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "effects", tone(&j, "a.wav", 4, 0.5f, PCM_FLOAT));
    read_all(&j, "{'shots':[{'frames':96,'effects':0}],'fades':{'in':1,'out':2}}", &p);
    expect_level(&p, 0.5, -12);
    expect_level(&p, 1.5, -9);
    expect_level(&p, 3, -12);
    pcm_release(&p);
    job_release(&j);
}

struct recipe_case {
    const char *about, *params; // of three shots of two seconds, and of what lies in them
    bool differs[6];            // from the first case, in each second
};

#define STEMS                                                                                      \
    "'shots':[{'frames':48,'effects':0},{'frames':48,'effects':1},{'frames':48,'effects':2}]"

static const struct recipe_case recipe_cases[] = {
    {"as it is", "{" STEMS "}", {false}},
    {"another stem",
     "{'shots':[{'frames':48,'effects':0},{'frames':48,'effects':3},{'frames':48,'effects':2}]}",
     {false, false, true, true, true, true}}, // it may ring
    {"a stem that begins before its shot",
     "{'shots':[{'frames':48,'effects':0},{'frames':48,'effects':1,'lead':0.5},"
     "{'frames':48,'effects':2}]}",
     {false, true, true, true, true, true}},
    {"music over the last shot",
     "{" STEMS ",'music':[{'music':0,'from':2,'to':2}]}",
     {false, false, false, false, true, true}},
    {"words under which nothing steps back",
     "{" STEMS ",'lines':[{'shot':0,'start':0.2,'seconds':0.5}]}",
     {false}},
    {"a longer film",
     "{'shots':[{'frames':48,'effects':0},{'frames':48,'effects':1},{'frames':72,'effects':2}]}",
     {false, false, false, false, false, true}}, // no fade at its end
    {"a fade at the end",
     "{" STEMS ",'fades':{'out':1.5}}",
     {false, false, false, false, true, true}},
};

// Under a slate it is silent, also where a sound begins before the film; behind it nothing differs.
static void a_slate_moves_all(void **state)
{
    static const char rest[] = "'fades':{'in':0.5},'beds':[{'bed':0,'from':0,'to':0}],"
                               "'music':[{'music':0,'from':1,'to':1,'fade':0.3}],"
                               "'lines':[{'shot':1,'start':0.2,'seconds':0.5}],"
                               "'shots':[{'frames':48,'effects':0,'lead':0.4},{'frames':24}]}";
    struct pcm plain = {0}, slated = {0};
    struct job j;

    (void)state;
    job_init(&j);
    for (int slate = 0; slate < 2; slate++) {
        char params[600];

        job_input(&j, "effects", tone(&j, "a.wav", 2.5, 0.1f, PCM_FLOAT));
        job_input(&j, "bed", tone(&j, "b.wav", 1, 0.5f, PCM_S16_LOOP));
        job_input(&j, "music", tone(&j, "c.wav", 9, 0.3f, PCM_FLOAT));
        snprintf(params, sizeof(params), "{'slate':%d,%s", slate * 36, rest);
        read_all(&j, params, slate ? &slated : &plain);
    }
    assert_int_equal(slated.frames, plain.frames + 3 * PCM_RATE / 2);
    for (size_t i = 0; i < 3 * PCM_RATE; i++)
        assert_true(slated.at[i] == 0);
    assert_memory_equal(slated.at + 3 * PCM_RATE, plain.at, plain.frames * 2 * sizeof(*plain.at));
    assert_true(pcm_peak(&plain) > 0.1f);
    pcm_release(&plain);
    pcm_release(&slated);
    job_release(&j);
}

static void fill_recipes(struct job *j, const char *params, struct digest out[6])
{
    static const char *const names[] = {"a.wav", "b.wav", "c.wav", "d.wav"};
    atomic_bool cancelled = false;
    json_t *value = job_params(params);
    struct media_job job = {.params = value, .inputs = j->inputs, .cancelled = &cancelled};
    struct programme *p;

    for (size_t i = 0; i < 4; i++)
        job_input(j, "effects", job_path(j, names[i]));
    job_input(j, "music", job_path(j, "music.wav"));
    job.n_inputs = j->n_inputs;
    p = programme_new(&job, (struct rate){24, 1}, &j->err);
    if (!p)
        fail_msg("%s", j->err.text);
    for (int64_t i = 0; i < 6; i++)
        out[i] = programme_recipe(p, i * PCM_RATE, (i + 1) * PCM_RATE);
    programme_free(p);
    json_decref(value);
    j->n_inputs = 0;
}

static void recipes_differ_where_the_sound_does(void **state)
{
    struct digest plain[6], other[6];
    struct job j;

    (void)state;
    job_init(&j);
    fill_recipes(&j, recipe_cases[0].params, plain);
    for (size_t i = 0; i < sizeof(recipe_cases) / sizeof(*recipe_cases); i++) {
        fill_recipes(&j, recipe_cases[i].params, other);
        for (size_t k = 0; k < 6; k++)
            if ((memcmp(&plain[k], &other[k], sizeof(plain[k])) != 0) != recipe_cases[i].differs[k])
                fail_msg("%s: second %zu", recipe_cases[i].about, k);
    }
    job_release(&j);
}

// A window is the same whoever reads it, and from wherever.
static void windows_make_the_whole(void **state)
{
    struct job j;
    atomic_bool cancelled = false;
    struct pcm whole, window;
    const char *params =
        "{'shots':[{'frames':48,'effects':0},{'frames':96}],'beds':[{'bed':0,'from':0,'to':1}],"
        "'music':[{'music':0,'from':1,'to':1,'fade':0.5}],"
        "'lines':[{'shot':1,'start':0.5,'seconds':1}]}";
    json_t *value = job_params(params);
    struct media_job job = {.params = value, .inputs = j.inputs, .cancelled = &cancelled};
    struct programme *p;

    (void)state;
    job_init(&j);
    for (int round = 0; round < 2; round++) {
        job_input(&j, "effects", tone(&j, "a.wav", 2.5, 0.1f, PCM_FLOAT));
        job_input(&j, "bed", tone(&j, "bed.wav", 1.3, 0.3f, PCM_S16_LOOP));
        job_input(&j, "music", tone(&j, "music.wav", 9, 0.2f, PCM_S16));
        if (round == 0)
            read_all(&j, params, &whole);
    }
    job.n_inputs = j.n_inputs;
    p = programme_new(&job, (struct rate){24, 1}, &j.err);
    pcm_init(&window, 2, 70001);
    for (int64_t at = -50000; at < (int64_t)whole.frames + 9; at += 61007) {
        assert_true(programme_prepare(p, at, at + (int64_t)window.frames, &j.err));
        assert_true(programme_read_at(p, at, window.at, window.frames, &j.err));
        for (int64_t i = 0; i < (int64_t)window.frames * 2; i++) {
            int64_t sample = at * 2 + i;
            bool within = sample >= 0 && sample < (int64_t)whole.frames * 2;

            assert_true(window.at[i] == (within ? whole.at[sample] : 0));
        }
    }
    programme_free(p);
    pcm_release(&whole);
    pcm_release(&window);
    json_decref(value);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stems_overlap_cuts),
        cmocka_unit_test(beds_go_round),
        cmocka_unit_test(beds_are_levelled),
        cmocka_unit_test(music_comes_and_goes),
        cmocka_unit_test(music_steps_back_for_footage),
        cmocka_unit_test(films_fade),
        cmocka_unit_test(a_slate_moves_all),
        cmocka_unit_test(recipes_differ_where_the_sound_does),
        cmocka_unit_test(windows_make_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
