// SPDX-License-Identifier: MIT
// Fetching: the files of a prompt that has ended come to this machine, one after the other. Names
// of the server's go into requests, never into paths.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/services/comfyui/run.h"
#include "runtime/services/comfyui/words.h"

enum { MOST_TRIES = 3, PAUSE_MS = 500, FREED_MS = 1000, MOST_FETCHING = 4 };

static const uint64_t most_bytes = (uint64_t)32 << 30; // of one file

static void fetch_next(struct comfyui_run *r);

static const json_t *output_of(const struct comfyui_run *r, unsigned i)
{
    const struct attempt *a = r->attempt;

    return json_object_get(json_object_get(a->preset, "output"), a->made[i].name);
}

// What the node of an output calls its files by: the field that holds the prompt's id.
static const char *prefix_of(struct comfyui_run *r, unsigned i)
{
    const char *node = json_get_text(output_of(r, i), "node", ""), *field, *text;
    json_t *value;

    json_object_foreach(json_object_get(json_object_get(r->graph, node), "inputs"), field, value) {
        text = json_string_value(value);
        if (text && strstr(text, r->id))
            return text;
    }
    return NULL;
}

// Of an output whose files the history does not list.
static bool find_saved(struct comfyui_run *r, unsigned i)
{
    struct fill f = comfyui_fill(r);
    char *path = fill_saved(&f, r->graph, r->attempt->made[i].name);
    bool ok = path && comfyui_saved(r->attempt->arena, path, &r->files[i]);

    mem_free(path);
    return ok;
}

static const char *node_of(struct comfyui_run *r, unsigned i)
{
    return comfyui_node(r->attempt->arena, r->graph, json_get_text(output_of(r, i), "node", "?"));
}

static const char *view_of(struct comfyui_run *r, const struct comfyui_file *f)
{
    struct arena *a = r->attempt->arena;

    return arena_printf(a, "/view?filename=%s&subfolder=%s&type=%s", call_encode(a, f->name),
                        call_encode(a, f->subfolder), call_encode(a, f->type));
}

// What came is no good, and may have become so on its way: a render costs more than some downloads.
// MOST_FETCHING is one less than the attempts that a step has, so that it can be rendered after
// all.
static bool may_come_whole(const struct comfyui_run *r)
{
    return !r->adopted || r->attempt->tries < MOST_FETCHING;
}

// All files are here: from now on they are arrival's.
static void arrive(struct comfyui_run *r)
{
    r->arriving = true;
    comfyui_run_let_go(r);
    r->attempt->again = may_come_whole(r);
    arrival_start(r->attempt);
}

static void write_text(struct comfyui_run *r, const char *text)
{
    arrival_put(r->attempt, r->output, str_of(text));
    r->output++;
    fetch_next(r);
}

static void sent_free(struct comfyui_run *r, struct call *c)
{
    (void)c;
    comfyui_later(r, FREED_MS, comfyui_send_again);
}

// The server answered from its cache, and the file that it names is gone. A fresh prefix makes the
// node run again; a node without one runs again once the server has forgotten its results.
static void render_again(struct comfyui_run *r)
{
    json_t *body;

    r->renewed = true;
    if (prefix_of(r, r->output)) {
        comfyui_send_again(r);
        return;
    }
    body = json_pack("{s:b}", "free_memory", 1);
    comfyui_ask(r, &(struct ask){.route = "/free", .json = body}, sent_free);
    json_decref(body);
}

static void miss(struct comfyui_run *r)
{
    const struct comfyui_file *f = &r->files[r->output];
    struct err err;

    if (!f->unlisted && !r->renewed && !r->adopted) {
        render_again(r);
        return;
    }
    err_set(&err, f->unlisted ? ERR_FINAL : ERR_TRANSIENT, "%s: the server has no file \"%.200s\"",
            node_of(r, r->output), f->name);
    comfyui_fail(r, &err, NULL);
}

static void fail_at_last(struct comfyui_run *r, struct err *err)
{
    // What was cut short on its way is still there, so it is not made again; a file that stays
    // wrong is wrong on the server.
    if (err->kind == ERR_AWAY || r->call_broke || may_come_whole(r))
        comfyui_leave(r, err, NULL);
    else
        comfyui_fail(r, err, NULL);
}

static bool is_page(const char *type)
{
    return strcmp(type, "text/html") == 0 || strcmp(type, "application/json") == 0;
}

static bool is_good(struct comfyui_run *r, const struct call *c, struct err *err)
{
    r->call_broke = c->http.status == 0 || c->http.status >= 500 || c->http.err.kind != ERR_NONE;
    if (!comfyui_answered(r, c, err))
        return false;
    if (is_page(c->http.type))
        return err_set(err, ERR_TRANSIENT, "the server sent %s in the place of a file",
                       c->http.type);
    if (c->http.got_bytes == 0)
        return err_set(err, ERR_TRANSIENT, "the server sent an empty file");
    return true;
}

