// SPDX-License-Identifier: MIT
#include "runtime/service.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "compiler/studio.h"

const struct driver *driver_find(const char *name)
{
    for (size_t i = 0; drivers[i]; i++)
        if (strcmp(drivers[i]->name, name) == 0)
            return drivers[i];
    return NULL;
}

const char *service_name(const struct service *s, struct arena *a)
{
    return arena_printf(a, "%s/%s", s->told->machine->name, s->told->name);
}

int64_t services_now_ms(const struct services *s)
{
    return s->clock->now_ms(s->clock);
}

void attempt_alive(struct attempt *a)
{
    a->alive_ms = services_now_ms(a->services);
}

void attempt_note(struct attempt *a, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(&a->notes, format, args);
    va_end(args);
    buf_char(&a->notes, '\n');
}

void attempt_succeed(struct attempt *a)
{
    a->ok = true;
    a->ended(a);
}

void attempt_fail(struct attempt *a, const struct err *err)
{
    a->ok = false;
    a->err = *err;
    a->ended(a);
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
