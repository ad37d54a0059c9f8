// SPDX-License-Identifier: MIT
// Handing out: artifacts of deliverables are copied to out/, by rename and only where they changed.
// The copy can be edited without touching the store.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct delivered;
struct err;
struct walk;

// Hands out every wanted deliverable whose step is done. *list is in the walk's arena; *written
// counts what was copied.
bool deliver_all(struct walk *w, bool draft, struct delivered **list, size_t *n, size_t *written,
                 struct err *err);

// Whether the deliverable's file is there and is what its step made.
bool deliver_is_current(struct walk *w, size_t deliverable, bool draft);

// Its path from the project's folder.
const char *deliver_path(const struct walk *w, size_t deliverable, bool draft);
