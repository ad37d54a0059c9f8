// SPDX-License-Identifier: MIT
// What the parts of the driver `ollama` share. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/services/chat/chat.h"

struct arena;
struct inspection;

// A service of this driver, from open until close.
struct ollama {
    struct chats chats; // first
    json_t *tags;       // {NAME: digest}: the models that are installed; NULL: not known
    int64_t tags_ms;    // when it said so; 0: not yet
    json_t *shown;      // {name: {digest, context, capabilities}}: what it said of models
    json_t *used;       // {NAME: true}: models that we have talked to
    VEC(struct call *) unloads;
    struct call *looking; // of an inspection
};

// What is being fetched: layers come in any order, and each tells how far it is.
struct ollama_pull {
    json_t *layers; // {DIGEST: [completed, total]}
    struct buf fault;
    bool done;
};

// A chat's own part.
struct ollama_chat {
    bool pulled; // once is enough
    struct ollama_pull pull;
};

// Frees the memory of a model on the server, once what it says has been said. Nothing waits for it.
void ollama_unload(struct service *s, const char *model);

// Unloads the models that we have talked to.
void ollama_unload_used(struct service *s);

// Models that we have asked to be unloaded get some seconds for it.
void ollama_wait_for_unloads(struct service *s);

// Names of models: equal whatever their case, ":latest" where they have no tag.
bool ollama_same(const char *a, const char *b);
char *ollama_full_name(struct arena *a, const char *name); // in lower case, with its tag

// "did you mean a, b?" of installed (an object by name, or a list), or NULL.
const char *ollama_near(struct arena *a, const json_t *installed, const char *name);

// Takes in an answer of /api/tags; {NAME: digest}, a new value, or NULL when it is none.
json_t *ollama_read_tags(const json_t *answer);

// Takes in what is installed now, owned from here on; NULL: not known. It is the service's
// fingerprint.
void ollama_keep_tags(struct service *s, json_t *tags);

// Takes in an answer of /api/show: {context, capabilities}, where it has them. A new value.
json_t *ollama_read_show(const json_t *answer);

// Fetches the chat's model, then calls then(c); a failure ends the chat.
void ollama_pull(struct chat *c);
void ollama_pull_hear(struct ollama_pull *p, struct str line);
void ollama_pull_release(struct ollama_pull *p);
void ollama_pull_sum(const struct ollama_pull *p, double *completed, double *total);

// What the answers of a server that are no 2xx mean. Sets err->kind, and *help to what people can
// do, or NULL; true when the model is missing.
bool ollama_judge(long status, const char *words, struct err *err, const char **help);

// Whether a prompt of so many tokens, as the server counted them (0: it did not say), is shorter
// than what was sent to a model of num_ctx tokens: it dropped a part in silence.
bool ollama_was_truncated(const json_t *body, json_int_t prompt_tokens);

// Puts what is always sent into a request; what was changed is told by notes (a line each). False
// with *err when the model cannot do what is asked. known: as ollama_read_show; options: of the
// service.
bool ollama_settle(json_t *body, const json_t *known, const json_t *options, struct buf *notes,
                   struct err *err);

void ollama_inspect(struct inspection *i);
void ollama_compare(const struct inspection *i, const json_t *preset, json_t *list);
