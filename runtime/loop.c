// SPDX-License-Identifier: MIT
#include "runtime/loop.h"

#include <curl/curl.h>

#include "base/err.h"
#include "base/mem.h"

struct loop {
    CURLM *multi;
};

static void close_loop(struct loop *loop)
{
    if (!loop)
        return;
    curl_multi_cleanup(loop->multi);
    curl_global_cleanup();
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
    return loop;
}

static bool poll_loop(struct loop *loop, int wait_ms, struct err *err)
{
    int running;
    CURLMcode code = curl_multi_perform(loop->multi, &running);

    if (code == CURLM_OK)
        code = curl_multi_poll(loop->multi, NULL, 0, wait_ms, NULL);
    return code == CURLM_OK ||
           err_set(err, ERR_BUG, "the event loop: %s", curl_multi_strerror(code));
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
};
