// SPDX-License-Identifier: MIT
// Words for a shell: what a program is to be given arrives byte for byte, whatever it holds.
#pragma once

#include <stddef.h>

struct buf;

// Adds word as one word of a POSIX shell. Login shells differ (fish takes a backslash within quotes
// for itself, csh a "!"), so both stand outside of the quotes, where all of them agree.
void shell_word(struct buf *out, const char *word);

// Adds n words with a blank before each.
void shell_words(struct buf *out, const char *const *words, size_t n);
