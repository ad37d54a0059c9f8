// SPDX-License-Identifier: MIT
#include "runtime/media/gauge.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "runtime/media/loudness.h"

static const double lufs_of_one = -0.691;               // of a mean square of 1
static const double gate_lu = 10;                       // what is softer than the mean by this
static const double range_gate_lu = 20;                 // does not count
static const double soft_part = 0.10, loud_part = 0.95; // between which the range lies
enum { MOMENTARY_TENTHS = 4, SHORT_TERM_TENTHS = 30 };

static double lufs_of(double energy)
{
    return lufs_of_one + 10 * log10(energy);
}

double gauge_energy(double lufs)
{
    return lufs > -HUGE_VAL ? pow(10, (lufs - lufs_of_one) / 10) : 0;
}

static double window_energy(const double *energies, size_t tenths)
{
    double sum = 0;

    for (size_t i = 0; i < tenths; i++)
        sum += energies[i];
    return sum / (double)tenths;
}

// The mean of the windows louder than gate; 0 where there is none.
static double gated_mean(const double *energies, size_t n, size_t tenths, double gate)
{
    double sum = 0;
    size_t count = 0;

    for (size_t i = 0; i + tenths <= n; i++) {
        double energy = window_energy(energies + i, tenths);

        if (energy > gate) {
            sum += energy;
            count++;
        }
    }
    return count ? sum / (double)count : 0;
}

// What the relative gate is for windows so long.
static double relative_gate(const double *energies, size_t n, size_t tenths, double lu)
{
    double absolute = gauge_energy(LOUDNESS_SILENCE);
    double relative = gated_mean(energies, n, tenths, absolute) / pow(10, lu / 10);

    return relative > absolute ? relative : absolute;
}

double gauge_lufs(const double *energies, size_t n)
{
    double gate = relative_gate(energies, n, MOMENTARY_TENTHS, gate_lu);
    double mean = gated_mean(energies, n, MOMENTARY_TENTHS, gate);

    return mean > 0 ? lufs_of(mean) : LOUDNESS_SILENCE;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

double gauge_range(const double *energies, size_t n)
{
    double gate = relative_gate(energies, n, SHORT_TERM_TENTHS, range_gate_lu), range = 0;
    double *heard = mem_new((n + 1) * sizeof(*heard));
    size_t count = 0;

    for (size_t i = 0; i + SHORT_TERM_TENTHS <= n; i++) {
        double energy = window_energy(energies + i, SHORT_TERM_TENTHS);

        if (energy > gate)
            heard[count++] = energy;
    }
    if (count) {
        double last = (double)(count - 1);

        qsort(heard, count, sizeof(*heard), by_size);
        range = lufs_of(heard[lround(last * loud_part)]) - lufs_of(heard[lround(last * soft_part)]);
    }
    mem_free(heard);
    return range;
}
