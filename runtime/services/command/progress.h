// SPDX-License-Identifier: MIT
// How far a program is, as its log tells: by the title of a progress bar as tqdm draws it,
//     steps:  12%|#2      | 240/2000 [01:10<08:33,  3.43it/s]
// which it draws over and over on one line, or by a pattern, a text with {done} and {total} in it:
//     "epoch {done}/{total}"
// where a blank stands for any number of blanks.
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct buf;

// Finds the last word of it in a piece of the log. False, with *done and *total as they were: there
// is none.
bool progress_find(const char *how, struct str log, double *done, double *total);

// Adds what a log says for people: of a line that was drawn over and over the last, without
// colours and other control characters, as UTF-8.
void progress_tidy(struct str log, struct buf *out);
