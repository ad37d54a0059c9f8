// SPDX-License-Identifier: MIT
#include "runtime/attempt.h"

#include <stdarg.h>

#include "base/arena.h"
#include "runtime/service.h"

void attempt_alive(struct attempt *a)
{
    a->alive_ms = services_now_ms(a->services);
}

bool attempt_sends(struct attempt *a, const char *job, struct err *err)
{
    return a->sends(a, job, err);
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
    json_decref(a->facts);
    a->facts = NULL;
    buf_release(&a->notes);
    buf_release(&a->log);
    buf_release(&a->aside);
    arena_free(a->arena);
    a->arena = NULL;
}
