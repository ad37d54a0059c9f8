// SPDX-License-Identifier: MIT
// Sounds in their places: stems of shots, and tracks for lip sync.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "tests/unit/job.h"

enum { CLICK_FRAMES = 4800 };

// A click on the first sample of a short silence.
static const char *click(struct job *j)
{
    const char *path = job_path(j, "click.wav");
    struct pcm p;

    pcm_init(&p, 1, CLICK_FRAMES);
    p.at[0] = 0.9f;
    assert_true(pcm_write(&p, path, PCM_FLOAT, &j->err));
    pcm_release(&p);
    return path;
}

static size_t loudest(const struct pcm *p)
{
    size_t at = 0;

    for (size_t i = 0; i < p->frames; i++)
        if (fabsf(p->at[i * p->channels]) > fabsf(p->at[at * p->channels]))
            at = i;
    return at;
}

struct place_case {
    const char *fps;
    int frames;
    double lead, start;
    size_t sample, length; // of the click in the stem, and of the stem
};

static const struct place_case places[] = {
    {"24/1", 48, 0, 0.2, 9600, 96000},
    {"24/1", 48, 0, 0, 0, 96000},
    {"24/1", 48, 0.5, -0.5, 0, 120000},
    {"24/1", 48, 0.5, 1.234567, 83259, 120000},
    {"24000/1001", 24, 0, 0.5, 24000, 48048},
    {"30000/1001", 5, 0, 0.1, 4800, 9610},  // 8008 samples, and the voice ends in the next frame
    {"25/1", 25, 0.32, 0.99, 62880, 69120}, // it ends after the picture
};

static void lines_in_stems(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        const struct place_case *c = &places[i];
        const char *stem = job_path(&j, "stem.wav");
        struct pcm p;
        char params[400];

        snprintf(params, sizeof(params),
                 "{'fps':'%s','frames':%d,'lead':%f,'lines':[{'name':'l','start':%f}]}", c->fps,
                 c->frames, c->lead, c->start);
        job_input(&j, "l", click(&j));
        job_output(&j, "dialogue", stem);
        assert_true(job_run(&j, mix_run, params));
        assert_true(pcm_read(&p, stem, 2, &j.err));
        assert_int_equal(loudest(&p), c->sample);
        assert_int_equal(p.frames, c->length);
        assert_float_equal(p.at[c->sample * 2], 0.9f * sqrtf(0.5f), 1e-5f);
        assert_float_equal(p.at[c->sample * 2 + 1], 0.9f * sqrtf(0.5f), 1e-5f);
        pcm_release(&p);
    }
    job_release(&j);
}

static void a_line_before_its_stem(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    job_input(&j, "l", click(&j));
    job_output(&j, "dialogue", job_path(&j, "stem.wav"));
    assert_false(job_run(
        &j, mix_run, "{'fps':'24/1','frames':24,'lead':0.1,'lines':[{'name':'l','start':-1}]}"));
    assert_int_equal(j.err.kind, ERR_BUG);
    job_release(&j);
}

// A spot sound rings on for a second at most, and has died away then.
static void spot_sounds(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    pcm_init(&p, 2, 5 * PCM_RATE);
    for (size_t i = 0; i < p.frames * 2; i++)
        p.at[i] = i / 2 % 100 < 50 ? 0.5f : -0.5f;
    assert_true(pcm_write(&p, job_path(&j, "spot.wav"), PCM_S16, &j.err));
    pcm_release(&p);
    job_input(&j, "sound", job_path(&j, "spot.wav"));
    job_output(&j, "effects", job_path(&j, "effects.wav"));
    assert_true(job_run(&j, mix_run, "{'fps':'24/1','frames':48,'lead':0,'sound':{'level':-6}}"));
    assert_true(pcm_read(&p, job_path(&j, "effects.wav"), 2, &j.err));
    assert_int_equal(p.frames, 3 * PCM_RATE);
    assert_float_equal(fabsf(p.at[2 * PCM_RATE]), 0.5f * pcm_factor(-6), 0.001f);
    assert_float_equal(p.at[p.frames * 2 - 1], 0, 0.001f);
    pcm_release(&p);
    job_release(&j);
}

// A tone from one second to another of a file that is silent elsewhere.
static const char *tone(struct job *j, double start, double end, double seconds)
{
    const char *path = job_path(j, "tone.wav");
    struct pcm p;

    pcm_init(&p, 2, (size_t)pcm_sample(seconds));
    for (int64_t i = pcm_sample(start); i < pcm_sample(end); i++)
        p.at[i * 2] = i % 100 < 50 ? 0.5f : -0.5f;
    assert_true(pcm_write(&p, path, PCM_FLOAT, &j->err));
    pcm_release(&p);
    return path;
}

