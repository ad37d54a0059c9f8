// SPDX-License-Identifier: MIT
// Lengths of time in words for people.
#pragma once

#include <stddef.h>

// "0:07", "12:30", "1:02:30".
char *period_short(double seconds, char *text, size_t size);

// "0.42 s", "12.3 s", "2 min 10 s", "3 h 5 min".
char *period_exact(double seconds, char *text, size_t size);
