// SPDX-License-Identifier: MIT
// What sounds when: stems that ring on, beds that go round, music that comes and goes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/err.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "tests/unit/job.h"

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
    size_t got = 1;

    if (!p)
        fail_msg("%s", j->err.text);
    pcm_init(out, 2, (size_t)programme_samples(p));
    for (size_t at = 0; got; at += got)
        if (!programme_read(p, out->at + at * 2, out->frames - at, &got, &j->err))
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

static void music_comes_and_goes(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "music", tone(&j, "theme.wav", 20, 0.5f, PCM_FLOAT));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stems_overlap_cuts), cmocka_unit_test(beds_go_round),
        cmocka_unit_test(beds_are_levelled),  cmocka_unit_test(music_comes_and_goes),
        cmocka_unit_test(films_fade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
