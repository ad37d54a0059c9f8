// SPDX-License-Identifier: MIT
// The lists that speech servers keep, of voices, models and recordings, in the shapes that they
// have them in. Pure functions.
#pragma once

#include <jansson.h>
#include <stddef.h>

struct arena;
struct speech_list;

// What an answer lists: [{"name", "also": [TEXT]}], name being what a request says. A new value;
// empty when the answer is no such list.
json_t *speech_list_read(const struct speech_list *list, const json_t *answer);

// How the server spells the entry that somebody calls name, without regard to case; NULL: there is
// none.
const char *speech_list_find(const json_t *entries, const char *name);

// The name for people of each entry.
const char *const *speech_list_names(struct arena *a, const json_t *entries, size_t *n);

// "did you mean "Ryan"?", or which there are.
const char *speech_list_help(struct arena *a, const char *name, const char *const *names, size_t n);
