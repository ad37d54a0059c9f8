// SPDX-License-Identifier: MIT
// net URL COUNT AT_ONCE: small POSTs over the loop, and how many of them a second.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "runtime/loop.h"

extern const struct loop_api c41_loop;

enum { MOST_AT_ONCE = 64 };

struct bench {
    struct loop *loop;
    struct http requests[MOST_AT_ONCE];
    const char *url;
    long left, running, failed;
};

static void done(struct http *h);

static void start(struct bench *b, struct http *h)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};

    *h = (struct http){
        .method = "POST",
        .url = b->url,
        .headers = headers,
        .body = str_of("{\"kind\": \"image\", \"params\": {\"prompt\": \"a house on a hill\"}}"),
        .quiet_ms = 60000,
        .done = done,
        .user = b,
    };
    b->left--;
    b->running++;
    c41_loop.http.start(b->loop, h);
}

static void done(struct http *h)
{
    struct bench *b = h->user;

    b->failed += h->err.kind != ERR_NONE || h->status != 200;
    b->running--;
    http_release(h);
    if (b->left)
        start(b, h);
}

int main(int argc, char **argv)
{
    struct clock *clock = clock_system();
    struct err err;
    struct bench b = {.loop = c41_loop.open(&err)};
    long count, at_once;
    int64_t begun_ms;
    double seconds;

    if (argc != 4 || !b.loop)
        return 64;
    b.url = argv[1];
    b.left = count = strtol(argv[2], NULL, 10);
    at_once = strtol(argv[3], NULL, 10);
    begun_ms = clock->now_ms(clock);
    for (long i = 0; i < at_once && i < MOST_AT_ONCE && b.left; i++)
        start(&b, &b.requests[i]);
    while (b.running && c41_loop.poll(b.loop, 1000, &err))
        continue;
    seconds = (double)(clock->now_ms(clock) - begun_ms) / 1000;
    c41_loop.close(b.loop);
    printf("%ld requests, %ld at a time: %.2f s, %.0f a second, %ld failed\n", count, at_once,
           seconds, (double)count / seconds, b.failed);
    return b.failed != 0;
}
