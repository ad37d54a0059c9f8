// SPDX-License-Identifier: MIT
// A reply: what a language model has said so far, put together from the pieces of its stream.
// Thinking is kept apart from the answer. Owned by a chat; loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct reply {
    struct buf content, thinking;
    bool done;                // it came to its end
    bool cut;                 // for want of room: there was more to say
    struct buf fault;         // the server's words, when it failed in the middle
    struct buf odd;           // the first line that was not of the stream: HTML of a proxy …
    json_int_t prompt_tokens; // as the server counted them; 0: not told
    json_int_t tokens;        // of the answer; 0: not told
    double load_seconds;      // that the model took to load; 0: not told
    size_t pieces;
    struct buf event; // of a stream of events: the data of the one that is not whole
};

void reply_release(struct reply *r);

// Hears a line of Ollama's stream.
void reply_hear_ollama(struct reply *r, struct str line);

// Hears a line of a stream of server-sent events of an OpenAI-compatible server, and the end of it,
// where an event may lack the empty line behind it. A whole answer in the place of a stream is
// taken, too.
void reply_hear_openai(struct reply *r, struct str line);
void reply_end_openai(struct reply *r);

// The answer without what older servers leave in it of the thinking (<think>…</think> before it),
// trimmed. Borrowed from content.
struct str reply_text(const struct reply *r);
