// SPDX-License-Identifier: MIT
// Fingerprints of services: what a service was when it made something. A driver tells one as
// canonical JSON: {"version": TEXT, "packs": {NAME: VERSION}, "models": {NAME: DIGEST}}, each only
// where it can be known. They say why two renders of one key may differ; they are in a key only
// where the studio says `fingerprint: strict`.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arena;
struct buf;
struct ledger;
struct studio;

// What of a fingerprint concerns a preset: the version, the packs that it needs (all, where it does
// not say), the models that it names. A new value; NULL when print is none.
json_t *print_for(const char *print, const json_t *preset);

// Under `strict` the last fingerprints of the services that offer preset, each once, sorted: a new
// list. NULL under any other policy. A service that is away stands as it was last seen.
json_t *print_of_offers(struct ledger *l, const struct studio *studio, const json_t *preset);

// What is different, for people: "version 0.3.64 -> 0.21.0, model qwen3-vl:8b". Nothing where all
// is as it was.
void print_difference(const char *before, const char *now, struct buf *out);
