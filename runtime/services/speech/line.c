// SPDX-License-Identifier: MIT
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/services/speech.h"
#include "runtime/services/speech/body.h"
#include "runtime/services/speech/reach.h"
#include "runtime/services/speech/text.h"
#include "runtime/services/speech/voices.h"

enum {
    FIRST_BYTE_MS = 10 * 60 * 1000, // a model is loaded first, or downloaded
    SILENCE_MS = 120 * 1000,        // in the middle of an answer
    MOST_TRIES = 3,
    AGAIN_MS = 500, // times the tries so far
    LEAST_BYTES = 1024,
    MOST_BYTES = 256 << 20,
};

static const double least_seconds = 0.1;
static const double silent_peak = 0.001;      // -60 dBFS
static const double pause_level = 0.00316228; // -50 dBFS
static const double pause_seconds = 0.12;     // between two pieces

// The line leaves everything that knows it; its attempt may end then.
static void leave(struct line *l)
{
    struct line **at = &l->speech->lines;

    while (*at && *at != l)
        at = &(*at)->next;
    if (*at)
        *at = l->next;
    call_cancel(l->call);
    for (size_t i = 0; i < l->n_pieces; i++)
        buf_release(&l->bodies[i]);
    l->call = NULL;
    l->attempt->own = NULL;
}

void line_fail(struct line *l, const struct err *err)
{
    struct attempt *a = l->attempt;

    if (l->order.help)
        a->help = l->order.help;
    leave(l);
    attempt_fail(a, err);
}

static struct speech_recording *recording(struct attempt *a, const char *name, const char *text)
{
    char hex[DIGEST_HEX_BYTES];

    for (size_t i = 0; i < a->n_inputs; i++)
        if (strcmp(a->inputs[i].name, name) == 0)
            return speech_recording_new(a->arena, a->inputs[i].path, path_base(a->sources[i]->path),
                                        digest_hex(&a->sources[i]->digest, hex), text);
    return NULL;
}

static bool deliver(struct line *l, struct speech_recording *r, struct err *err)
{
    return !r || speech_deliver(r, l->speech->dialect, l->speech->service->told, l->attempt->arena,
                                &l->order.help, err);
}

static void split(struct line *l)
{
    struct arena *a = l->attempt->arena;

    l->pieces = speech_split(a, l->order.text, l->order.most_characters, &l->n_pieces);
    l->bodies = arena_array(a, struct buf, l->n_pieces);
    l->sounds = arena_array(a, struct wav, l->n_pieces);
    if (l->n_pieces > 1)
        l->attempt->total = (double)l->n_pieces;
}

bool line_new(struct speech *s, struct attempt *a, struct err *err)
{
    const json_t *params = json_object_get(a->params, "params");
    const char *said = json_get_text(json_object_get(params, "voice"), "text", NULL);
    struct line *l = arena_make(a->arena, struct line);

    *l = (struct line){.attempt = a, .speech = s};
    l->order = (struct speech_order){
        .dialect = s->dialect,
        .params = params,
        .preset = a->preset,
        .arena = a->arena,
        .notes = &a->notes,
        .clone = recording(a, "clone", said),
        .emotion_audio = recording(a, "emotion", NULL),
    };
    if (!speech_order_read(&l->order, err) || !deliver(l, l->order.clone, err) ||
        !deliver(l, l->order.emotion_audio, err)) {
        a->help = l->order.help;
        return false;
    }
    split(l);
    l->next = s->lines;
    s->lines = l;
    a->own = l;
    return true;
}

// Whether the list is known; else the line waits for it.
static bool has_list(struct line *l, const struct speech_list *list, const json_t **entries)
{
    struct listing *listing = listing_get(l->speech, list, l->order.model);

    *entries = listing->entries;
    l->listing = listing->entries ? NULL : listing;
    return listing->entries;
}

// False while it waits, or has failed.
static bool check_voice(struct line *l)
{
    const struct speech_list *list = &l->speech->dialect->voices;
    const json_t *there = NULL;
    struct err err;

    if (l->checked || l->order.way != WAY_NAMED)
        return true;
    if (list->route && !has_list(l, list, &there))
        return false;
    if (!speech_order_check_voice(&l->order, there, &err)) {
        line_fail(l, &err);
        return false;
    }
    l->checked = true;
    return true;
}

static void start_call(struct line *l, const struct speech_body *body, struct ask ask)
{
    ask.route = body->route;
    ask.json = body->json;
    ask.parts = body->parts;
    ask.n_parts = body->n_parts;
    ask.quiet_ms = FIRST_BYTE_MS;
    ask.user = l;
    l->heard_ms = 0;
    l->call = call_start(l->speech->service, &l->speech->endpoint, &ask);
    json_decref(body->json);
}

static void remember_upload(struct line *l)
{
    struct listing *kept = listing_get(l->speech, &l->speech->dialect->upload.kept, NULL);

    if (kept->entries)
        json_array_append_new(kept->entries,
                              json_pack("{s:s, s:[]}", "name", l->order.clone->there, "also"));
}

static void uploaded(struct call *c)
{
    struct line *l = c->user;
    struct err err;

    l->call = NULL;
    attempt_alive(l->attempt);
    if (!call_ok(c, &err)) {
        err_wrap(&err, "sending %s", l->order.clone->base);
        line_fail(l, &err);
        return;
    }
    remember_upload(l);
    l->delivered = true;
    line_go(l);
}

