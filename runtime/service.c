// SPDX-License-Identifier: MIT
#include "runtime/service.h"

#include <string.h>

#include "base/arena.h"

const struct driver *driver_find(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

void attempt_release(struct attempt *a)
{
    for (size_t i = 0; i < a->n_made; i++)
        json_decref(a->made[i].facts);
    buf_release(&a->notes);
    buf_release(&a->log);
    arena_free(a->arena);
    a->arena = NULL;
}
