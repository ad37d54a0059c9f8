// SPDX-License-Identifier: MIT
#include "runtime/http.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/mem.h"
#include "runtime/transfer.h"

static int64_t now(void)
{
    struct clock *clock = clock_system();

    return clock->now_ms(clock);
}

// Nothing more comes: h says how it went, and hears of it in http_tell.
static void end(struct http_transfer *t)
{
    struct err *err = &t->h->err, ignored;
    bool ok = err->kind == ERR_NONE;

    body_close(t, ok, ok ? err : &ignored);
    easy_close(&t->easy);
    request_release(t);
    t->over = true;
    link_join(&t->link, t->pending.len ? &t->easy.loop->speaking : &t->easy.loop->ended);
}

static void ended(struct easy *e, int code)
{
    struct http_transfer *t = e->user;
    struct err *err = &t->h->err;

    if (code == CURLE_OK)
        body_end(t, err);
    else if (err->kind == ERR_NONE) // else it is of body_add
        easy_fail(e, code, err);
    end(t);
}

static size_t take_bytes(char *bytes, size_t size, size_t n, void *user)
{
    struct http_transfer *t = user;

    return body_add(t, bytes, size * n, &t->h->err) ? size * n : 0;
}

// libcurl takes a head that is cut between two lines for a whole one.
static size_t take_head(char *line, size_t size, size_t n, void *user)
{
    struct http_transfer *t = user;
    struct str text = {line, size * n};

    if (str_starts(text, "HTTP/"))
        t->head_whole = false; // another one came before, such as 100
    else if (!str_trim(text).len)
        t->head_whole = true;
    return size * n;
}

static bool begin(struct http_transfer *t, struct loop *loop, struct err *err)
{
    const struct http *h = t->h;
    struct easy *e = &t->easy;

    if (!easy_open(e, loop, loop->multi, h->url, h->ca, h->connect_ms, err))
        return false;
    e->ended = ended;
    e->user = t;
    curl_easy_setopt(e->curl, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(e->curl, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e->curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(e->curl, CURLOPT_WRITEFUNCTION, take_bytes);
    curl_easy_setopt(e->curl, CURLOPT_WRITEDATA, t);
    return request_set_up(t, err) && easy_start(e, err);
}

void http_start(struct loop *loop, struct http *h)
{
    struct http_transfer *t = mem_new(sizeof(*t));

    h->transfer = t;
    h->status = 0;
    h->type[0] = 0;
    h->got_bytes = h->length = 0;
    h->err = (struct err){0};
    buf_clear(&h->got);
    t->h = h;
    t->fd = -1;
    t->moved_ms = now();
    link_join(&t->link, &loop->running);
    if (!begin(t, loop, &h->err))
        end(t);
}

static void drop(struct http_transfer *t)
{
    struct err ignored;

    link_leave(&t->link);
    body_close(t, false, &ignored);
    buf_release(&t->pending);
    easy_close(&t->easy);
    request_release(t);
    t->h->transfer = NULL;
    mem_free(t);
}

void http_cancel(struct http *h)
{
    if (h->transfer)
        drop(h->transfer);
}

// Bytes that have gone or come. Those of the answer's head count by the line.
static uint64_t moved_bytes(const struct easy *e)
{
    curl_off_t up = 0, down = 0;
    long asked = 0, head = 0;

    curl_easy_getinfo(e->curl, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(e->curl, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(e->curl, CURLINFO_REQUEST_SIZE, &asked);
    curl_easy_getinfo(e->curl, CURLINFO_HEADER_SIZE, &head);
    return (uint64_t)up + (uint64_t)down + (uint64_t)asked + (uint64_t)head;
}

static void watch(struct http_transfer *t, int64_t now_ms)
{
    uint64_t moved = moved_bytes(&t->easy);

    if (moved != t->moved) {
        t->moved = moved;
        t->moved_ms = now_ms;
    } else if (now_ms - t->moved_ms >= t->h->quiet_ms) {
        err_set(&t->h->err, easy_is_connected(&t->easy) ? ERR_TRANSIENT : ERR_AWAY,
                "%s was silent for %g s", t->easy.server, t->h->quiet_ms / 1000.0);
        end(t);
    }
}

void http_watch(struct loop *loop, int64_t now_ms)
{
    struct link *next;

    for (struct link *l = loop->running; l; l = next) {
        struct http_transfer *t = (struct http_transfer *)l;

        next = l->next;
        if (t->h->quiet_ms > 0)
            watch(t, now_ms);
    }
}

int64_t http_due_ms(const struct loop *loop, int64_t now_ms)
{
    int64_t due_ms = loop->ended ? now_ms : INT64_MAX;

    for (struct link *l = loop->running; l; l = l->next) {
        const struct http_transfer *t = (const struct http_transfer *)l;

        if (t->h->quiet_ms > 0 && t->moved_ms + t->h->quiet_ms < due_ms)
            due_ms = t->moved_ms + t->h->quiet_ms;
    }
    return due_ms;
}

// What is called may end the transfer, so its bytes are taken from it before.
static void tell_bytes(struct loop *loop, struct http_transfer *t)
{
    struct buf bytes = t->pending;

    t->pending = (struct buf){0};
    link_join(&t->link, t->over ? &loop->ended : &loop->running);
    t->h->heard(t->h, buf_view(&bytes));
    buf_release(&bytes);
}

static void tell_end(struct http_transfer *t)
{
    struct http *h = t->h;

    drop(t);
    h->done(h);
}

void http_tell(struct loop *loop)
{
    while (loop->speaking)
        tell_bytes(loop, (struct http_transfer *)loop->speaking);
    // What is started from here on and fails at once is told in the next turn.
    link_move_all(&loop->ended, &loop->telling);
    while (loop->telling)
        tell_end((struct http_transfer *)loop->telling);
}

void http_close_all(struct loop *loop)
{
    struct link **lists[] = {&loop->running, &loop->speaking, &loop->ended, &loop->telling};

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        while (*lists[i])
            drop((struct http_transfer *)*lists[i]);
}
