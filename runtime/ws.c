// SPDX-License-Identifier: MIT
// WebSockets: what becomes of them in each turn of the loop.
#include <curl/curl.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/http.h"
#include "runtime/line.h"

enum {
    PING_EVERY_MS = 20000,
    MOST_SILENT_MS = 60000,      // after a ping, or when asked for a WebSocket
    LOOK_EVERY_MS = 20,          // at a line that connects: its multi handle is not waited for
    MOST_BYTES_A_TURN = 1 << 20, // others have something to say too
};

static int64_t now(void)
{
    struct clock *clock = clock_system();

    return clock->now_ms(clock);
}

// Nothing more comes: w->err says why, and ws_tell tells.
static void end(struct ws_line *line)
{
    line->state = LINE_OVER;
    line->more = false;
    easy_close(&line->easy);
    link_join(&line->link, &line->easy.loop->news);
}

static void connected(struct easy *e, int code)
{
    struct ws_line *line = e->user;
    curl_socket_t fd = CURL_SOCKET_BAD;

    if (code != CURLE_OK) {
        easy_fail(e, code, &line->w->err);
        return;
    }
    curl_easy_getinfo(e->curl, CURLINFO_ACTIVESOCKET, &fd);
    line->fd = (int)fd;
    line->state = LINE_ASKING;
    line->asked_ms = now();
    handshake_ask(line, &line->w->err);
}

