// SPDX-License-Identifier: MIT
// Where scripts without blanks between words let a line end. A part of Unicode's rules (UAX 14)
// that subtitles need: no dictionary, and no library.
#pragma once

#include <stdbool.h>

// Whether a line may end between two code points that follow each other.
bool line_break_allowed(unsigned before, unsigned after);

// Whether a phrase ends with a full-width mark, behind which no blank is written.
bool line_break_invited(unsigned before);
