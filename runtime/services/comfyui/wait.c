// SPDX-License-Identifier: MIT
// Waiting for a prompt. The socket tells how it goes on; that it is over, and how it ended, is read
// from the server's history: at once when the socket says so, else whenever it has been quiet.
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/news.h"
#include "runtime/services/comfyui/run.h"
#include "runtime/services/comfyui/words.h"

enum {
    QUIET_MS = 1500, // of the socket, before the history is asked
    POLL_MS = 1500,
    AGAIN_MS = 1000,   // between looks at a prompt that cannot be found
    GRACE_MS = 10000,  // before it is given up
    AWAY_MS = 15000,   // without an answer, before the server counts as away
    ASLEEP_MS = 20000, // of a question without an answer, before people are told
    FREED_MS = 1000,   // the server's worker frees memory when it gets to it
};

static void poll_history(struct comfyui_run *r);
static void ask_queue(struct comfyui_run *r);

static const char *route_of(struct comfyui_run *r, const char *route)
{
    return arena_printf(r->attempt->arena, "%s%s", route, call_encode(r->attempt->arena, r->id));
}

// The server did not answer, or what it said makes no sense: it may be starting again.
static void have_trouble(struct comfyui_run *r, struct err *err)
{
    if (err->kind == ERR_FILM) { // it does not let us in any more
        comfyui_leave(r, err, NULL);
    } else if (comfyui_now(r) - r->answered_ms > AWAY_MS) {
        err->kind = ERR_AWAY;
        comfyui_leave(r, err, NULL);
    } else {
        comfyui_later(r, AGAIN_MS, r->absent_ms ? ask_queue : poll_history);
    }
}

// A socket that was open all the while and told nothing has been lost sight of.
static void judge_socket(struct comfyui_run *r)
{
    if (!r->heard && !r->adopted && r->server->watch.open)
        comfyui_watch_renew(r->server);
}

static void freed(struct comfyui_run *r, struct call *c)
{
    (void)c; // whether or not: it is tried once more
    comfyui_later(r, FREED_MS, comfyui_send_again);
}

static void free_memory(struct comfyui_run *r)
{
    json_t *body = json_pack("{s:b, s:b}", "unload_models", 1, "free_memory", 1);

    r->freed = true;
    service_tell(r->server->service,
                 "out of memory: its models are unloaded, and %s is tried once more",
                 r->attempt->step->id);
    comfyui_ask(r, &(struct ask){.route = "/free", .json = body}, freed);
    json_decref(body);
}

static void have_failed(struct comfyui_run *r, const json_t *data)
{
    struct arena *a = r->attempt->arena;
    const char *help = NULL;
    enum comfyui_fault fault = COMFYUI_FAULT_NODE;
    struct err err;

    if (data)
        fault = comfyui_exception(a, r->graph, data, &r->attempt->log, &err);
    else
        err_set(&err, ERR_FINAL, "the server says that it failed, but not why");
    if (fault == COMFYUI_FAULT_MEMORY && !r->freed) {
        buf_clear(&r->attempt->log);
        free_memory(r);
        return;
    }
    if (fault == COMFYUI_FAULT_MEMORY)
        help = arena_printf(a,
                            "the GPU of %s has too little memory for this, even with nothing else "
                            "loaded: ask for fewer pixels or seconds, or use a smaller preset",
                            comfyui_name(r->server, a));
    if (fault == COMFYUI_FAULT_DISK) {
        err_wrap(&err, "the disk of %s is full", comfyui_name(r->server, a));
        help = "make room on that machine: ComfyUI never empties its output folder";
    }
    comfyui_fail(r, &err, help);
}

static void have_stopped(struct comfyui_run *r)
{
    struct err err;

    err_set(&err, ERR_TRANSIENT, "it was interrupted on %s, and not by this build",
            comfyui_name(r->server, r->attempt->arena));
    comfyui_fail(r, &err, NULL);
}

