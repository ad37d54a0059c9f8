// SPDX-License-Identifier: MIT
// Files and paths. Paths are UTF-8 with '/' between names.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct arena;
struct digest;
struct err;

// "a" and "b" give "a/b"; an absolute b stands alone; "" and "." vanish.
char *path_join(struct arena *a, const char *dir, const char *name);

// "a/b/c.txt" gives "a/b"; "c.txt" gives "."; the rest of path after it.
char *path_dir(struct arena *a, const char *path);
const char *path_base(const char *path);

// "" when the last name has none; without the dot.
const char *path_ext(const char *path);

// True for a path that stays below where it is read from: relative, no "..", no empty name.
bool path_is_inside(const char *path);

// Adds the whole file to out; more than most_bytes is an error.
bool file_read(const char *path, struct buf *out, size_t most_bytes, struct err *err);

// The same from a descriptor, which stays open; name is for messages.
bool file_read_fd(int fd, struct buf *out, size_t most_bytes, const char *name, struct err *err);

// Opens path below the folder root for reading; refuses "..", absolute paths, symbolic links that
// lead out of root, and what is no regular file. Returns the descriptor, or -1 with *err.
int file_open_inside(const char *root, const char *path, struct err *err);

// Writes to a temporary name beside path, syncs, renames, syncs the folder.
bool file_write(const char *path, const void *bytes, size_t len, struct err *err);

// Writes a file that is nobody's yet and is not synced: a temporary one of the store.
bool file_put(const char *path, const void *bytes, size_t len, struct err *err);

// Copies a file by way of "TO.part" beside to, which is replaced in one go; blocks are shared where
// the file system can. The bytes are hashed on their way: when they are not the expected ones, to
// stays as it is. The copy can be written to, whatever from is.
bool file_copy(const char *from, const char *to, const struct digest *expected, struct err *err);

// The same without a second copy of the bytes: where blocks cannot be shared, to becomes another
// name of the file that from is (a hard link), so who writes into one writes into both; where that
// cannot be either, a copy. expected NULL: the bytes are known to be whole, and not read for that.
bool file_share(const char *from, const char *to, const struct digest *expected, struct err *err);

// Creates path and the folders above it.
bool file_make_dirs(const char *path, struct err *err);

// Syncs to the disk what fd holds; what the file at path holds, or the entries of a folder.
bool file_sync(int fd, struct err *err);
bool file_sync_path(const char *path, struct err *err);

// Syncs all that was written to the disk that path lies on, by anybody. False where the system
// cannot tell whether it has: then each file is to be synced by itself.
bool file_sync_disk(const char *path);

bool file_exists(const char *path);

// Bytes that a file of this process could still take below path; UINT64_MAX when not known.
uint64_t file_free_bytes(const char *path);

// Whether path lies on another machine's disk, as far as the system tells.
bool file_is_remote(const char *path);

// The canonical path of the running program, or NULL where the system does not tell.
char *path_of_program(struct arena *a);
