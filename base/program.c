// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include "base/arena.h"

#ifdef __APPLE__
static bool ask_system(char *path, size_t size)
{
    uint32_t room = (uint32_t)size;

    return _NSGetExecutablePath(path, &room) == 0;
}
#else
static bool ask_system(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);

    if (n < 0)
        return false;
    path[n] = 0;
    return true;
}
#endif

char *path_of_program(struct arena *a)
{
    char path[PATH_MAX], real[PATH_MAX];

    if (!ask_system(path, sizeof(path)) || !realpath(path, real))
        return NULL;
    return arena_strdup(a, real);
}
