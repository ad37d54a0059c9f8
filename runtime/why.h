// SPDX-License-Identifier: MIT
// Why a step runs: what differs between what it was last made of and what it would be made of now.
#pragma once

struct arena;
struct buf;
struct walk;
struct work;

// One line, in the walk's arena, for a work whose key is known.
const char *why_runs(struct walk *w, const struct work *work);

// Adds what differs between two preimages: "words changed: prompt "a" -> "b"; input voice changed".
void why_differ(const char *before, const char *now, struct buf *out);
