// SPDX-License-Identifier: MIT
// Where music begins and ends, to the sample; beds that are hard to loop; the film bus by bus.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "tests/unit/job.h"
#include "tests/unit/listen.h"

enum { TONE_HZ = 375, FADE = PCM_RATE / 100 };

static const float loud = 0.5f;

// A sample that tells which one of its file it is.
static float noise_at(int64_t i)
{
    uint32_t x = (uint32_t)i * 2654435761u;

    x ^= x >> 15;
    x *= 0x2c1b3c6du;
    return loud * ((float)(x >> 8) / (1 << 23) - 1);
}

static float tone_at(int64_t i)
{
    return loud * (float)cos(2 * M_PI * TONE_HZ * (double)i / PCM_RATE);
}

// samples of either on both channels.
static const char *sound(struct job *j, const char *name, int64_t samples, float (*at)(int64_t))
{
    struct pcm p;

    pcm_init(&p, 2, (size_t)samples);
    for (size_t i = 0; i < p.frames; i++)
        p.at[2 * i] = p.at[2 * i + 1] = at((int64_t)i);
    assert_true(pcm_write(&p, job_path(j, name), PCM_FLOAT, &j->err));
    pcm_release(&p);
    return job_path(j, name);
}

static void keep_notes(void *user, const char *text)
{
    buf_printf(user, "%s\n", text);
}

// What params ask for of one bus, or of all, at 24 frames a second; notes may be NULL.
static void read_bus(struct job *j, const char *params, enum bus bus, struct pcm *out,
                     struct buf *notes)
{
    atomic_bool cancelled = false;
    json_t *value = job_params(params);
    struct media_job job = {.params = value,
                            .inputs = j->inputs,
                            .n_inputs = j->n_inputs,
                            .cancelled = &cancelled,
                            .note = notes ? keep_notes : NULL,
                            .user = notes};
    struct programme *p = programme_new_of(&job, (struct rate){24, 1}, bus, &j->err);

    if (!p)
        fail_msg("%s", j->err.text);
    programme_note_cut_lines(p);
    if (!listen_to(p, out, &j->err))
        fail_msg("%s", j->err.text);
    programme_free(p);
    json_decref(value);
}

static void expect_silence(const struct pcm *p, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++)
        if (p->at[2 * i] != 0)
            fail_msg("%g at sample %lld", (double)p->at[2 * i], (long long)i);
}

// Two shots of two seconds; the cue begins with the second.
struct cue_case {
    const char *cue;
    int64_t start, in, end; // in the film, in the file, in the film
};

static const struct cue_case cues[] = {
    {"'from':1,'to':1", 96000, 0, 192000},
    {"'from':1,'to':1,'in':1.5", 96000, 72000, 192000},
    {"'from':1,'to':1,'at':0.25", 108000, 0, 192000},
    {"'from':1,'to':1,'at':-0.0000208", 95999, 0, 192000}, // a sample early
    {"'from':1,'to':1,'in':0.123456,'out':1.123456", 96000, 5926, 144000},
    {"'from':1,'to':1,'at':0.5,'in':2,'out':9", 120000, 96000, 192000}, // the shot ends first
    {"'from':0,'to':1,'at':-1,'in':1", 0, 96000, 192000}, // what lies before the film is gone
    {"'from':0,'to':0", 0, 0, 96000},
};

static void cues_lie_to_the_sample(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(cues) / sizeof(*cues); i++) {
        const struct cue_case *c = &cues[i];
        char params[300];
        struct pcm p;

        snprintf(params, sizeof(params),
                 "{'shots':[{'frames':48},{'frames':48}],'music':[{'music':0,%s}]}", c->cue);
        job_input(&j, "music", sound(&j, "m.wav", 10 * PCM_RATE, noise_at));
        read_bus(&j, params, BUSES, &p, NULL);
        expect_silence(&p, 0, c->start);
        expect_silence(&p, c->end, (int64_t)p.frames);
        for (int64_t at = c->start + FADE; at < c->end - FADE; at++)
            if (p.at[2 * at] != noise_at(c->in + at - c->start))
                fail_msg("cue %zu is not in its place at sample %lld", i, (long long)at);
        assert_true(p.at[2 * c->start] != 0 && p.at[2 * (c->end - 1)] != 0);
        pcm_release(&p);
        j.n_inputs = 0;
    }
    job_release(&j);
}

// The largest step between neighbours.
static float jump(const struct pcm *p)
{
    float most = fabsf(p->at[0]);

    for (size_t i = 1; i < p->frames; i++)
        most = fmaxf(most, fabsf(p->at[2 * i] - p->at[2 * i - 2]));
    return fmaxf(most, fabsf(p->at[2 * p->frames - 2]));
}

// A cosine is at its height where it is cut into. Files that end by themselves do not click either.
static const char *const quiet_cues[] = {
    "'from':0,'to':1",
    "'from':1,'to':1,'in':0.5,'out':1.3",
    "'from':1,'to':1,'fade':{'in':0,'out':0.5}",
    "'from':0,'to':0,'at':-0.3,'fade':0",
    "'from':0,'to':1,'at':0.7,'fade':{'in':1}",
};

