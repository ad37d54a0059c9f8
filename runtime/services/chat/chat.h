// SPDX-License-Identifier: MIT
// Chats: attempts at having a language model say something, from the preset's request to the words
// that are kept. What differs between servers is the dialect's; this is what they have in common:
// pictures read on a worker, the request filled, the stream heard, time limits, what is asked once
// more and why, the answer checked and handed to arrival. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/services/endpoint.h"
#include "runtime/services/chat/lines.h"
#include "runtime/services/chat/reply.h"

struct attempt;
struct chat;
struct err;
struct service;

enum {
    CHAT_FIRST_MS = 15 * 60 * 1000, // a model of a hundred gigabytes loads without a word
    CHAT_QUIET_MS = 120 * 1000,     // between two pieces of what is said
};

struct chat_dialect {
    const char *route;

    // Makes the body what this server takes, and learns what must be known of the server before:
    // calls chat_send in the end, or chat_fail.
    void (*ready)(struct chat *c);

    void (*hear)(struct reply *r, struct str line);
    void (*end)(struct reply *r); // the body has ended; may be NULL

    // What an answer that is no 2xx means: sets *err (which call_ok has filled in) and the
    // attempt's help. False: it goes on by itself, nothing has failed yet.
    bool (*failed)(struct chat *c, const struct call *call, struct err *err);

    // Whether the model was given all of the prompt. False with *err and the attempt's help. May be
    // NULL.
    bool (*heeded)(struct chat *c, struct err *err);

    // Lets the answer become longer; false: it cannot.
    bool (*more_room)(struct chat *c);
    const char *room; // the remedy where an answer was cut

    const json_t *(*schema)(const json_t *body); // what the answer must fit, or NULL; borrowed
    void (*left)(struct chat *c);                // drops what c->own holds; may be NULL
};

// The chats of a service.
struct chats {
    const struct chat_dialect *dialect;
    struct endpoint endpoint;
    struct chat *first;
};

// In the attempt's arena, from chat_start until the attempt has ended.
struct chat {
    struct chats *chats;
    struct chat *next; // chats.first
    struct service *service;
    struct attempt *attempt;
    struct call *call; // under way, or NULL
    void (*done)(struct call *call);
    int64_t quiet_ms;    // how long it may be silent once it was heard; 0: it is not heard
    int64_t heard_ms;    // when it last was; 0: not yet
    int64_t again_ms;    // when it is tried once more; 0: nothing waits
    json_t *body;        // of the request; NULL until the pictures are there
    bool sent;           // the dialect has made the body what it takes
    struct reply reply;  // the model's
    struct lines lines;  // of the body that is being heard
    json_t *pictures;    // one for each input
    struct err read_err; // of the worker that reads them
    bool reading;        // it is at work

    // What was asked once more already.
    bool after_error, after_empty, after_cut, after_fault;

    void *own; // the dialect's
};

// For the driver's row; own is a struct chats, or begins with one.
bool chat_start(struct chats *chats, struct attempt *a, struct err *err);
void chat_cancel(struct attempt *a);
void chats_tick(struct chats *chats, int64_t now_ms);

// For dialects.

// One request in the name of a chat, which is cancelled with it; done finds c->call NULL.
void chat_ask(struct chat *c, const char *route, const json_t *body,
              void (*done)(struct call *call));

// The same where the answer is heard line by line; quiet_ms: how long it may be silent.
void chat_listen(struct chat *c, const char *route, const json_t *body, int64_t quiet_ms,
                 void (*hear)(void *user, struct str line), void *user,
                 void (*done)(struct call *call));

// Sends the body to the model.
void chat_send(struct chat *c);

// A fault of the server, which is asked once more a second later; the second time it fails, as
// final. For answers 500 and errors in the middle of a stream.
void chat_stumble(struct chat *c, const struct err *err);

// The attempt has failed: c is gone when it returns.
void chat_fail(struct chat *c, const struct err *err);

// What to do about an answer to `done` that is no 2xx: fails, asks once more, or lets the dialect
// go on.
void chat_refused(struct chat *c, const struct call *call);

// The reply has come to its end: keeps it, asks once more, or fails.
void chat_answer(struct chat *c);

// It is kept at its temporary path, and arrival takes it from there: c is gone.
void chat_keep(struct chat *c, struct str words);

const char *chat_model(const struct chat *c); // "" where the request names none
void chat_help(struct chat *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
