// SPDX-License-Identifier: MIT
#include "tests/standin/net/item.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "tests/standin/net/told.h"

extern const struct loop_api c41_loop;

enum { SHOWN_BYTES = 1 << 16 };

static const char *const kinds[] = {
    [ERR_NONE] = "none", [ERR_TRANSIENT] = "transient", [ERR_FINAL] = "final",
    [ERR_FILM] = "film", [ERR_AWAY] = "away",           [ERR_USAGE] = "usage",
    [ERR_FULL] = "full", [ERR_CANCELLED] = "cancelled", [ERR_BUG] = "bug",
};

static void free_item(struct item *item)
{
    struct item **at = &item->world->items;

    while (*at != item)
        at = &(*at)->next;
    *at = item->next;
    http_release(&item->http);
    json_decref(item->told);
    mem_free(item->body);
    mem_free(item);
}

// Prints an event; takes it.
static void print(struct item *item, const char *event, json_t *about)
{
    char *text;

    assert(!item->world->inside);
    json_object_set_new(about, "event", json_string(event));
    json_object_set_new(about, "id", json_string(json_get_text(item->told, "id", "")));
    text = json_dumps(about, JSON_COMPACT | JSON_SORT_KEYS);
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(about);
}

static void describe(json_t *about, struct str bytes)
{
    struct digest digest = digest_of(bytes.ptr ? bytes.ptr : "", bytes.len);
    char hex[DIGEST_HEX_BYTES];

    json_object_set_new(about, "bytes", json_integer((json_int_t)bytes.len));
    json_object_set_new(about, "digest", json_string(digest_hex(&digest, hex)));
    if (bytes.len <= SHOWN_BYTES && str_is_utf8(bytes))
        json_object_set_new(about, "text", json_stringn(bytes.ptr ? bytes.ptr : "", bytes.len));
}

static void describe_err(json_t *about, const struct err *err)
{
    json_object_set_new(about, "err", json_string(kinds[err->kind]));
    json_object_set_new(about, "words", json_string(err->text));
}

// The commands that the item was given for this moment, which may well end it.
static void react(struct item *item, const char *moment)
{
    struct world *w = item->world;
    json_t *list = json_incref(json_object_get(item->told, moment)), *command;
    size_t i;

    json_array_foreach(list, i, command)
        item_command(w, command);
    json_decref(list);
}

static void http_heard(struct http *h, struct str bytes)
{
    struct item *item = h->user;
    json_t *about = json_object();

    json_object_set_new(about, "status", json_integer(h->status));
    describe(about, bytes);
    print(item, "heard", about);
    react(item, "on_heard");
}

static void http_done(struct http *h)
{
    struct item *item = h->user;
    json_t *about = json_object();

    json_object_set_new(about, "status", json_integer(h->status));
    json_object_set_new(about, "type", json_string(h->type));
    json_object_set_new(about, "got_bytes", json_integer((json_int_t)h->got_bytes));
    describe(about, buf_view(&h->got));
    describe_err(about, &h->err);
    print(item, "done", about);
    item->ended = true;
    react(item, "on_done");
    c41_loop.http.cancel(h); // does nothing by now
    free_item(item);
}

static const char *const *read_headers(struct item *item)
{
    const json_t *list = json_object_get(item->told, "headers");
    size_t n = json_array_size(list);

    assert(n < sizeof(item->headers) / sizeof(*item->headers));
    for (size_t i = 0; i < n; i++)
        item->headers[i] = json_string_value(json_array_get(list, i));
    return list ? item->headers : NULL;
}

static void read_parts(struct item *item)
{
    const json_t *list = json_object_get(item->told, "parts");
    size_t n = json_array_size(list);

    assert(n <= sizeof(item->parts) / sizeof(*item->parts));
    for (size_t i = 0; i < n; i++) {
        const json_t *told = json_array_get(list, i);

        item->parts[i] = (struct http_part){
            .name = json_get_text(told, "name", NULL),
            .path = json_get_text(told, "path", NULL),
            .bytes = str_of(json_get_text(told, "text", "")),
            .filename = json_get_text(told, "filename", NULL),
            .type = json_get_text(told, "type", NULL),
        };
    }
    item->http.parts = item->parts;
    item->http.n_parts = n;
}

// "body": its text, or how many bytes of 'x' it has.
static struct str read_body(struct item *item)
{
    const json_t *body = json_object_get(item->told, "body");
    size_t n = (size_t)json_integer_value(body);

    if (!json_is_integer(body))
        return body ? str_of(json_string_value(body)) : (struct str){NULL, 0};
    item->body = mem_new(n + 1);
    memset(item->body, 'x', n);
    return (struct str){item->body, n};
}

