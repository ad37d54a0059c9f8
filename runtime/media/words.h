// SPDX-License-Identifier: MIT
// Looking for words in what people wrote about a picture. Pure functions.
#pragma once

#include <stdbool.h>

// Whether one of the words of list ("sea|ocean|coast", lower case) stands in text as a whole word;
// "wave*" also finds waves. ASCII case is ignored.
bool words_have(const char *text, const char *list);

// How many of them do.
int words_count(const char *text, const char *list);

// Where the first of them stands in text; NULL when none does.
const char *words_find(const char *text, const char *list);
