// SPDX-License-Identifier: MIT
// Endpoints: how a service of the studio is reached by HTTP: its address with a path before every
// route, its token, further headers, the certificates that it is known by. What is secret is struck
// out of everything that the server says back.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/http.h"

struct arena;
struct service;

// Of one service, in its arena.
struct endpoint {
    const char *base;           // without a slash at its end, without user and password
    const char *const *headers; // NULL at the end
    const char *const *secrets; // NULL at the end
    const char *ca;
};

// False with ERR_FILM when an environment variable is not set.
bool endpoint_init(struct endpoint *e, struct service *s, struct err *err);

// Many write the address with the first part of the routes, "/v1": ending is left out of the base,
// where it is there.
void endpoint_drop(struct endpoint *e, const char *ending, struct arena *a);

// One request to the service of an endpoint. Made by call_start, gone after done has returned or by
// call_cancel.
struct call {
    struct http http;
    struct service *service;
    const struct endpoint *endpoint;
    struct arena *arena; // as long as the call
    void (*heard)(struct call *c, struct str bytes);
    void (*done)(struct call *c);
    void *user;
};

// What is asked. Copied, but for parts' files and `to`.
struct ask {
    const char *method; // NULL: GET, or POST when there is something to send
    const char *route;  // begins with "/"; its values are encoded (call_encode)
    const json_t *json; // sent as the body, or NULL
    const struct http_part *parts;
    size_t n_parts;
    const char *to;
    uint64_t most_bytes;
    int quiet_ms;
    bool once; // as in struct http
    void (*heard)(struct call *c, struct str bytes);
    void (*done)(struct call *c);
    void *user;
};

struct call *call_start(struct service *s, const struct endpoint *e, const struct ask *ask);
void call_cancel(struct call *c); // done is not called; accepts NULL

// Whether the answer is a 2xx. Else *err, by its kind: ERR_AWAY and ERR_TRANSIENT of the
// connection; 408, 425, 429, 500, 502, 503, 504: ERR_TRANSIENT; 401 and 403: ERR_FILM, naming the
// token; others ERR_FINAL. The text is the server's own words (call_words), without secrets.
bool call_ok(const struct call *c, struct err *err);

// The body as JSON (json_read_loose), a new value. NULL with ERR_TRANSIENT when it is none: HTML of
// a proxy, a body that was cut short.
json_t *call_json(const struct call *c, struct err *err);

// What an answer says in words, from {"error": {"message"}}, {"detail": …}, {"error": TEXT},
// {"message"}, or its first line. In the call's arena.
const char *call_words(const struct call *c);

// text with everything but letters, digits and "-._~" as %XX, in a.
char *call_encode(struct arena *a, const char *text);

// Strikes the endpoint's secrets out of text, in place.
void endpoint_hush(const struct endpoint *e, char *text);