static struct item *new_item(struct world *w, json_t *told)
{
    struct item *item = mem_new(sizeof(*item));

    item->told = json_incref(told);
    item->world = w;
    item->next = w->items;
    w->items = item;
    return item;
}

static void start(struct world *w, json_t *told)
{
    struct item *item = new_item(w, told);

    item->http = (struct http){
        .method = json_get_text(told, "method", "GET"),
        .url = json_get_text(told, "url", ""),
        .headers = read_headers(item),
        .body = read_body(item),
        .ca = json_get_text(told, "ca", NULL),
        .to = json_get_text(told, "to", NULL),
        .most_bytes = (uint64_t)json_get_integer(told, "most_bytes", 0),
        .connect_ms = (int)json_get_integer(told, "connect_ms", 0),
        .quiet_ms = (int)json_get_integer(told, "quiet_ms", 0),
        .heard = json_get_flag(told, "heard", false) ? http_heard : NULL,
        .done = http_done,
        .user = item,
    };
    read_parts(item);
    w->inside = true;
    c41_loop.http.start(w->loop, &item->http);
    w->inside = false;
}

static struct item *find(struct world *w, const json_t *told)
{
    const char *id = json_get_text(told, "id", "");

    for (struct item *item = w->items; item; item = item->next)
        if (!item->ended && !strcmp(json_get_text(item->told, "id", ""), id))
            return item;
    return NULL;
}

static void cancel(struct world *w, json_t *told)
{
    struct item *item = find(w, told);

    if (!item)
        return;
    w->inside = true;
    c41_loop.http.cancel(&item->http);
    w->inside = false;
    free_item(item);
}

static void ws_opened(struct ws *ws)
{
    struct item *item = ws->user;

    print(item, "opened", json_object());
    react(item, "on_opened");
}

static void ws_heard(struct ws *ws, bool binary, struct str message)
{
    struct item *item = ws->user;
    json_t *about = json_object();

    json_object_set_new(about, "binary", json_boolean(binary));
    describe(about, message);
    print(item, "message", about);
    react(item, "on_message");
}

static void ws_closed(struct ws *ws)
{
    struct item *item = ws->user;
    json_t *about = json_object();

    json_object_set_new(about, "status", json_integer(ws->status));
    describe_err(about, &ws->err);
    print(item, "closed", about);
    item->ended = true;
    react(item, "on_closed");
    c41_loop.http.close(ws); // does nothing by now
    c41_loop.http.say(ws, str_of("nobody hears this"));
    free_item(item);
}

static void open_ws(struct world *w, json_t *told)
{
    struct item *item = new_item(w, told);

    item->ws = (struct ws){
        .url = json_get_text(told, "url", ""),
        .headers = read_headers(item),
        .ca = json_get_text(told, "ca", NULL),
        .most_bytes = (size_t)json_get_integer(told, "most_bytes", 0),
        .opened = json_get_flag(told, "opened", true) ? ws_opened : NULL,
        .heard = ws_heard,
        .closed = ws_closed,
        .user = item,
    };
    w->inside = true;
    c41_loop.http.open(w->loop, &item->ws);
    w->inside = false;
}

// "text", or "bytes" of 'x'.
static void say(struct world *w, json_t *told)
{
    struct item *item = find(w, told);
    size_t n = (size_t)json_get_integer(told, "bytes", 0);
    struct buf text = {0};

    if (!item)
        return;
    buf_puts(&text, json_get_text(told, "text", ""));
    buf_repeat(&text, 'x', n);
    w->inside = true;
    c41_loop.http.say(&item->ws, buf_view(&text));
    w->inside = false;
    buf_release(&text);
}

static void close_ws(struct world *w, json_t *told)
{
    struct item *item = find(w, told);

    if (!item)
        return;
    w->inside = true;
    c41_loop.http.close(&item->ws);
    w->inside = false;
    free_item(item);
}

static void skip(struct world *w, json_t *told)
{
    (void)w;
    told_skip(json_get_integer(told, "ms", 0));
}

static const struct verb {
    const char *name;
    void (*run)(struct world *w, json_t *told);
} verbs[] = {
    {"cancel", cancel}, {"close", close_ws}, {"open", open_ws},
    {"say", say},       {"skip", skip},      {"start", start},
};

void item_command(struct world *w, json_t *command)
{
    const char *name = json_get_text(command, "do", "");
    const struct verb *verb = verbs, *end = verbs + sizeof(verbs) / sizeof(*verbs);

    while (verb < end && strcmp(verb->name, name) != 0)
        verb++;
    assert(verb < end);
    verb->run(w, command);
}

void item_free_all(struct world *w)
{
    while (w->items)
        free_item(w->items);
}
