// SPDX-License-Identifier: MIT
// Handing out: artifacts of deliverables are put into out/, by rename and only where they changed.
// They share their blocks with the store where the file system can, and else are copies, which can
// be edited without touching the store; but large ones that this machine could make again are hard
// links to read-only files of the store (docs/store.md says why).
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct build_result;
struct clock;
struct delivered;
struct err;
struct graph;
struct ledger;
struct store;
struct walk;

// Hands out every wanted deliverable whose step is done, as result->draft says. *list is in the
// walk's arena; result counts what was copied, and what quality control has found in all of them.
bool deliver_all(struct walk *w, struct build_result *result, struct clock *clock,
                 struct delivered **list, size_t *n, struct err *err);

// Whether the deliverable's file is there and is what its step made.
bool deliver_is_current(struct walk *w, size_t deliverable, bool draft);

// Its path from the project's folder.
const char *deliver_path(const struct walk *w, size_t deliverable, bool draft);

// Before a build looks for what is at hand: a deliverable that is a hard link, and that somebody
// has written into, has spoilt the store's artifact. It is set aside, and what was written with it;
// tell learns the deliverable's path and where it is kept. Both texts are in a.
bool deliver_guard(const struct graph *g, struct ledger *ledger, const struct store *store,
                   struct arena *a, void (*tell)(void *user, const char *path, const char *kept),
                   void *user, struct err *err);