// What a stem of four seconds, with one more before it, tells of a tone that is an input of it.
static const struct heard_case {
    const char *input, *stem;
    double start, end, seconds; // of the tone, and of its file
    double level;
    double from, to;     // 0: silent
    const char *footage; // more of it
} hearings[] = {
    {"sound", "effects", 0, 1, 1, 0, 1, 2, ""},
    {"sound", "effects", 0.5, 1, 3, 0, 1.5, 2, ""},
    {"sound", "effects", 0, 9, 9, 0, 1, 6, ""},
    {"sound", "effects", 0, 1, 1, -60, 0, 0, ""},
    {"footage", "effects", 0, 4, 5, 0, 1, 5, ""},
    {"footage", "effects", 1.5, 2, 5, 0, 1, 5, ""},
    {"footage", "effects", 1.5, 2, 3, 0, 1, 3.5, ""},
    {"footage", "effects", 0, 0.4, 3, 0, 0, 0, ""},
    {"footage", "effects", 0, 8, 9, 0, 1, 5, ""},
    {"footage", "effects", 0, 8, 9, 0, 0.6, 5.75, ",'head':0.4,'tail':0.75"},
    {"footage", "effects", 0, 8, 9, 0, 0.5, 5, ",'head':0.8"}, // the file has no more
    {"footage", "effects", 0, 3, 3, 0, 1, 3.5, ",'tail':2"},
    {"footage", "effects", 0, 8, 9, 0, 1, 3.75, ",'tail':2,'out':3.25"},
    {"l", "dialogue", 0.5, 1, 2, 0, 1.75, 2.25, ""},
    {"l", "dialogue", 0, 0, 2, 0, 0, 0, ""},
};

static void where_stems_are_heard(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(hearings) / sizeof(*hearings); i++) {
        const struct heard_case *c = &hearings[i];
        const json_t *heard, *silent;
        char params[400], fact[40];

        snprintf(params, sizeof(params),
                 "{'fps':'24/1','frames':96,'lead':1,'sound':{'level':%f},'footage':{'in':0.5%s},"
                 "'lines':%s}",
                 c->level, c->footage ? c->footage : "",
                 strcmp(c->input, "l") == 0 ? "[{'name':'l','start':0.25}]" : "[]");
        job_input(&j, c->input, tone(&j, c->start, c->end, c->seconds));
        assert_true(job_run(&j, mix_run, params));
        snprintf(fact, sizeof(fact), "%s.silent", c->stem);
        silent = json_object_get(j.facts, fact);
        snprintf(fact, sizeof(fact), "%s.heard", c->stem);
        heard = json_object_get(j.facts, fact);
        assert_int_equal(json_is_true(silent), c->to == 0);
        assert_int_equal(json_array_size(heard), c->to == 0 ? 0 : 2);
        assert_float_equal(json_number_value(json_array_get(heard, 0)), c->from, 2e-3);
        assert_float_equal(json_number_value(json_array_get(heard, 1)), c->to, 2e-3);
    }
    job_release(&j);
}

static void put_number(FILE *f, long at, uint32_t value)
{
    unsigned char bytes[] = {(unsigned char)value, (unsigned char)(value >> 8),
                             (unsigned char)(value >> 16), (unsigned char)(value >> 24)};

    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, sizeof(bytes), f), sizeof(bytes));
}

// Peak memory of this process.
static long peak_kilobytes(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

// A shot of a long reel holds no more of the reel's sound than is heard, and that to the sample.
static void a_part_of_a_reel(void **state)
{
    enum { REEL_SECONDS = 600, IN_SECONDS = 400 };
    // Half of the reel as it would be held; a sanitizer keeps what was freed for a while.
    const long most_kilobytes = REEL_SECONDS * PCM_RATE / 1024 * 2 * (long)sizeof(float) / 2;
    const size_t at = (size_t)IN_SECONDS * PCM_RATE + 4321;
    struct job j;
    struct pcm p;
    const char *path;
    FILE *reel;
    long before;

    (void)state;
    job_init(&j);
    path = job_path(&j, "reel.wav");
    pcm_init(&p, 1, 2 * PCM_RATE);
    assert_true(pcm_write(&p, path, PCM_S16, &j.err)); // its header is 44 bytes
    reel = fopen(path, "r+b");
    assert_non_null(reel);
    put_number(reel, 40, REEL_SECONDS * PCM_RATE * 2);
    put_number(reel, 44 + (long)at * 2, 0x4000);
    put_number(reel, 40 + REEL_SECONDS * PCM_RATE * 2, 0); // its last two samples
    assert_int_equal(fclose(reel), 0);
    pcm_release(&p);
    job_input(&j, "footage", path);
    job_output(&j, "effects", job_path(&j, "effects.wav"));
    before = peak_kilobytes();
    assert_true(job_run(&j, mix_run, "{'fps':'24/1','frames':48,'footage':{'in':400}}"));
    assert_in_range(peak_kilobytes() - before, 0, most_kilobytes);
    assert_true(pcm_read(&p, job_path(&j, "effects.wav"), 2, &j.err));
    assert_int_equal(p.frames, 2 * PCM_RATE);
    assert_int_equal(loudest(&p), 4321);
    pcm_release(&p);
    job_release(&j);
}

static void tracks(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    job_input(&j, "a", click(&j));
    job_input(&j, "b", click(&j));
    job_output(&j, "track", job_path(&j, "track.wav"));
    assert_true(job_run(&j, track_run,
                        "{'lines':[{'name':'a','start':0.2},{'name':'b','start':1.5}],'lead':0.5,"
                        "'seconds':2.5}"));
    assert_true(pcm_read(&p, job_path(&j, "track.wav"), 1, &j.err));
    assert_int_equal(p.frames, 120000);
    for (size_t i = 0; i < p.frames; i++)
        assert_true((p.at[i] > 0.5f) == (i == 33600 || i == 96000));
    pcm_release(&p);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_in_stems),   cmocka_unit_test(a_line_before_its_stem),
        cmocka_unit_test(spot_sounds),      cmocka_unit_test(where_stems_are_heard),
        cmocka_unit_test(a_part_of_a_reel), cmocka_unit_test(tracks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
