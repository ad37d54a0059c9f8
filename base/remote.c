// SPDX-License-Identifier: MIT
#ifdef __linux__
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif
#include "base/file.h"

#ifdef __linux__
// From statfs(2) and linux/magic.h.
static const unsigned kinds[] = {
    0x6969,     // nfs
    0x517b,     // smb
    0xff534d42, // cifs
    0xfe534d42, // smb2
    0x5346414f, // afs
    0x6b414653, // afs of the kernel
    0x73757245, // coda
    0x00c36400, // ceph
    0x01021997, // 9p
    0x0bd00bd0, // lustre
    0x47504653, // gpfs
    0x01161970, // gfs2
    0x7461636f, // ocfs2
};

bool file_is_remote(const char *path)
{
    struct statfs fs;
    bool known = statfs(path, &fs) == 0;

    for (size_t i = 0; known && i < sizeof(kinds) / sizeof(*kinds); i++)
        if ((unsigned)fs.f_type == kinds[i])
            return true;
    return false;
}
#else
bool file_is_remote(const char *path)
{
    struct statfs fs;

    return statfs(path, &fs) == 0 && !(fs.f_flags & MNT_LOCAL);
}
#endif