static void nothing_clicks(void **state)
{
    const float own = loud * 2 * (float)M_PI * TONE_HZ / PCM_RATE; // the tone's own steps
    json_t *facts = json_pack("{s:f}", "seconds", 1.4);
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(quiet_cues) / sizeof(*quiet_cues); i++) {
        char params[300];
        struct pcm p;

        snprintf(params, sizeof(params),
                 "{'shots':[{'frames':48},{'frames':48}],'music':[{'music':0,%s}],"
                 "'lines':[{'shot':0,'start':0.4,'seconds':0.3},{'shot':1,'start':1,'seconds':5}]}",
                 quiet_cues[i]);
        job_input(&j, "music", sound(&j, "m.wav", 67200, tone_at));
        j.inputs[0].facts = facts;
        read_bus(&j, params, BUSES, &p, NULL);
        if (jump(&p) > own * 1.2f)
            fail_msg("cue %zu jumps by %g", i, (double)jump(&p));
        pcm_release(&p);
        j.n_inputs = 0;
    }
    json_decref(facts);
    job_release(&j);
}

struct bed_case {
    int64_t samples; // of the bed
    const char *beds;
};

static const struct bed_case beds[] = {
    {1, "{'bed':0,'from':0,'to':2}"},
    {2, "{'bed':0,'from':0,'to':2}"},
    {479, "{'bed':0,'from':0,'to':2}"},
    {4800, "{'bed':0,'from':0,'to':2}"}, // a tenth of a second, less than a seam
    {96001, "{'bed':0,'from':0,'to':2}"},
    {96001, "{'bed':0,'from':0,'to':0},{'bed':0,'from':2,'to':2}"}, // another place between
    {96001, "{'bed':0,'from':0,'to':0},{'bed':0,'from':1,'to':2,'level':-6}"},
    {96001, "{'bed':0,'from':0,'to':2},{'bed':0,'from':1,'to':1,'duck':{'by':20}}"},
};

static void hard_beds_go_round(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(beds) / sizeof(*beds); i++) {
        char params[300];
        struct pcm p;

        snprintf(params, sizeof(params),
                 "{'shots':[{'frames':48},{'frames':72},{'frames':48}],'beds':[%s],"
                 "'lines':[{'shot':1,'start':0.5,'seconds':1}]}",
                 beds[i].beds);
        job_input(&j, "bed", sound(&j, "b.wav", beds[i].samples, tone_at));
        read_bus(&j, params, BUSES, &p, NULL);
        assert_int_equal(p.frames, 7 * PCM_RATE);
        // A tone of a hundredth of a second is cut and faded at every turn: it may not jump.
        if (jump(&p) > 0.02f)
            fail_msg("bed %zu jumps by %g", i, (double)jump(&p));
        pcm_release(&p);
        j.n_inputs = 0;
    }
    job_release(&j);
}

static const char film[] =
    "{'shots':[{'frames':48,'dialogue':0,'effects':0,'lead':0.25},{'frames':48,'effects':1}],"
    "'beds':[{'bed':0,'from':0,'to':1}],'music':[{'music':0,'from':0,'to':1,'in':0.5}],"
    "'lines':[{'shot':0,'start':0.5,'seconds':1}],'fades':{'in':0.5,'out':0.5}}";

static void add_film(struct job *j)
{
    job_input(j, "dialogue", sound(j, "d.wav", 96000, noise_at));
    job_input(j, "effects", sound(j, "e.wav", 110000, tone_at));
    job_input(j, "effects", sound(j, "f.wav", 50000, noise_at));
    job_input(j, "bed", sound(j, "b.wav", 70000, noise_at));
    job_input(j, "music", sound(j, "m.wav", 400000, tone_at));
}

static void buses_sum_to_the_whole(void **state)
{
    struct pcm whole, buses[BUSES];
    float most = 0;
    struct job j;

    (void)state;
    job_init(&j);
    add_film(&j);
    read_bus(&j, film, BUSES, &whole, NULL);
    for (enum bus bus = 0; bus < BUSES; bus++) {
        read_bus(&j, film, bus, &buses[bus], NULL);
        assert_true(pcm_peak(&buses[bus]) > 0.01f); // each has something
    }
    for (size_t i = 0; i < whole.frames * 2; i++)
        most = fmaxf(most, fabsf(whole.at[i] - buses[0].at[i] - buses[1].at[i] - buses[2].at[i]));
    assert_true(most < 1e-6f);
    for (enum bus bus = 0; bus < BUSES; bus++)
        pcm_release(&buses[bus]);
    pcm_release(&whole);
    job_release(&j);
}

// The stem of the first shot begins before the film, the line of the last goes on after it.
static void what_the_film_cuts_off_is_told(void **state)
{
    struct buf notes = {0};
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "dialogue", sound(&j, "d.wav", 300000, tone_at));
    read_bus(&j,
             "{'shots':[{'frames':24,'dialogue':0,'lead':0.5},{'frames':24}],'lines':["
             "{'shot':0,'text':'Early.','start':-0.5,'seconds':1},"
             "{'shot':1,'text':'Within.','start':0.2,'seconds':0.8},"
             "{'shot':0,'text':'Late.','start':1.25,'seconds':1}]}",
             BUSES, &p, &notes);
    assert_string_equal(buf_text(&notes),
                        "\"Early.\" is cut off: it begins before the film by 0.50 s\n"
                        "\"Late.\" is cut off: it outlasts the film by 0.25 s\n");
    assert_float_equal(p.at[2 * 5000], tone_at(24000 + 5000), 1e-6f);
    assert_true(jump(&p) < 0.03f);
    buf_release(&notes);
    pcm_release(&p);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cues_lie_to_the_sample),
        cmocka_unit_test(nothing_clicks),
        cmocka_unit_test(hard_beds_go_round),
        cmocka_unit_test(buses_sum_to_the_whole),
        cmocka_unit_test(what_the_film_cuts_off_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
