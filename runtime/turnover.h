// SPDX-License-Identifier: MIT
// The turnover: a film that is built, as a timeline for an editing program. What was decided when
// it was put together (the bound params of its conform, cuts and joins) is read back; only how loud
// its beds are is measured again.
#pragma once

#include <stdbool.h>

struct deliverable;
struct err;
struct graph;
struct plan;
struct timeline;

// deliverable names the file whose timeline is wanted; NULL: the first of the whole film. The media
// module is loaded from module_dir if need be. NULL with *err where there is no such deliverable,
// or where it is not built as the film stands now.
struct timeline *turnover_new(const struct graph *graph, struct plan *plan, const char *module_dir,
                              const char *deliverable, struct err *err);

// Whether it is a film, put together of pieces, that has a timeline.
bool turnover_is_film(const struct deliverable *d);
