// SPDX-License-Identifier: MIT
// An easy handle of libcurl in the loop's multi handle: what requests and WebSockets have in
// common, which is everything up to the connection - names, proxies, TLS - and how its failures are
// told.
#pragma once

#include <stdbool.h>

struct err;
struct loop;

enum { EASY_WORDS_BYTES = 256 }; // CURL_ERROR_SIZE

struct easy {
    void *curl;  // CURL; NULL: closed
    void *multi; // CURLM that it is in
    struct loop *loop;
    void (*ended)(struct easy *e, int code); // by libcurl's CURLcode; calls no user's callback
    void *user;
    char *server; // "host:port", as people are told of it: never with a password
    const char *ca;
    int connect_ms;
    char words[EASY_WORDS_BYTES]; // libcurl's own about a failure
};

// Makes the handle for an address; false with *err, and nothing to close, where it is none.
// connect_ms 0: 5 s. ca is borrowed.
bool easy_open(struct easy *e, struct loop *loop, void *multi, const char *url, const char *ca,
               int connect_ms, struct err *err);

// Lets it go, once ended and user are set. False with *err.
bool easy_start(struct easy *e, struct err *err);

// Drops it and its connection, if that is in use. Accepts one that is closed.
void easy_close(struct easy *e);

// Calls ended of those that have.
void easy_collect(void *multi);

// Whether its connection stands, TLS and all.
bool easy_is_connected(const struct easy *e);

// What libcurl's code means for who asked; false. Not for CURLE_OK.
bool easy_fail(const struct easy *e, int code, struct err *err);
