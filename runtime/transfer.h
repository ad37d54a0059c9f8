// SPDX-License-Identifier: MIT
// A request on its way: inside c41-net only.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "runtime/easy.h"
#include "runtime/net.h"

struct err;
struct http;

struct http_transfer {
    struct link link; // one of the loop's lists
    struct http *h;
    struct easy easy;
    bool over;     // nothing more comes
    void *headers; // curl_slist
    void *mime;    // curl_mime

    bool head_whole; // of the answer
    // The answer's body (http_body.c).
    bool begun;       // its first byte is here, or its end
    bool good;        // a 2xx, which goes where h says
    bool told_length; // by the answer: to length
    int fd;           // of h->to; -1: not open
    bool made;        // h->to is a file of ours
    uint64_t length;
    struct buf pending; // for h->heard

    // A sign of life: how many bytes had moved when one last did.
    uint64_t moved;
    int64_t moved_ms;
};

// Turns what h asks into libcurl's options. False with *err.
bool request_set_up(struct http_transfer *t, struct err *err);
void request_release(struct http_transfer *t);

// Takes the next bytes. False with *err: they have nowhere to go.
bool body_add(struct http_transfer *t, const char *bytes, size_t len, struct err *err);

// The answer has come to its end: whether its body is whole.
bool body_end(struct http_transfer *t, struct err *err);

// Closes its file; drops that when it is not wanted.
bool body_close(struct http_transfer *t, bool wanted, struct err *err);
