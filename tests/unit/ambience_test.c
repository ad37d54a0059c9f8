// SPDX-License-Identifier: MIT
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/buf.h"
#include "base/file.h"
#include "runtime/media/loudness.h"
#include "runtime/media/ops.h"
#include "runtime/media/pcm.h"
#include "runtime/media/recipes.h"
#include "tests/unit/job.h"

enum { SHORT_FRAMES = 4800, SEAM_FRAMES = 64 };

struct words_case {
    const char *prompt, *recipes;
};

static const struct words_case words[] = {
    {"wind on glass, low machine hum", "wind crystal machine"},
    {"Rain", "rain"},
    {"heavy waves, raining", "waves rain"},
    {"a storm without thunder", "rain wind thunder"}, // "without" comes too late for the storm
    {"wind, no birds", "wind"},
    {"windows and carpets", ""},
    {"", ""},
    {"\xe5\xb5\x90", ""},
    {"rain rain rain", "rain"},
};

static void words_to_recipes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct recipe_use uses[RECIPE_MOST_USES];
        size_t n = recipes_for(words[i].prompt, uses);
        struct buf names = {0};

        for (size_t k = 0; k < n; k++)
            buf_printf(&names, "%s%s", k ? " " : "", uses[k].recipe->name);
        assert_string_equal(buf_text(&names), words[i].recipes);
        buf_release(&names);
    }
}

static void degrees(void **state)
{
    struct recipe_use uses[RECIPE_MOST_USES];

    (void)state;
    assert_int_equal(recipes_for("heavy rain and distant thunder", uses), 2);
    assert_true(uses[0].level > 0 && !uses[0].far);
    assert_true(uses[1].level < 0 && uses[1].far);
    assert_int_equal(recipes_for("calm sea far below, a light wind", uses), 2);
    assert_true(uses[0].level < 0 && uses[0].far);
    assert_true(uses[1].level < 0 && !uses[1].far);
}

static void make(struct job *j, const char *prompt, double seconds, bool loop, int seed,
                 struct pcm *out)
{
    char params[300];

    snprintf(params, sizeof(params), "{'prompt':'%s','seconds':%f,'loop':%s,'seed':%d}", prompt,
             seconds, loop ? "true" : "false", seed);
    job_output(j, "sound", job_path(j, "sound.wav"));
    assert_true(job_run(j, ambience_run, params));
    assert_true(pcm_read(out, job_path(j, "sound.wav"), 2, &j->err));
}

static float step_at(const struct pcm *p, size_t i)
{
    return fabsf(p->at[(i + 1) % p->frames * 2] - p->at[i % p->frames * 2]);
}

static double level_at(const struct pcm *p, size_t start)
{
    double sum = 0;

    for (size_t i = start; i < start + SHORT_FRAMES; i++)
        sum += (double)p->at[i % p->frames * 2] * p->at[i % p->frames * 2];
    return 10 * log10(sum / SHORT_FRAMES + 1e-12);
}

static const char *const beds[] = {"wind",  "rain", "waves", "machine hum", "city",
                                   "night", "cafe", "fire",  "river"};

// Where the end meets the beginning nothing is heard: no step, and no swell or hole, that is not
// elsewhere in the bed too.
static void loops_have_no_seam(void **state)
{
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < sizeof(beds) / sizeof(*beds); i++) {
        double lowest = 1e9, highest = -1e9, at_seam;
        float step = 0;
        struct pcm p;

        make(&j, beds[i], 8, true, 7, &p);
        assert_int_equal(p.frames, 8 * PCM_RATE);
        assert_true(pcm_is_loop(job_path(&j, "sound.wav")));
        for (size_t k = 0; k + SEAM_FRAMES < p.frames; k++)
            step = fmaxf(step, step_at(&p, k + SEAM_FRAMES / 2));
        for (size_t k = 0; k < SEAM_FRAMES; k++)
            assert_true(step_at(&p, p.frames - SEAM_FRAMES / 2 + k) <= step);
        for (size_t k = SHORT_FRAMES; k + 2 * SHORT_FRAMES < p.frames; k += SHORT_FRAMES / 2) {
            lowest = fmin(lowest, level_at(&p, k));
            highest = fmax(highest, level_at(&p, k));
        }
        at_seam = level_at(&p, p.frames - SHORT_FRAMES / 2);
        assert_true(at_seam <= highest + 0.5 && at_seam >= lowest - 0.5);
        assert_float_equal(loudness_of(&p), -35, 0.5);
        pcm_release(&p);
    }
    job_release(&j);
}

static struct digest file_digest(struct job *j, const char *path)
{
    struct buf bytes = {0};
    struct digest d;

    assert_true(file_read(path, &bytes, 1 << 26, &j->err));
    d = digest_of(bytes.ptr, bytes.len);
    buf_release(&bytes);
    return d;
}

static void the_seed_decides(void **state)
{
    static const int seeds[] = {1, 1, 2};
    struct digest digests[3];
    struct job j;

    (void)state;
    job_init(&j);
    for (size_t i = 0; i < 3; i++) {
        struct pcm p;

        make(&j, "storm", 2, false, seeds[i], &p);
        pcm_release(&p);
        digests[i] = file_digest(&j, job_path(&j, "sound.wav"));
    }
    assert_memory_equal(&digests[0], &digests[1], sizeof(*digests));
    assert_memory_not_equal(&digests[0], &digests[2], sizeof(*digests));
    job_release(&j);
}

static void spots_begin_and_end_in_silence(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    make(&j, "door slams", 3, false, 1, &p);
    assert_int_equal(p.frames, 3 * PCM_RATE);
    assert_true(fabsf(p.at[0]) < 0.001f && fabsf(p.at[p.frames * 2 - 1]) < 0.001f);
    assert_true(pcm_peak(&p) > 0.05f);
    assert_false(pcm_is_loop(job_path(&j, "sound.wav")));
    pcm_release(&p);
    job_release(&j);
}

static void unknown_words_are_a_room(void **state)
{
    struct job j;
    struct pcm p;

    (void)state;
    job_init(&j);
    make(&j, "zorblax", 2, true, 1, &p);
    assert_non_null(strstr(j.notes, "zorblax"));
    assert_float_equal(loudness_of(&p), -35, 0.5);
    pcm_release(&p);
    job_release(&j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_to_recipes),
        cmocka_unit_test(degrees),
        cmocka_unit_test(loops_have_no_seam),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(spots_begin_and_end_in_silence),
        cmocka_unit_test(unknown_words_are_a_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
