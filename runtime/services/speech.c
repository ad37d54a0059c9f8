// SPDX-License-Identifier: MIT
// Speech servers. A line is a request, or several one after the other; which fields it has is the
// dialect's (speech/dialect.c).
#include "runtime/services/speech.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"

static const char *names_of_dialects(struct arena *a)
{
    struct buf names = {0};
    const char *text;
    size_t n;
    const struct speech_dialect *all = speech_dialects(&n);

    for (size_t i = 0; i < n; i++)
        buf_printf(&names, "%s%s", i == 0 ? "" : i + 1 == n ? " or " : ", ", all[i].name);
    text = arena_strdup(a, buf_text(&names));
    buf_release(&names);
    return text;
}

static bool find_dialect(struct speech *s, const struct studio_service *told, struct err *err)
{
    const char *known = names_of_dialects(s->service->arena);

    s->dialect = told->dialect ? speech_dialect_find(told->dialect) : NULL;
    if (s->dialect)
        return true;
    if (!told->dialect)
        return err_set(err, ERR_FILM, "the service %s does not say its dialect: it is one of %s",
                       told->name, known);
    return err_set(err, ERR_FILM, "the service %s has an unknown dialect \"%s\": it is one of %s",
                   told->name, told->dialect, known);
}

static bool open_server(struct service *service, struct err *err)
{
    struct speech *s = arena_make(service->arena, struct speech);

    *s = (struct speech){.service = service};
    if (!find_dialect(s, service->told, err) || !endpoint_init(&s->endpoint, service, err))
        return false;
    endpoint_drop(&s->endpoint, "/v1", service->arena);
    service->own = s;
    return true;
}

static void close_server(struct service *service)
{
    struct speech *s = service->own;

    call_cancel(s->look);
    listings_release(s);
}

static void tick(struct service *service, int64_t now_ms)
{
    struct speech *s = service->own;

    for (struct line *l = s->lines, *next; l; l = next) {
        next = l->next; // l may end
        line_tick(l, now_ms);
    }
}

static bool start(const struct services *services, struct attempt *a, struct err *err)
{
    (void)services;
    if (!line_new(a->service->own, a, err))
        return false;
    line_go(a->own);
    return true;
}

static void cancel(struct attempt *a)
{
    struct err err;

    if (a->own) {
        err_set(&err, ERR_CANCELLED, "stopped");
        line_fail(a->own, &err);
    } else {
        a->job.cancelled = true; // its sound is on its way into the store
    }
}

const struct driver driver_speech = {
    .name = "speech",
    .at_once = 1,
    .open = open_server,
    .close = close_server,
    .tick = tick,
    .inspect = speech_inspect,
    .compare = speech_compare,
    .start = start,
    .cancel = cancel,
};
