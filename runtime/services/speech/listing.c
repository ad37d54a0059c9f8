// SPDX-License-Identifier: MIT
// Lists of speech servers: asked for once, when the first line needs one.
#include "runtime/services/speech.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "runtime/service.h"
#include "runtime/services/speech/voices.h"

enum { QUIET_MS = 60000, MOST_LIST_BYTES = 8 << 20 };

// A server that has no such route, or answers it with something else, lists nothing; one that does
// not answer has to be asked again.
static bool is_no_list(const struct call *c, const struct err *err)
{
    return err->kind == ERR_FINAL || c->http.status == 500;
}

static void read_answer(struct listing *l, const struct call *c)
{
    struct err err;
    json_t *answer = call_json(c, &err);

    l->entries = answer ? speech_list_read(l->list, answer) : json_array();
    json_decref(answer);
}

// The next line that waits for the list; each leaves it before it goes on.
static struct line *find_waiting(const struct listing *l)
{
    for (struct line *line = l->speech->lines; line; line = line->next)
        if (line->listing == l)
            return line;
    return NULL;
}

static void done(struct call *c)
{
    struct listing *l = c->user;
    struct err err;
    bool ok = call_ok(c, &err);
    struct line *line;

    l->call = NULL;
    if (ok)
        read_answer(l, c);
    else if (is_no_list(c, &err))
        l->entries = json_array();
    while ((line = find_waiting(l))) {
        line->listing = NULL;
        if (l->entries)
            line_go(line);
        else
            line_fail(line, &err);
    }
}

static void ask_for(struct listing *l)
{
    struct ask ask = {.route = l->route,
                      .quiet_ms = QUIET_MS,
                      .most_bytes = MOST_LIST_BYTES,
                      .done = done,
                      .user = l};

    l->call = call_start(l->speech->service, &l->speech->endpoint, &ask);
}

struct listing *listing_get(struct speech *s, const struct speech_list *list, const char *model)
{
    struct arena *a = s->service->arena;
    const char *route = list->route;
    struct listing *l = s->listings;

    if (list->of_model)
        route = arena_printf(a, "%s?model=%s", route, call_encode(a, model ? model : ""));
    while (l && (l->list != list || strcmp(l->route, route) != 0))
        l = l->next;
    if (!l) {
        l = arena_make(a, struct listing);
        *l = (struct listing){.speech = s, .list = list, .route = route, .next = s->listings};
        s->listings = l;
    }
    if (!l->entries && !l->call)
        ask_for(l);
    return l;
}

void listings_release(struct speech *s)
{
    for (struct listing *l = s->listings; l; l = l->next) {
        call_cancel(l->call);
        json_decref(l->entries);
    }
    s->listings = NULL;
}
