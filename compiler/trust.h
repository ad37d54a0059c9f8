// SPDX-License-Identifier: MIT
// Trust: the studio and the presets of a project are used only after `c41 trust`, which remembers
// their digests in the user's config folder (trust.json). A file that changed, or came later, is no
// longer trusted. Read once for a compilation; changed by `c41 trust` alone.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;
struct trust;

// What people trusted, as config/trust.json says. A missing or broken file trusts nothing. Lives in a.
struct trust *trust_read(struct arena *a, const char *config);

// True when bytes are what was trusted under this path of the project (an absolute folder).
bool trust_check(const struct trust *t, const char *project, const char *path, struct str bytes);

// Remembers project's studio.yaml and all files below its presets/ as they are now, in the place of
// what was remembered of that project. *files lists their paths, sorted, in a.
bool trust_give(struct arena *a, const char *config, const char *project, const char *const **files,
                size_t *n, struct err *err);

// Every file below dir/sub (a folder or one file), as paths below dir, sorted; folders and names that
// begin with a dot, and symbolic links, are passed over. Lives in a.
const char *const *trust_files(struct arena *a, const char *dir, const char *sub, size_t *n);
