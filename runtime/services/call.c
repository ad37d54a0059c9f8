// SPDX-License-Identifier: MIT
// Calls: requests to a service of an endpoint, and what their answers say.
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/studio.h"
#include "runtime/loop.h"
#include "runtime/service.h"
#include "runtime/services/endpoint.h"

enum { MOST_WORDS_BYTES = 300 };

static void release(struct call *c)
{
    http_release(&c->http);
    arena_free(c->arena);
    mem_free(c);
}

static void done(struct http *http)
{
    struct call *c = http->user;

    endpoint_hush(c->endpoint, http->err.text);
    c->done(c);
    release(c);
}

static void heard(struct http *http, struct str bytes)
{
    struct call *c = http->user;

    c->heard(c, bytes);
}

// The endpoint's headers, and what the body is.
static const char *const *headers_of(struct call *c, const struct ask *ask)
{
    size_t n = 0;
    const char **list;

    while (c->endpoint->headers[n])
        n++;
    list = arena_array(c->arena, const char *, n + 2);
    memcpy(list, c->endpoint->headers, n * sizeof(*list));
    if (ask->json)
        list[n] = "Content-Type: application/json";
    return list;
}

// In the order in which it was written: a schema's properties are answered in that order.
static struct str write_json(struct arena *a, const json_t *json)
{
    struct buf text = {0};
    struct str body;

    json_compact(json, &text);
    body = (struct str){arena_strndup(a, buf_text(&text), text.len), text.len};
    buf_release(&text);
    return body;
}

struct call *call_start(struct service *s, const struct endpoint *e, const struct ask *ask)
{
    struct call *c = mem_new(sizeof(*c));

    c->service = s;
    c->endpoint = e;
    c->arena = arena_new();
    c->heard = ask->heard;
    c->done = ask->done;
    c->user = ask->user;
    c->http = (struct http){
        .method = ask->method                 ? ask->method
                  : ask->json || ask->n_parts ? "POST"
                                              : "GET",
        .url = arena_concat(c->arena, (const char *[]){e->base, ask->route}, 2),
        .headers = headers_of(c, ask),
        .body = ask->json ? write_json(c->arena, ask->json) : (struct str){NULL, 0},
        .parts = ask->parts,
        .n_parts = ask->n_parts,
        .ca = e->ca,
        .to = ask->to,
        .most_bytes = ask->most_bytes,
        .quiet_ms = ask->quiet_ms,
        .once = ask->once,
        .heard = ask->heard ? heard : NULL,
        .done = done,
        .user = c,
    };
    s->services->net->http.start(s->services->loop, &c->http);
    return c;
}

void call_cancel(struct call *c)
{
    if (!c)
        return;
    c->service->services->net->http.cancel(&c->http);
    release(c);
}

char *call_encode(struct arena *a, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    struct buf out = {0};
    char *coded;

    for (; *text; text++) {
        if (strchr(plain, *text))
            buf_char(&out, *text);
        else
            buf_printf(&out, "%%%02X", (unsigned char)*text);
    }
    coded = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    return coded;
}

static const char *text_or(const json_t *value, const char *fallback)
{
    return json_is_string(value) ? json_string_value(value) : fallback;
}

// The servers' ways to say what is wrong, in the order in which they are looked for.
static const char *words_in(const json_t *answer)
{
    const json_t *error = json_object_get(answer, "error"),
                 *detail = json_object_get(answer, "detail");
    const char *words = text_or(json_object_get(error, "message"), NULL);

    words = words ? words : text_or(json_object_get(detail, "message"), NULL);
    words =
        words ? words : text_or(json_object_get(json_object_get(detail, "error"), "message"), NULL);
    words = words ? words : text_or(json_object_get(json_array_get(detail, 0), "msg"), NULL);
    words = words ? words : text_or(detail, NULL);
    words = words ? words : text_or(error, NULL);
    return words ? words : text_or(json_object_get(answer, "message"), NULL);
}

// Some servers send all that Python says; what is wrong is its last line.
static const char *heart_of(const char *words)
{
    const char *heart = words;

    if (strncmp(words, "Traceback ", 10) != 0)
        return words;
    for (const char *at = words; (at = strchr(at, '\n')) && *++at;)
        heart = *at == ' ' || *at == '\n' ? heart : at;
    return heart;
}

// The field that a validation error names: {"detail": [{"loc": ["body", "input"], "msg"}]}.
static const char *place_in(const json_t *answer)
{
    const json_t *loc =
        json_object_get(json_array_get(json_object_get(answer, "detail"), 0), "loc");

    return text_or(json_array_get(loc, json_array_size(loc) - 1), NULL);
}

static struct str first_line(struct str body)
{
    struct str line = {NULL, 0};

    while (body.len && !line.len)
        line = str_trim(str_cut(&body, '\n'));
    return line;
}

const char *call_words(const struct call *c)
{
    struct str body = buf_view(&c->http.got), line = first_line(body);
    struct err ignored;
    json_t *answer = body.len ? json_read_loose(body, &ignored) : NULL;
    const char *words = words_in(answer), *place = words ? place_in(answer) : NULL;
    char *text;

    if (words && place)
        text = arena_printf(c->arena, "%s: %s", place, words);
    else if (words)
        text = arena_strdup(c->arena, heart_of(words));
    else
        text = arena_strndup(c->arena, line.len ? line.ptr : "", line.len);
    if (strlen(text) > MOST_WORDS_BYTES)
        text = arena_printf(c->arena, "%.*s…", MOST_WORDS_BYTES, text);
    json_decref(answer);
    endpoint_hush(c->endpoint, text);
    return text;
}

static enum err_kind kind_of(long status)
{
    static const long passing[] = {408, 425, 429, 500, 502, 503, 504};

    for (size_t i = 0; i < sizeof(passing) / sizeof(*passing); i++)
        if (passing[i] == status)
            return ERR_TRANSIENT;
    return status == 401 || status == 403 ? ERR_FILM : ERR_FINAL;
}

bool call_ok(const struct call *c, struct err *err)
{
    const char *name = c->service->told->name, *words;

    if (c->http.err.kind != ERR_NONE) {
        *err = c->http.err;
        return err_wrap(err, "%s", name);
    }
    if (c->http.status >= 200 && c->http.status < 300)
        return true;
    words = call_words(c);
    err_set(err, kind_of(c->http.status), "%s answers %ld%s%s", name, c->http.status,
            words[0] ? ": " : "", words);
    if (err->kind == ERR_FILM)
        err_wrap(err, "the token or login of the service is not accepted");
    return false;
}

json_t *call_json(const struct call *c, struct err *err)
{
    struct err why = {0};
    json_t *json = json_read_loose(buf_view(&c->http.got), &why);

    if (!json)
        err_set(err, ERR_TRANSIENT, "%s answers no JSON but %s: %s", c->service->told->name,
                c->http.type[0] ? c->http.type : "something else", call_words(c));
    return json;
}
