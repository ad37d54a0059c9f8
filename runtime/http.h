// SPDX-License-Identifier: MIT
// HTTP requests and WebSockets on the event loop. A request belongs to whoever makes it and is lent
// to the loop from start until done is called. Nothing here waits. Loop thread only. Callbacks may
// start, cancel and close whatever they like, themselves too.
//
// A redirect is an answer, and so is a log-in page. Connections are kept and used again; a request
// whose kept connection turns out dead before a byte of the answer has come is sent once more, on a
// new one. Proxies are those of the environment (http_proxy, https_proxy, no_proxy), but for this
// machine itself.
//
// Failures are told by kind: ERR_AWAY when nobody answers (refused, no such host, no route),
// ERR_TRANSIENT when a connection breaks or stays silent for too long, ERR_FINAL when the answer is
// larger than allowed or TLS does not trust the server, ERR_FULL when the disk is.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct loop;

// One part of a multipart/form-data body.
struct http_part {
    const char *name;
    const char *path;     // of a file that is sent; or NULL:
    struct str bytes;     // these are
    const char *filename; // NULL: a plain field
    const char *type;     // its media type, or NULL
};

struct http {
    // Set by who asks, borrowed until done.
    const char *method; // "GET", "POST", "HEAD", "DELETE"
    const char *url;
    const char *const *headers; // "Name: value", NULL at the end; or NULL
    struct str body;            // of a POST
    const struct http_part *parts;
    size_t n_parts;
    const char *ca;      // a file of certificates to trust in the place of the system's, or NULL
    const char *to;      // a file that the body of a 2xx answer is written to, or NULL
    uint64_t most_bytes; // of the body; 0: 64 MiB
    int connect_ms;      // 0: 5 s
    int quiet_ms;        // how long the server may say nothing, from the start on; 0: no limit
    bool once; // never sent a second time by itself, as happens when a kept connection turns out
               // to be closed
    // Called with the body of a 2xx answer as it comes, which is kept nowhere then; NULL: no.
    void (*heard)(struct http *h, struct str bytes);
    void (*done)(struct http *h);
    void *user;

    // Told: any status with err.kind ERR_NONE is an answer that came whole.
    long status;    // 0: there was no answer
    char type[128]; // its Content-Type, lower case, without parameters
    struct buf got; // its body, unless it went to a file or to heard; freed by http_release
    uint64_t got_bytes;
    uint64_t length; // that its headers promise, of an answer to HEAD too; 0: they do not
    struct err err;

    struct http_transfer *transfer; // the loop's own
};

// Drops what was got.
static inline void http_release(struct http *h)
{
    buf_release(&h->got);
}

// A WebSocket. Pings are answered and sent, so that a proxy does not end it for being idle.
struct ws {
    // Set by who opens it, borrowed until closed.
    const char *url; // http:// or https://
    const char *const *headers;
    const char *ca;
    size_t most_bytes;            // of one message; 0: 64 MiB
    void (*opened)(struct ws *w); // may be NULL
    void (*heard)(struct ws *w, bool binary, struct str message);
    void (*closed)(struct ws *w); // once, also when it never opened: err tells why
    void *user;

    long status; // of the answer that opened it or did not; 0: there was none
    struct err err;
    struct ws_line *line; // the loop's own
};

// What the module c41-net offers of them; part of struct loop_api.
struct http_api {
    void (*start)(struct loop *loop, struct http *h); // done is called later, never from here
    void (*cancel)(struct http *h); // done is not called; does nothing when it was
    void (*open)(struct loop *loop, struct ws *w);
    void (*say)(struct ws *w, struct str text); // a text message
    void (*close)(struct ws *w); // closed is not called; accepts one that never opened
};
