// SPDX-License-Identifier: MIT
// Loudness joined from tenths of a second that were measured apart, against a meter which hears all
// of it at once.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/media/gauge.h"
#include "runtime/media/level.h"
#include "runtime/media/loudness.h"
#include "runtime/media/pcm.h"

enum { PIECE = 64 * LEVEL_SAMPLES, LEAD = 36 * 1024, SECONDS = 40 };

static float noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (1 << 23) - 1;
}

static float steady(double t, unsigned *state)
{
    (void)state;
    return (float)(0.1 * sin(2 * M_PI * 997 * t));
}

// Words with silence between them, some of it below the gates.
static float words(double t, unsigned *state)
{
    double loud = fmod(t, 3.7) < 1.2 ? 0.3 : fmod(t, 11) < 4 ? 0.0001 : 0.02;

    return (float)(loud * (double)noise(state));
}

static float swell(double t, unsigned *state)
{
    return (float)(pow(10, -2 + 1.5 * sin(t / 5)) * (double)noise(state));
}

static float silence(double t, unsigned *state)
{
    (void)t;
    (void)state;
    return 0;
}

static float click(double t, unsigned *state)
{
    (void)state;
    return fmod(t, 5) < 0.001 ? 0.9f : 0;
}

static const struct {
    const char *name;
    float (*at)(double t, unsigned *state);
    double right; // of the other channel
} cases[] = {
    {"steady", steady, 1},   {"words", words, 0.5}, {"swell", swell, -1},
    {"silence", silence, 1}, {"click", click, 0},
};

static void make(struct pcm *p, size_t i, size_t frames)
{
    unsigned state = 7;

    pcm_init(p, 2, frames);
    for (size_t k = 0; k < frames; k++) {
        float value = cases[i].at((double)k / PCM_RATE, &state);

        p->at[2 * k] = value;
        p->at[2 * k + 1] = value * (float)cases[i].right;
    }
}

// Measures in pieces, each with what comes right before it.
static size_t measure(const struct pcm *p, double *energies, double *peak)
{
    struct level levels[64];
    size_t n = 0;

    *peak = 0;
    for (size_t at = 0; at < p->frames; at += PIECE) {
        size_t frames = p->frames - at < PIECE ? p->frames - at : PIECE;

        level_measure(levels, p->at + at * 2, at < LEAD ? at : LEAD, frames, true);
        for (size_t k = 0; k < level_count(frames); k++) {
            if (levels[k].energy >= 0)
                energies[n++] = levels[k].energy;
            *peak = fmax(*peak, levels[k].true_peak);
        }
    }
    return n;
}

static void pieces_make_the_whole(void **state)
{
    static double energies[SECONDS * 10];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct meter *meter = meter_new(2, PCM_RATE);
        double peak, lufs, range;
        struct pcm p;
        size_t n;

        make(&p, i, (size_t)PCM_RATE * SECONDS - 1000);        // the last tenth is not whole
        for (size_t at = 0, some; at < p.frames; at += some) { // as frames of AAC come
            some = p.frames - at < 1024 ? p.frames - at : 1024;
            meter_add(meter, p.at + at * 2, some);
        }
        n = measure(&p, energies, &peak);
        assert_int_equal(n, SECONDS * 10 - 1);
        lufs = gauge_lufs(energies, n);
        range = gauge_range(energies, n);
        // Its histogram stands in steps of a tenth.
        if (fabs(lufs - meter_lufs(meter)) > 0.06)
            fail_msg("%s: %.3f LUFS, not %.3f", cases[i].name, lufs, meter_lufs(meter));
        if (fabs(range - meter_range(meter)) > 0.01)
            fail_msg("%s: range %.2f LU, not %.2f", cases[i].name, range, meter_range(meter));
        if (peak > 0)
            // At its end a piece does not know what comes.
            assert_float_equal((float)(20 * log10(peak)), (float)meter_true_peak(meter), 0.02f);
        meter_free(meter);
        pcm_release(&p);
    }
}

static void a_short_sound_has_no_loudness(void **state)
{
    const double energies[] = {0.1, 0.1, 0.1};

    (void)state;
    assert_true(gauge_lufs(energies, 3) == LOUDNESS_SILENCE);
    assert_true(gauge_lufs(NULL, 0) == LOUDNESS_SILENCE);
    assert_true(gauge_range(energies, 3) == 0);
}

// The relative gate takes out what is 10 LU below: here the half that is 20 dB softer.
static void gates_are_two(void **state)
{
    double energies[200];

    (void)state;
    for (size_t i = 0; i < 200; i++)
        energies[i] = i < 100 ? 0.01 : 0.0001;
    assert_float_equal((float)gauge_lufs(energies, 200), (float)(-0.691 + 10 * log10(0.01)), 0.1);
    for (size_t i = 100; i < 200; i++)
        energies[i] = 1e-8; // below the absolute gate
    assert_float_equal((float)gauge_lufs(energies, 200), (float)(-0.691 + 10 * log10(0.01)), 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_the_whole),
        cmocka_unit_test(a_short_sound_has_no_loudness),
        cmocka_unit_test(gates_are_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
