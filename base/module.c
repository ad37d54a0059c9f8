// SPDX-License-Identifier: MIT
#include "base/module.h"

#include <dlfcn.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

const void *module_load(const char *dir, const char *name, const char *symbol, struct err *err)
{
    struct arena *a = arena_new();
    const char *path = path_join(a, dir, arena_printf(a, "%s.so", name));
    const void *found = NULL;
    void *handle = NULL;

    if (!file_exists(path)) {
        err_set(err, ERR_FINAL, "%s is missing: it is a part of c41; build or install c41 again",
                path);
    } else if (!(handle = dlopen(path, RTLD_NOW | RTLD_LOCAL))) {
        err_set(err, ERR_FINAL,
                "%s cannot be loaded (%s): install the libraries that it needs, or "
                "build c41 again",
                path, dlerror());
    } else if (!(found = dlsym(handle, symbol))) {
        err_set(err, ERR_FINAL, "%s is of another version of c41: build or install c41 again",
                path);
    }
    arena_free(a);
    return found;
}
