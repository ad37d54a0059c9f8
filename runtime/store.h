// SPDX-License-Identifier: MIT
// The store: artifacts by digest, read-only files `.c41/store/ab/REST.EXT` of the project. A file
// comes in whole: written under a temporary name on the same disk, renamed. It is synced with the
// ledger's row that names it (runtime/settle.h), for one sync serves many. Any thread may import;
// nothing of the store is held in memory.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct arena;
struct err;

// From the project's folder.
#define STORE_DIR      ".c41/store"
#define QUARANTINE_DIR ".c41/quarantine"
#define KEEP_DIR       ".c41/sound"

struct store {
    const char *project; // the folder that paths of artifacts are relative to; borrowed
    char own[8];         // the folder of this build's temporary files; "" until store_begin
};

// Makes the folders. False with a message that names the folder and what would help.
bool store_init(struct store *s, const char *project, struct err *err);

// Removes what builds that were killed have left behind. Only the holder of the project's lock.
void store_sweep(const struct store *s);

// Makes a folder of its own for this build's temporary files: a process that has outlived another
// build would write into a folder that is gone.
bool store_begin(struct store *s, struct err *err);

// Removes that folder, when nothing is left in it.
void store_release(struct store *s);

// The path of an artifact from the project's folder.
char *store_path(struct arena *a, const struct digest *digest, const char *ext);

// A path for a new file that store_import will take: tag is unique among the temporary files.
char *store_temp(const struct store *s, struct arena *a, const char *tag, const char *ext);

// Takes the file at temp in and removes that name, also when it fails. An artifact that is there
// already stays as it is.
bool store_import(const struct store *s, const char *temp, const char *ext, struct digest *digest,
                  uint64_t *bytes, struct err *err);

// Its two halves, which leave temp where it is when they fail: learns what the file at temp will be
// called, and makes it read-only; takes it in under that name.
bool store_measure(const char *temp, struct digest *digest, uint64_t *bytes, struct err *err);
bool store_place(const struct store *s, const char *temp, const char *ext,
                 const struct digest *digest, struct err *err);

// The folder, in a, of what ops keep for themselves (runtime/media/keep.h). No artifacts: it may be
// removed at any time.
char *store_keep(const struct store *s, struct arena *a);

// Whether path (of store_path) is there, as a file that is not empty.
bool store_has(const struct store *s, const char *path);

// Whether there is no artifact at all.
bool store_is_empty(const struct store *s);

// Reads the artifact and compares.
bool store_verify(const struct store *s, const char *path, const struct digest *digest,
                  struct err *err);

// Moves a damaged artifact into the quarantine, from where nothing is read. *to is its path there,
// from the project's folder, in a.
bool store_set_aside(const struct store *s, struct arena *a, const char *path, const char **to,
                     struct err *err);