// False while it waits.
static bool send_recording(struct line *l)
{
    const struct speech_dialect *dialect = l->speech->dialect;
    const json_t *kept;
    struct speech_body body;

    if (l->delivered || l->order.way != WAY_CLONE || dialect->delivery != DELIVERY_UPLOAD)
        return true;
    if (!has_list(l, &dialect->upload.kept, &kept))
        return false;
    l->delivered = speech_list_find(kept, l->order.clone->there);
    if (l->delivered)
        return true;
    speech_body_upload(&body, &dialect->upload, l->order.clone, l->order.clone_text,
                       l->attempt->arena);
    start_call(l, &body, (struct ask){.done = uploaded});
    return false;
}

static void finish(struct line *l)
{
    struct attempt *a = l->attempt;
    struct buf out = {0};

    wav_join(l->sounds, l->n_pieces, pause_seconds, pause_level, &out);
    arrival_put(a, 0, buf_view(&out));
    buf_release(&out);
    leave(l);
    arrival_start(a);
}

// What is no speech is asked for again; then it is told what came.
static void refuse(struct line *l, struct err *err)
{
    buf_release(&l->bodies[l->at]);
    if (++l->tries < MOST_TRIES) {
        l->due_ms = services_now_ms(l->attempt->services) + (int64_t)AGAIN_MS * l->tries;
        return;
    }
    err->kind = ERR_FINAL;
    err_wrap(err, "%s was asked %d times for \"%.60s\"%s and sends no speech",
             l->speech->service->told->name, MOST_TRIES, l->pieces[l->at],
             strlen(l->pieces[l->at]) > 60 ? "…" : "");
    line_fail(l, err);
}

// A text in the place of a sound says why.
static void quote(struct call *c, struct buf *body, struct err *err)
{
    const char *words;

    if (!body->len || wav_sniff(buf_view(body)) == NULL ||
        strcmp(wav_sniff(buf_view(body)), "JSON") != 0)
        return;
    c->http.got = *body;
    *body = (struct buf){0};
    words = call_words(c);
    if (*words)
        err_set(err, err->kind, "what came is no sound but \"%.200s\"", words);
}

static bool is_speech(const struct line *l, const struct wav *w, size_t bytes, struct err *err)
{
    double least, most, seconds = wav_seconds(w), peak = wav_peak(w), speed = l->order.speed;

    speech_bounds(l->pieces[l->at], &least, &most);
    least /= fmax(speed, 1);
    most /= fmin(speed, 1);
    if (bytes < LEAST_BYTES || seconds < least_seconds)
        return err_set(err, ERR_TRANSIENT, "what came is %zu bytes, %.3f s of sound", bytes,
                       seconds);
    if (seconds < least || seconds > most)
        return err_set(err, ERR_TRANSIENT,
                       "what came lasts %.2f s; the text takes between %.2f and %.2f s", seconds,
                       least, most);
    if (!isfinite(peak))
        return err_set(err, ERR_TRANSIENT, "what came has samples that are no numbers");
    if (peak < silent_peak)
        return err_set(err, ERR_TRANSIENT, "what came is silent (its peak is %.0f dBFS)",
                       peak > 0 ? 20 * log10(peak) : -INFINITY);
    if (l->at && !wav_same_form(&l->sounds[0], w))
        return err_set(
            err, ERR_TRANSIENT,
            "what came has %u Hz, %u channels and %u bits; the piece before it %u, %u and %u",
            w->form.rate, w->form.channels, w->form.bits, l->sounds[0].form.rate,
            l->sounds[0].form.channels, l->sounds[0].form.bits);
    return true;
}

static void spoken(struct call *c)
{
    struct line *l = c->user;
    struct buf *body = &l->bodies[l->at];
    struct wav *sound = &l->sounds[l->at];
    struct err err;

    l->call = NULL;
    attempt_alive(l->attempt);
    if (!call_ok(c, &err)) {
        line_fail(l, &err);
        return;
    }
    if (!wav_read(sound, buf_view(body), &err)) {
        quote(c, body, &err);
        refuse(l, &err);
        return;
    }
    if (!is_speech(l, sound, body->len, &err)) {
        refuse(l, &err);
        return;
    }
    l->at++;
    l->tries = 0;
    if (l->n_pieces > 1)
        l->attempt->done = (double)l->at;
    line_go(l);
}

static void heard(struct call *c, struct str bytes)
{
    struct line *l = c->user;

    buf_str(&l->bodies[l->at], bytes);
    l->heard_ms = services_now_ms(l->attempt->services);
    attempt_alive(l->attempt);
}

static void speak(struct line *l)
{
    struct speech_body body;

    speech_body_make(&body, &l->order, l->pieces[l->at], l->attempt->arena);
    start_call(l, &body, (struct ask){.most_bytes = MOST_BYTES, .heard = heard, .done = spoken});
}

void line_go(struct line *l)
{
    if (!check_voice(l) || !send_recording(l))
        return;
    if (l->at == l->n_pieces)
        finish(l);
    else
        speak(l);
}

void line_tick(struct line *l, int64_t now)
{
    struct err err;

    if (l->due_ms && now >= l->due_ms) {
        l->due_ms = 0;
        line_go(l);
    } else if (l->call && l->heard_ms && now - l->heard_ms > SILENCE_MS) {
        err_set(&err, ERR_TRANSIENT, "%s fell silent in the middle of its answer",
                l->speech->service->told->name);
        line_fail(l, &err);
    }
}
