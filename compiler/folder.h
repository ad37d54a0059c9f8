// SPDX-License-Identifier: MIT
// The files below a folder, in an order that no file system decides.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

enum folder_links { FOLDER_NO_LINKS, FOLDER_LINKS };

// What lies below a folder. Lives in an arena.
struct folder_tree {
    const char *const *files; // paths relative to the folder, sorted by bytes
    size_t n_files;
    const char *const *folders; // the same of the folders looked into, itself ("") first
    size_t n_folders;
};

struct folder_tree folder_walk(struct arena *a, const char *dir, const char *sub,
                               enum folder_links links);

// Paths, relative to dir, of every regular file below dir/sub (or of dir/sub itself where it is
// one), sorted by bytes. Names that begin with a dot are passed over; so are symbolic links, unless
// they are asked for. None when there is no such folder. Lives in a.
const char *const *folder_files(struct arena *a, const char *dir, const char *sub,
                                enum folder_links links, size_t *n);
