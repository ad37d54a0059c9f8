// SPDX-License-Identifier: MIT
// The inside of the module c41-net: what the loop, requests and WebSockets know of each other.
// libcurl's handles are void pointers here, for its header is included by .c files only.
#pragma once

#include <stdint.h>

#include "base/str.h"

struct curl_waitfd;
struct http;
struct ws;

// Puts what is linked into one list at a time, and out of it again wherever that is. The first
// member of what it links.
struct link {
    struct link *next; // of its list
    struct link **at;  // who points here; NULL: in no list
};

static inline void link_leave(struct link *l)
{
    if (!l->at)
        return;
    *l->at = l->next;
    if (l->next)
        l->next->at = l->at;
    l->at = NULL;
}

static inline void link_join(struct link *l, struct link **list)
{
    link_leave(l);
    l->next = *list;
    l->at = list;
    if (l->next)
        l->next->at = &l->next;
    *list = l;
}

// Moves a whole list to another one, which is empty.
static inline void link_move_all(struct link **from, struct link **to)
{
    *to = *from;
    if (*to)
        (*to)->at = to;
    *from = NULL;
}

enum { MOST_SPARE = 64 };

// Callbacks of users are called when libcurl has returned, never from inside it, so that they may
// start, cancel and close whatever they like.
struct loop {
    void *multi; // CURLM, of requests
    // CURLs that requests had, as good as new: making one takes longer than what it is used for.
    void *spare[MOST_SPARE];
    unsigned n_spare;

    // Requests, each in one of these: on their way; with bytes to tell; ended; being told so.
    struct link *running, *speaking, *ended, *telling;

    // WebSockets, each in one of these: nothing to tell; something to tell; being told.
    struct link *lines, *news, *telling_news;
    struct curl_waitfd *sockets; // of theirs
    unsigned n_sockets;
};

// Requests.
void http_start(struct loop *loop, struct http *h);
void http_cancel(struct http *h);
void http_watch(struct loop *loop, int64_t now_ms); // ends those that are silent for too long
int64_t http_due_ms(const struct loop *loop, int64_t now_ms); // when one will be
void http_tell(struct loop *loop);                            // calls heard and done
void http_close_all(struct loop *loop);                       // drops them without a word

// WebSockets.
void ws_open(struct loop *loop, struct ws *w);
void ws_say(struct ws *w, struct str text);
void ws_close(struct ws *w);
void ws_turn(struct loop *loop, int64_t now_ms);            // lets them go on
int64_t ws_due_ms(const struct loop *loop, int64_t now_ms); // when that is needed
void ws_sockets(struct loop *loop);                         // fills in what is waited for
void ws_tell(struct loop *loop);                            // calls opened, heard and closed
void ws_close_all(struct loop *loop);
