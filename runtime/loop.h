// SPDX-License-Identifier: MIT
// The event loop: where the build waits for the network, for its workers and for people. It stands
// on libcurl's multi interface, so it lives in the module c41-net, which is loaded when there is
// something to run; its one exported symbol is `const struct loop_api c41_loop`.
#pragma once

#include <stdbool.h>

#include "runtime/http.h"

struct err;
struct loop;

struct loop_api {
    struct loop *(*open)(struct err *err); // NULL with *err
    void (*close)(struct loop *loop);      // accepts NULL

    // Lets transfers go on, then waits until one moves, somebody rings, or wait_ms have passed.
    bool (*poll)(struct loop *loop, int wait_ms, struct err *err);

    // Ends a poll that waits, or the next one. From any thread.
    void (*wake)(struct loop *loop);

    struct http_api http;
};
