// SPDX-License-Identifier: MIT
// Does with the network module what standard input says, until that ends: then it closes the loop
// with whatever is still running. A turn of the loop that nobody ends is a second long, so a test
// that waits for one is wrong about who rings.
#include <assert.h>
#include <signal.h>
#include <stdio.h>

#include "base/err.h"
#include "tests/standin/net/item.h"
#include "tests/standin/net/told.h"

extern const struct loop_api c41_loop;

static void ring(void *user)
{
    struct world *w = user;

    c41_loop.wake(w->loop);
}

static void carry_out(struct world *w, struct told *told)
{
    json_t *command;

    while ((command = told_next(told, &w->ended))) {
        item_command(w, command);
        json_decref(command);
    }
}

int main(void)
{
    struct err err;
    struct world w = {.loop = c41_loop.open(&err)};
    struct told *told;

    signal(SIGPIPE, SIG_IGN);
    assert(w.loop);
    told = told_open(ring, &w);
    while (!w.ended) {
        bool ok = c41_loop.poll(w.loop, 1000, &err);

        assert(ok);
        (void)ok;
        carry_out(&w, told);
    }
    c41_loop.close(w.loop);
    item_free_all(&w);
    told_close(told);
    return 0;
}