static void fetched(struct comfyui_run *r, struct call *c)
{
    struct err err;

    if (c->http.status == 404) {
        miss(r);
    } else if (is_good(r, c, &err)) {
        r->output++;
        r->tries = 0;
        fetch_next(r);
    } else if (err.kind != ERR_AWAY && err.kind != ERR_TRANSIENT) {
        comfyui_fail(r, &err, NULL);
    } else if (++r->tries < MOST_TRIES) {
        comfyui_later(r, PAUSE_MS * (int)r->tries, fetch_next);
    } else {
        err_wrap(&err, "%s", r->files[r->output].name);
        fail_at_last(r, &err);
    }
}

static void fetch_next(struct comfyui_run *r)
{
    struct attempt *a = r->attempt;
    const struct comfyui_file *f = &r->files[r->output];

    if (r->output == a->n_made) {
        arrive(r);
        return;
    }
    attempt_alive(a);
    a->made[r->output].ext = f->ext;
    if (f->text)
        write_text(r, f->text);
    else
        comfyui_ask(r,
                    &(struct ask){.route = view_of(r, f),
                                  .to = arrival_temp(a, r->output),
                                  .most_bytes = most_bytes},
                    fetched);
}

static bool find(struct comfyui_run *r, const json_t *entry, unsigned i, struct err *err)
{
    struct attempt *a = r->attempt;
    const json_t *output = output_of(r, i);
    struct comfyui_file *f = &r->files[i];
    const char *why = NULL;

    if (!output)
        return err_set(err, ERR_FILM, "the preset does not say which node gives \"%s\"",
                       a->made[i].name);
    if (json_object_get(output, "saved")) {
        if (find_saved(r, i))
            return true;
        why = "the preset's `saved` is no name of a file that could come from there";
    } else if (comfyui_pick(a->arena, entry, output, a->made[i].ext, f, &why)) {
        if (!f->text || f->text[0])
            return true;
        why = "it gave an empty text";
    }
    if (r->blocked)
        return err_set(err, ERR_FINAL, "%s", r->blocked);
    return err_set(err, ERR_FINAL, "%s: %s", node_of(r, i), why);
}

void comfyui_fetch(struct comfyui_run *r, const json_t *entry)
{
    struct attempt *a = r->attempt;
    struct err err;

    r->files = arena_array(a->arena, struct comfyui_file, a->n_made + 1);
    r->output = r->tries = 0;
    for (unsigned i = 0; i < a->n_made; i++)
        if (!find(r, entry, i, &err)) {
            comfyui_fail(r, &err, NULL);
            return;
        }
    fetch_next(r);
}

static void guess_next(struct comfyui_run *r);

// A server that does not answer has not said that it has no such file.
static void wait_to_guess(struct comfyui_run *r, const struct err *err)
{
    if (++r->tries < MOST_TRIES)
        comfyui_later(r, PAUSE_MS * (int)r->tries, guess_next);
    else
        comfyui_leave(r, err, NULL);
}

static void guessed(struct comfyui_run *r, struct call *c)
{
    struct err err;

    if (!comfyui_answered(r, c, &err) && (c->http.status == 0 || c->http.status >= 500)) {
        wait_to_guess(r, &err);
        return;
    }
    if (c->http.status == 200) {
        r->output++;
        r->guess = 0;
    } else {
        r->guess++;
    }
    guess_next(r);
}

static void lose(struct comfyui_run *r)
{
    struct err err;

    if (r->adopted) { // then it is sent anew
        attempt_note(r->attempt, "%s does not have what it was sent before: it is sent again",
                     comfyui_name(r->server, r->attempt->arena));
        comfyui_send_again(r);
        return;
    }
    err_set(&err, ERR_TRANSIENT,
            "%s has lost it: it was started again, or somebody took it out of its queue",
            comfyui_name(r->server, r->attempt->arena));
    comfyui_fail(r, &err, NULL);
}

static bool guess(struct comfyui_run *r)
{
    struct attempt *a = r->attempt;
    const char *prefix = prefix_of(r, r->output);

    if (json_object_get(output_of(r, r->output), "saved"))
        return r->guess == 0 && find_saved(r, r->output);
    return prefix &&
           comfyui_guess(a->arena, prefix, a->made[r->output].ext, r->guess, &r->files[r->output]);
}

// A server that was started again has forgotten its history, but not its files.
static void guess_next(struct comfyui_run *r)
{
    struct comfyui_file *f = &r->files[r->output];

    if (r->output == r->attempt->n_made) {
        r->attempt->seconds = r->adopted ? r->attempt->expected : 0; // nobody knows
        r->output = 0;
        fetch_next(r);
    } else if (guess(r)) {
        comfyui_ask(r, &(struct ask){.method = "HEAD", .route = view_of(r, f)}, guessed);
    } else {
        lose(r);
    }
}

void comfyui_fetch_guessed(struct comfyui_run *r)
{
    r->files = arena_array(r->attempt->arena, struct comfyui_file, r->attempt->n_made + 1);
    r->output = r->guess = r->tries = 0;
    guess_next(r);
}
