// SPDX-License-Identifier: MIT
// A sight: a file or folder that a build saw, by what stat said of it, or did not find where it
// looked. Sights tell whether anything has moved since.
//
// A file that changed so shortly before it was read that it could change again with the same stamp
// is *racy*: it counts as unchanged only while its bytes are those that were read.
#pragma once

#include <stdbool.h>

#include "base/digest.h"
#include "base/stamp.h"

struct buf;

enum sight_kind {
    SIGHT_FILE = 'F',
    SIGHT_FOLDER = 'L', // the names in it
    SIGHT_THERE = 'T',  // only whether it is there
};

// Something that a build saw, or did not find where it looked.
struct sight {
    enum sight_kind kind;
    const char *path;        // from the project's folder, or absolute
    struct file_stamp stamp; // taken before it was read; all zero: it was not there
    struct digest digest;    // of its bytes, or folder_digest
    bool hashed;             // digest is known
    bool racy;
    int64_t made_ms;  // before c41 itself put it there, or found there what it had put; else 0
    const char *part; // of a part of the film: what the books say of it; or NULL
};

// Looks again; project is the folder that relative paths are from. A folder that changed and holds
// the names that it held is as it was, and its sight takes the new stamp.
bool sight_is_as_it_was(struct sight *s, const char *project);

// As a line of text, and back: read cuts the line (without its end) up and borrows from it. False
// for a sight that cannot be told in a line.
bool sight_put(const struct sight *s, struct buf *out);
void sight_read(struct sight *s, char *line);
