// SPDX-License-Identifier: MIT
// News: what a ComfyUI server tells over its socket, read. Progress only: how a prompt has ended
// is for its history to say.
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum comfyui_news_kind {
    COMFYUI_NEWS_NONE,     // of no interest
    COMFYUI_NEWS_SIGN,     // the prompt goes on
    COMFYUI_NEWS_NODE,     // node has begun
    COMFYUI_NEWS_PROGRESS, // node has done some of total
    COMFYUI_NEWS_BLOCKED,  // node was not run; said why
    COMFYUI_NEWS_ENDED,    // the prompt has, its history tells how
};

// Borrowed of the message.
struct comfyui_news {
    enum comfyui_news_kind kind;
    const char *prompt; // NULL: of no prompt
    const char *node;
    double done, total;
    const char *said;
};

struct comfyui_news comfyui_news_read(const json_t *message);
