// SPDX-License-Identifier: MIT
// Trust: the studio and the presets of a project are used only after `c41 trust`, which remembers
// their digests in the user's config folder (trust.json). A file that changed, or came later, is no
// longer trusted. Read once for a compilation; changed by `c41 trust` alone.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct digest;
struct err;
struct trust;

// What people trusted, as config/trust.json says; config may be NULL. A missing or broken file
// trusts nothing. Lives in a, but for what trust_release drops.
struct trust *trust_read(struct arena *a, const char *config);
void trust_release(struct trust *t); // accepts NULL

// True when digest is that of the file that was trusted under this path in the project's folder.
bool trust_check(const struct trust *t, const char *project, const char *path,
                 const struct digest *digest);

// Remembers project's studio.yaml and all files below its presets/ as they are now, in the place of
// what was remembered of that project. *files lists their paths, sorted, in a.
bool trust_give(struct arena *a, const char *config, const char *project, const char *const **files,
                size_t *n, struct err *err);
