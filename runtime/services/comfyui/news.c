// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/news.h"

#include <string.h>

#include "base/json.h"

// The node of the graph as it was sent: nodes that were made of one are shown as that one.
static const char *shown_node(const json_t *data, const char *own)
{
    const char *shown = json_get_text(data, "display_node", NULL);

    shown = shown ? shown : json_get_text(data, "display_node_id", NULL);
    return shown ? shown : json_get_text(data, own, NULL);
}

static void read_executing(const json_t *data, struct comfyui_news *news)
{
    news->node = shown_node(data, "node");
    news->kind = news->node ? COMFYUI_NEWS_NODE : COMFYUI_NEWS_ENDED;
}

static void read_progress(const json_t *data, struct comfyui_news *news)
{
    news->node = shown_node(data, "node");
    news->done = json_get_number(data, "value", 0);
    news->total = json_get_number(data, "max", 0);
    news->kind = COMFYUI_NEWS_PROGRESS;
}

// Of several nodes that run, the one with the most to do is the one to watch.
static void read_state(const json_t *data, struct comfyui_news *news)
{
    const char *id;
    json_t *node;

    news->kind = COMFYUI_NEWS_SIGN;
    json_object_foreach(json_object_get(data, "nodes"), id, node) {
        double total = json_get_number(node, "max", 0);

        if (strcmp(json_get_text(node, "state", ""), "running") != 0 || total <= 1 ||
            total <= news->total)
            continue;
        news->kind = COMFYUI_NEWS_PROGRESS;
        news->node = shown_node(node, "node_id");
        news->done = json_get_number(node, "value", 0);
        news->total = total;
    }
}

// An ExecutionBlocked leaves no trace in the history; any other error does.
static void read_error(const json_t *data, struct comfyui_news *news)
{
    news->kind = COMFYUI_NEWS_SIGN;
    if (strcmp(json_get_text(data, "exception_type", ""), "ExecutionBlocked") != 0)
        return;
    news->kind = COMFYUI_NEWS_BLOCKED;
    news->node = json_get_text(data, "node_id", NULL);
    news->said = json_get_text(data, "exception_message", "");
}

struct comfyui_news comfyui_news_read(const json_t *message)
{
    const json_t *data = json_object_get(message, "data");
    const char *type = json_get_text(message, "type", "");
    struct comfyui_news news = {.prompt = json_get_text(data, "prompt_id", NULL)};

    if (!news.prompt)
        return news;
    news.kind = COMFYUI_NEWS_SIGN;
    if (strcmp(type, "executing") == 0)
        read_executing(data, &news);
    else if (strcmp(type, "progress") == 0)
        read_progress(data, &news);
    else if (strcmp(type, "progress_state") == 0)
        read_state(data, &news);
    else if (strcmp(type, "execution_error") == 0)
        read_error(data, &news);
    return news;
}
