// SPDX-License-Identifier: MIT
// The loudness of a whole, joined from the energies of its tenths of a second (level.h) as ITU-R
// BS.1770-4 and EBU Tech 3342 have it.
#pragma once

#include <stddef.h>

// Integrated, in LUFS; LOUDNESS_SILENCE where nothing is loud enough to be measured.
double gauge_lufs(const double *energies, size_t n);

// The loudness range, in LU.
double gauge_range(const double *energies, size_t n);
