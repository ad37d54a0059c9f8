// SPDX-License-Identifier: MIT
// A request or WebSocket of a test: made by a command, gone when it has ended or was dropped. What
// it hears is printed, and so are its commands for that moment carried out.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/loop.h"

struct item {
    struct http http;
    struct ws ws;
    struct http_part parts[8];
    const char *headers[16];
    char *body;
    bool ended;   // commands do not find it any more
    json_t *told; // the command; holds the texts
    struct world *world;
    struct item *next; // world.items
};

struct world {
    struct loop *loop;
    struct item *items;
    bool inside; // a function of the module that must not call back
    bool ended;  // there are no more commands
};

// Carries out one command. In a callback too.
void item_command(struct world *w, json_t *command);

// Frees what is left once the loop is closed.
void item_free_all(struct world *w);
