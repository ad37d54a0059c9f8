// SPDX-License-Identifier: MIT
// Keys: the SHA-256 over everything that decides a step's result, and the canonical JSON that it is
// taken of, which the ledger keeps whole. Inputs stand as digests, so a step that gives the same
// bytes again changes no key after it; inputs that are only read are seen in the request alone.
//
// File names in requests are compared as bytes: text in a form other than NFC is another key.
#pragma once

#include <jansson.h>

#include "base/digest.h"

struct artifact;
struct step;

// The preimage of step's key: {"driver", "inputs", "kind", "request", "version"} in canonical form,
// on the heap (mem_free). inputs stand in the order of step->inputs; those that kept leaves out
// (false) and those that are only read are not in it.
// prints: the fingerprints of the services that offer the preset, where the studio asks for them in
// keys; else NULL.
char *key_preimage(const struct step *step, const char *driver, const json_t *request,
                   const struct artifact *const *inputs, const bool *kept, json_t *prints);

// Writes the key of a preimage.
void key_of(const char *preimage, char hex[DIGEST_HEX_BYTES]);

// The preimage that a step whose inputs are not there yet would have if they brought nothing new:
// that of the run before, with the words that the film says by now. Words that binding fits to the
// preset's model stay as they were. Heap (mem_free); NULL when before is none.
char *key_foresee(const struct step *step, const json_t *preset, bool as_they_stand,
                  const char *before);
