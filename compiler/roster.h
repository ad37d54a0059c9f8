// SPDX-License-Identifier: MIT
// A roster: a studio by itself, without a film, and the presets that its `use` names.
#pragma once

#include <stddef.h>

struct compile_options;
struct diag;
struct err;
struct preset;
struct roster;
struct studio;

// Reads what options say of studio, data and config folders, and borrows them. NULL with *err when
// our own schemas cannot be read. What is wrong with the studio is said to roster_diag.
struct roster *roster_new(const struct compile_options *options, struct err *err);
void roster_free(struct roster *r); // accepts NULL

const struct studio *roster_studio(const struct roster *r); // NULL: it is wrong
struct diag *roster_diag(const struct roster *r);

// The presets in use, in the studio's order, each once. Borrowed.
const struct preset *const *roster_presets(const struct roster *r, size_t *n);