// Neither in the queue nor in the history, for long enough.
static void give_up(struct comfyui_run *r)
{
    if (r->taken)
        comfyui_fetch_guessed(r);
    else
        comfyui_fail(r, &r->fate, NULL);
}

void comfyui_wait_tick(struct comfyui_run *r, int64_t now_ms)
{
    int64_t heard_ms = r->server->heard_ms; // in answer to whom ever
    int64_t since_ms = heard_ms > r->asked_ms ? heard_ms : r->asked_ms;

    if (r->asked_ms && now_ms - since_ms > ASLEEP_MS)
        service_sleeps(r->server->service, now_ms - since_ms);
}

// It is over with the silence, if there was one.
static void note_answer(struct comfyui_run *r, const struct call *c)
{
    r->asked_ms = 0;
    if (!c->http.status)
        return;
    r->server->heard_ms = comfyui_now(r);
    service_wakes(r->server->service);
}

static void answered_history(struct comfyui_run *r, struct call *c)
{
    struct err err;
    json_t *history = comfyui_answered(r, c, &err) ? call_json(c, &err) : NULL;
    struct comfyui_verdict v = comfyui_judge(history, r->id);

    note_answer(r, c);
    if (!history) {
        have_trouble(r, &err);
        return;
    }
    r->answered_ms = comfyui_now(r);
    if (v.end != COMFYUI_END_NOT) {
        r->queued = false;
        r->found = true;
        judge_socket(r);
    }
    switch (v.end) {
    case COMFYUI_END_NOT:
        if (r->absent_ms && r->answered_ms - r->absent_ms > r->grace_ms)
            give_up(r);
        else
            ask_queue(r);
        break;
    case COMFYUI_END_SUCCESS:
        r->attempt->seconds = r->adopted ? v.seconds : 0;
        comfyui_fetch(r, v.entry);
        break;
    case COMFYUI_END_ERROR:
        have_failed(r, v.data);
        break;
    case COMFYUI_END_STOPPED:
        have_stopped(r);
        break;
    }
    json_decref(history);
}

static void poll_history(struct comfyui_run *r)
{
    r->ended = false;
    r->asked_ms = comfyui_now(r);
    comfyui_ask(r, &(struct ask){.route = route_of(r, "/history/")}, answered_history);
}

static void poll_when_quiet(struct comfyui_run *r)
{
    int64_t quiet_ms = comfyui_now(r) - r->heard_ms;

    if (r->ended || quiet_ms >= QUIET_MS)
        poll_history(r);
    else
        comfyui_later(r, (int)(QUIET_MS - quiet_ms), poll_when_quiet);
}

static bool is_item(const json_t *item, const char *id)
{
    const char *own = json_string_value(json_array_get(item, 1));

    return own && strcmp(own, id) == 0;
}

static const json_t *find_item(const json_t *list, const char *id)
{
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
        if (is_item(item, id))
            return item;
    return NULL;
}

// How many are before it: those that run, and those with lower numbers. The list is in no order.
static size_t count_before(const json_t *queue, const json_t *own)
{
    double number = json_number_value(json_array_get(own, 0));
    json_t *item;
    size_t i, n = json_array_size(json_object_get(queue, "queue_running"));

    json_array_foreach(json_object_get(queue, "queue_pending"), i, item)
        n += json_number_value(json_array_get(item, 0)) < number;
    return n;
}

static void found_waiting(struct comfyui_run *r, size_t before)
{
    attempt_alive(r->attempt); // it has not begun, so it cannot have stalled
    if (!r->running)
        r->attempt->doing = arena_printf(r->attempt->arena, "waits behind %zu other%s", before,
                                         before == 1 ? "" : "s");
}

