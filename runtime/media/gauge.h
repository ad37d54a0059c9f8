// SPDX-License-Identifier: MIT
// The loudness of a whole, joined from the energies of its tenths of a second (level.h) as ITU-R
// BS.1770-4 and EBU Tech 3342 have it.
#pragma once

#include <stddef.h>

// The mean square, behind the filter, of a tenth as loud as lufs; 0 for what has no loudness.
double gauge_energy(double lufs);

// Integrated, in LUFS; LOUDNESS_SILENCE where nothing is loud enough to be measured.
double gauge_lufs(const double *energies, size_t n);

// The loudness range, in LU.
double gauge_range(const double *energies, size_t n);