static bool begin(struct ws_line *line, struct loop *loop, struct err *err)
{
    struct easy *e = &line->easy;

    line->multi = curl_multi_init();
    if (!line->multi)
        return err_set(err, ERR_FINAL, "libcurl gives no multi handle");
    if (!easy_open(e, loop, line->multi, line->w->url, line->w->ca, 0, err))
        return false;
    e->ended = connected;
    e->user = line;
    curl_easy_setopt(e->curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(e->curl, CURLOPT_HTTPPROXYTUNNEL,
                     1L); // a proxy would not know what frames are
    return easy_start(e, err) && frames_open(line, err);
}

void ws_open(struct loop *loop, struct ws *w)
{
    struct ws_line *line = mem_new(sizeof(*line));

    w->line = line;
    w->status = 0;
    w->err = (struct err){0};
    line->w = w;
    line->fd = -1;
    link_join(&line->link, &loop->lines);
    if (!begin(line, loop, &w->err)) {
        line->easy.loop = loop;
        end(line);
    }
}

static void drop(struct ws_line *line)
{
    link_leave(&line->link);
    line->w->line = NULL;
    frames_close(line);
    easy_close(&line->easy);
    curl_multi_cleanup(line->multi);
    for (size_t i = line->n_told; i < line->inbox.n; i++)
        buf_release(&line->inbox.at[i].bytes);
    vec_release(&line->inbox);
    buf_release(&line->sending);
    buf_release(&line->waiting);
    buf_release(&line->head);
    buf_release(&line->message);
    buf_release(&line->reason);
    mem_free(line);
}

void ws_say(struct ws *w, struct str text)
{
    struct ws_line *line = w->line;
    struct err ignored; // the next turn finds it too

    if (!line || line->state == LINE_OVER || !line->frames)
        return;
    frames_say(line, text);
    if (line->state != LINE_OPEN)
        return; // it goes out then
    frames_write(line);
    stream_flush(line, &ignored);
}

void ws_close(struct ws *w)
{
    struct ws_line *line = w->line;
    struct err ignored;

    if (!line)
        return;
    if (line->state == LINE_OPEN) {
        frames_goodbye(line);
        frames_write(line);
        stream_flush(line, &ignored); // as far as it goes: nobody waits for it
    }
    drop(line);
}

static bool turn_connecting(struct ws_line *line, struct err *err)
{
    int running;

    curl_multi_perform(line->multi, &running);
    easy_collect(line->multi);
    return err->kind == ERR_NONE;
}

static bool turn_asking(struct ws_line *line, int64_t now_ms, struct err *err)
{
    bool whole = false;

    if (!stream_flush(line, err) || !handshake_read(line, &whole, err))
        return false;
    if (!line->asked_ms)
        line->asked_ms = now_ms;
    if (whole) {
        line->state = LINE_OPEN;
        line->opened = true;
        line->asked_ms = 0;
        line->pinged_ms = now_ms;
    }
    return true;
}

static void ping(struct ws_line *line, int64_t now_ms)
{
    frames_ping(line);
    frames_write(line);
    line->pinged_ms = now_ms;
    if (!line->asked_ms)
        line->asked_ms = now_ms;
}

static bool turn_open(struct ws_line *line, int64_t now_ms, struct err *err)
{
    struct err ignored;

    frames_write(line); // what was said before it was open
    if (!frames_read(line, err)) {
        stream_flush(line, &ignored); // our goodbye, as far as it goes
        return false;
    }
    if (now_ms - line->pinged_ms >= PING_EVERY_MS)
        ping(line, now_ms);
    return stream_flush(line, err);
}

static bool is_alive(const struct ws_line *line, int64_t now_ms, struct err *err)
{
    if (!line->asked_ms || now_ms - line->asked_ms < MOST_SILENT_MS)
        return true;
    return err_set(err, ERR_TRANSIENT,
                   line->state == LINE_OPEN ? "%s answers no ping for %d s"
                                            : "%s was silent for %d s when asked for a WebSocket",
                   line->easy.server, MOST_SILENT_MS / 1000);
}

static void turn(struct ws_line *line, int64_t now_ms)
{
    struct err *err = &line->w->err;
    bool ok = true;

    line->may_read = MOST_BYTES_A_TURN;
    line->more = false;
    if (line->state == LINE_CONNECTING)
        ok = turn_connecting(line, err);
    if (ok && line->state == LINE_ASKING)
        ok = turn_asking(line, now_ms, err);
    if (ok && line->state == LINE_OPEN)
        ok = turn_open(line, now_ms, err);
    if (!ok || !is_alive(line, now_ms, err))
        end(line);
    else if (line->opened || line->inbox.n)
        link_join(&line->link, &line->easy.loop->news);
}

void ws_turn(struct loop *loop, int64_t now_ms)
{
    struct link *next;

    for (struct link *l = loop->lines; l; l = next) {
        next = l->next;
        turn((struct ws_line *)l, now_ms);
    }
}

int64_t ws_due_ms(const struct loop *loop, int64_t now_ms)
{
    int64_t due_ms = loop->news ? now_ms : INT64_MAX;

    for (struct link *l = loop->lines; l; l = l->next) {
        const struct ws_line *line = (const struct ws_line *)l;
        int64_t at_ms = line->more                       ? now_ms
                        : line->state == LINE_CONNECTING ? now_ms + LOOK_EVERY_MS
                        : line->state == LINE_OPEN       ? line->pinged_ms + PING_EVERY_MS
                                                         : INT64_MAX;

        if (line->asked_ms && line->asked_ms + MOST_SILENT_MS < at_ms)
            at_ms = line->asked_ms + MOST_SILENT_MS;
        if (at_ms < due_ms)
            due_ms = at_ms;
    }
    return due_ms;
}

static struct curl_waitfd socket_of(const struct ws_line *line)
{
    bool writes = line->sent < line->sending.len || line->waiting.len,
         reads = line->waiting.len <= LINE_MOST_WAITING_BYTES;

    return (struct curl_waitfd){
        .fd = line->fd,
        .events = (short)((reads ? CURL_WAIT_POLLIN : 0) | (writes ? CURL_WAIT_POLLOUT : 0)),
    };
}

void ws_sockets(struct loop *loop)
{
    unsigned n = 0;

    for (struct link *l = loop->lines; l; l = l->next) {
        const struct ws_line *line = (const struct ws_line *)l;

        if (line->fd < 0)
            continue;
        loop->sockets = mem_resize(loop->sockets, n + 1, sizeof(*loop->sockets));
        loop->sockets[n++] = socket_of(line);
    }
    loop->n_sockets = n;
}

// What is called may close the line, so what is told is taken from it before.
static void tell_message(struct ws_line *line)
{
    struct line_message message = line->inbox.at[line->n_told++];

    if (line->n_told == line->inbox.n)
        line->inbox.n = line->n_told = 0;
    line->w->heard(line->w, message.binary, buf_view(&message.bytes));
    buf_release(&message.bytes);
}

static void tell(struct ws_line *line)
{
    struct ws *w = line->w;

    if (line->opened) {
        line->opened = false;
        if (w->opened)
            w->opened(w);
    } else if (line->n_told < line->inbox.n) {
        tell_message(line);
    } else if (line->state == LINE_OVER) {
        drop(line);
        w->closed(w);
    } else {
        link_join(&line->link, &line->easy.loop->lines);
    }
}

void ws_tell(struct loop *loop)
{
    // What is opened from here on and fails at once is told in the next turn.
    link_move_all(&loop->news, &loop->telling_news);
    while (loop->telling_news)
        tell((struct ws_line *)loop->telling_news);
}

void ws_close_all(struct loop *loop)
{
    struct link **lists[] = {&loop->lines, &loop->news, &loop->telling_news};

    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        while (*lists[i])
            drop((struct ws_line *)*lists[i]);
}
