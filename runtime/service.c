// SPDX-License-Identifier: MIT
#include "runtime/service.h"

#include <stdarg.h>
#include <stdio.h>
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

unsigned service_at_once(const struct studio_service *told, const struct driver *driver)
{
    if (told->jobs)
        return told->jobs;
    return driver->at_once ? driver->at_once : 1;
}

const char *service_name(const struct service *s, struct arena *a)
{
    return arena_printf(a, "%s/%s", s->told->machine->name, s->told->name);
}

int64_t services_now_ms(const struct services *s)
{
    return s->clock->now_ms(s->clock);
}

void service_tell(const struct service *s, const char *format, ...)
{
    char state[ERR_TEXT_BYTES];
    va_list args;

    if (!s->services->tell)
        return;
    va_start(args, format);
    vsnprintf(state, sizeof(state), format, args);
    va_end(args);
    s->services->tell(s->services->user, s, state);
}

void service_sleeps(struct service *s, int64_t for_ms)
{
    if (s->asleep || s->away_since_ms)
        return;
    s->asleep = true;
    service_tell(s, "asleep: it has not answered for %lld s", (long long)(for_ms / 1000));
}

void service_wakes(struct service *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    service_tell(s, "up");
}
