// SPDX-License-Identifier: MIT
// A pack: the files of a job in one file, as `tar -x` takes it on any machine (POSIX ustar), under
// names that we gave them. Any thread.
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct err;
struct pack;

// Begins a new file at path. NULL with *err.
struct pack *pack_open(const char *path, struct err *err);

// Each is at most 100 bytes long and stays below the folder (path_is_inside); a folder ends in "/".
// What goes wrong is told by pack_close.
void pack_folder(struct pack *p, const char *name);
void pack_text(struct pack *p, const char *name, struct str text);
void pack_file(struct pack *p, const char *name, const char *from);

// Ends and frees it. False with *err when any of it could not be written; accepts NULL, as that.
bool pack_close(struct pack *p, struct err *err);
