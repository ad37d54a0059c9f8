// SPDX-License-Identifier: MIT
// What the file system says of a file without reading it: equal stamps, equal bytes.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"

struct file_stamp {
    uint64_t device, inode, bytes;
    int64_t changed_ns, status_ns; // mtime and ctime, since 1970
};

// False: there is no file at path (or what is there is no regular file).
bool file_stamp(const char *path, struct file_stamp *stamp);
bool file_stamp_fd(int fd, struct file_stamp *stamp);

// The same for anything that may be at path, folders too.
bool path_stamp(const char *path, struct file_stamp *stamp);

// The digest of the names in a folder, sorted, those that begin with a dot left out. False: there
// is no such folder.
bool folder_digest(const char *path, struct digest *digest);

// Whether two stamps are of one file that has not changed.
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

// Whether the file changed so shortly before now that it could change again with the same stamp.
bool file_stamp_is_fresh(const struct file_stamp *stamp, int64_t now_ms);

// The same of its bytes alone: it may have got its name or its mode a moment ago.
bool file_stamp_is_freshly_written(const struct file_stamp *stamp, int64_t now_ms);