// Its messages go to the socket of who sent it. Where that cannot be ours, the queue's word is the
// only sign of life.
static void found_again(struct comfyui_run *r, const json_t *item)
{
    const char *client = json_get_text(json_array_get(item, 3), "client_id", "");

    if (!r->found)
        r->attempt->doing = "found again";
    r->found = true;
    comfyui_watch_join(r->server, client);
    if (strcmp(client, r->server->watch.client) != 0)
        attempt_alive(r->attempt);
}

static void answered_queue(struct comfyui_run *r, struct call *c)
{
    struct err err;
    json_t *queue = comfyui_answered(r, c, &err) ? call_json(c, &err) : NULL;
    const json_t *waits, *runs;

    note_answer(r, c);
    if (!json_is_object(queue)) {
        if (queue)
            err_set(&err, ERR_TRANSIENT, "the answer to /queue is not a ComfyUI server's");
        json_decref(queue);
        have_trouble(r, &err);
        return;
    }
    r->answered_ms = comfyui_now(r);
    runs = find_item(json_object_get(queue, "queue_running"), r->id);
    waits = find_item(json_object_get(queue, "queue_pending"), r->id);
    if (waits && !runs)
        found_waiting(r, count_before(queue, waits));
    if (runs || waits) {
        r->running = runs != NULL;
        r->queued = !runs;
        r->taken = true;
        if (r->adopted)
            found_again(r, runs ? runs : waits);
        r->grace_ms = GRACE_MS;
        r->absent_ms = 0;
        comfyui_later(r, POLL_MS, poll_when_quiet);
    } else if (!r->absent_ms) { // it may have ended just now
        r->absent_ms = r->answered_ms;
        poll_history(r);
    } else {
        comfyui_later(r, AGAIN_MS, poll_history);
    }
    json_decref(queue);
}

static void ask_queue(struct comfyui_run *r)
{
    r->asked_ms = comfyui_now(r);
    comfyui_ask(r, &(struct ask){.route = "/queue"}, answered_queue);
}

void comfyui_wait(struct comfyui_run *r)
{
    r->taken = true;
    r->grace_ms = GRACE_MS;
    r->heard_ms = r->answered_ms = comfyui_now(r);
    comfyui_later(r, POLL_MS, poll_when_quiet);
}

void comfyui_look(struct comfyui_run *r, int64_t grace_ms)
{
    r->grace_ms = grace_ms;
    r->absent_ms = 0;
    r->answered_ms = comfyui_now(r);
    ask_queue(r);
}

// The first step of the work is done: until then models were loaded, and words were read.
static void note_load(struct comfyui_run *r)
{
    if (r->attempt->load_seconds <= 0)
        r->attempt->load_seconds = (double)(r->heard_ms - r->turn_ms) / 1000;
}

// Asked for by the socket: what it says cannot end a run, only make it look.
void comfyui_hear(struct comfyui_run *r, const struct comfyui_news *news)
{
    struct arena *a = r->attempt->arena;

    r->heard = r->running = true;
    r->queued = false;
    r->heard_ms = comfyui_now(r);
    r->turn_ms = r->turn_ms ? r->turn_ms : r->heard_ms;
    attempt_alive(r->attempt);
    if (news->node && (!r->node || strcmp(r->node, news->node) != 0)) {
        r->node = arena_strdup(a, news->node);
        r->attempt->doing = comfyui_node(a, r->graph, r->node);
    }
    if (news->kind == COMFYUI_NEWS_PROGRESS && news->total > 1) {
        r->attempt->total = news->total;
        r->attempt->done = news->done;
        note_load(r);
    } else if (news->kind == COMFYUI_NEWS_BLOCKED) {
        r->blocked =
            arena_printf(a, "%s was not run: %.300s",
                         news->node ? comfyui_node(a, r->graph, news->node) : "a node", news->said);
    } else if (news->kind == COMFYUI_NEWS_ENDED) {
        r->ended = true;
        if (r->later == poll_when_quiet)
            comfyui_later(r, 0, poll_when_quiet);
    }
}
