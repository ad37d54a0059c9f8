// SPDX-License-Identifier: MIT
// Files of the project that steps take in, as artifacts. What stat says is remembered in the
// ledger, so that a file is read only when it has changed. Owned by the loop thread; a worker may
// measure a file.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/map.h"
#include "base/stamp.h"
#include "runtime/artifact.h"

struct arena;
struct ledger;
struct media;

struct project_file {
    const char *path; // from the project's folder
    struct file_stamp stamp;
    struct artifact artifact; // once known
    bool known;
    bool failed; // *err says why
    struct err err;
};

struct files {
    const char *project; // borrowed
    struct arena *arena; // borrowed
    struct map by_path;
    struct project_file **list;
    size_t n, cap;
};

void files_init(struct files *files, const char *project, struct arena *arena);
void files_release(struct files *files);

// Adds path once, and looks it up in the ledger by what stat says.
struct project_file *files_add(struct files *files, struct ledger *ledger, const char *path);
struct project_file *files_find(const struct files *files, const char *path); // NULL: not added

// Whether measuring it needs the media module.
bool file_needs_media(const struct project_file *f);

// Reads and measures the file; on any thread, touching nothing but f.
void file_measure(struct project_file *f, const char *project, const struct media *media);

// Remembers what was measured, unless the file is so fresh that it could change again unseen.
bool file_remember(const struct project_file *f, struct ledger *ledger, int64_t now_ms,
                   struct err *err);
