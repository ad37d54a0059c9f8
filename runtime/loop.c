// SPDX-License-Identifier: MIT
#include "runtime/loop.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/easy.h"
#include "runtime/net.h"

enum { KEPT_CONNECTIONS = 256 };

static void close_loop(struct loop *loop)
{
    if (!loop)
        return;
    http_close_all(loop);
    ws_close_all(loop);
    while (loop->n_spare)
        curl_easy_cleanup(loop->spare[--loop->n_spare]);
    curl_multi_cleanup(loop->multi);
    curl_global_cleanup();
    mem_free(loop->sockets);
    mem_free(loop);
}

static struct loop *open_loop(struct err *err)
{
    struct loop *loop;

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        err_set(err, ERR_FINAL, "libcurl does not start");
        return NULL;
    }
    loop = mem_new(sizeof(*loop));
    loop->multi = curl_multi_init();
    if (!loop->multi) {
        close_loop(loop);
        err_set(err, ERR_FINAL, "libcurl gives no multi handle");
        return NULL;
    }
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
    return loop;
}

static int64_t now(void)
{
    struct clock *clock = clock_system();

    return clock->now_ms(clock);
}

// wait_ms, or less when something is due before.
static int time_to_wait(const struct loop *loop, int wait_ms)
{
    int64_t now_ms = now(), due_ms = http_due_ms(loop, now_ms), line_ms = ws_due_ms(loop, now_ms),
            left_ms = (due_ms < line_ms ? due_ms : line_ms) - now_ms;

    return left_ms < 0 ? 0 : left_ms < wait_ms ? (int)left_ms : wait_ms;
}

static bool poll_loop(struct loop *loop, int wait_ms, struct err *err)
{
    int running;
    CURLMcode code;

    ws_sockets(loop);
    code = curl_multi_poll(loop->multi, loop->sockets, loop->n_sockets, time_to_wait(loop, wait_ms),
                           NULL);
    if (code == CURLM_OK)
        code = curl_multi_perform(loop->multi, &running);
    if (code != CURLM_OK)
        return err_set(err, ERR_BUG, "the event loop: %s", curl_multi_strerror(code));
    easy_collect(loop->multi);
    http_watch(loop, now());
    ws_turn(loop, now());
    http_tell(loop);
    ws_tell(loop);
    return true;
}

static void wake_loop(struct loop *loop)
{
    curl_multi_wakeup(loop->multi);
}

__attribute__((visibility("default"))) extern const struct loop_api c41_loop;
const struct loop_api c41_loop = {
    .open = open_loop,
    .close = close_loop,
    .poll = poll_loop,
    .wake = wake_loop,
    .http =
        {
            .start = http_start,
            .cancel = http_cancel,
            .open = ws_open,
            .say = ws_say,
            .close = ws_close,
        },
};
