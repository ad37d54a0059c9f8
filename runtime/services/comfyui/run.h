// SPDX-License-Identifier: MIT
// Runs: one attempt at a step on a ComfyUI server, from its uploads to its files. At any time a run
// waits for one call, or for an instant; what comes then is a function.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "runtime/fill.h"
#include "runtime/services/comfyui/result.h"
#include "runtime/services/comfyui/server.h"

struct ask;
struct attempt;
struct comfyui_news;

struct comfyui_run {
    struct comfyui *server;
    struct attempt *attempt;
    struct comfyui_run *next; // server.runs

    // What it waits for: a call, or an instant, or (arriving) files that are taken in.
    struct call *call;
    void (*then)(struct comfyui_run *r, struct call *c);
    void (*later)(struct comfyui_run *r);
    int64_t later_ms;
    bool arriving, cancelled;

    // Inputs.
    size_t input;          // the next to see to
    const char *uploading; // which file, or NULL
    struct fill_input *fills;
    size_t n_fills;
    json_t *texts;             // their values
    bool sent;                 // the input's file was sent, else it was found there
    struct comfyui_file there; // the input's file on the server
    const char *folder;        // of the inputs that go up as one, or NULL
    struct comfyui_copy *copy; // of a LoRA, on a worker
    struct digester *digester; // of a file that is read back

    // The prompt.
    char id[UUID_BYTES];
    unsigned sends; // how often the step was sent in this attempt
    bool adopted;   // an earlier attempt has sent it
    bool found;     // and the server knows of it
    bool unwanted;  // it is only to be taken away
    bool asked;     // what the server has was asked anew, for it seemed to lack something
    bool freed;     // the server was asked for memory
    bool renewed;   // it was sent again because the server's cache named a file that is gone
    json_t *graph;  // as sent

    // Waiting.
    bool queued;         // when the server was last asked, it stood in its queue
    bool running;        // the server says so; else it waits in the queue, or nobody knows
    bool heard;          // the socket told something of it
    bool ended;          // and that it is over
    int64_t heard_ms;    // when that was
    int64_t turn_ms;     // when it was first heard that it runs; 0: not yet
    int64_t answered_ms; // when the server last answered
    int64_t asked_ms;    // since when it owes an answer on how it goes; 0: it does not
    int64_t absent_ms;   // since when it is in neither queue nor history; 0: it is
    int64_t grace_ms;    // how long it may be
    bool taken;          // the server has said that it has it
    const char *blocked; // what a node that was not run said
    const char *node;    // that runs

    // The end.
    struct err fate; // how it ends once the server has let go of it
    const char *help;
    int64_t since_ms;       // when the server was first asked to
    int64_t interrupted_ms; // when it was told to stop what runs; 0: it was not

    // Outputs.
    struct comfyui_file *files;
    unsigned output, guess, tries;
    bool call_broke; // the last one: its answer did not come whole
};

// What fill.h needs of it.
struct fill comfyui_fill(const struct comfyui_run *r);

// Begins a run of the attempt; of one that has a job, to take that up.
void comfyui_run_start(struct comfyui *c, struct attempt *a);

// Begins one that takes its job away from the server.
void comfyui_run_withdraw(struct comfyui *c, struct attempt *a);

// Asks what the server's nodes are.
void comfyui_ask_classes(struct comfyui_run *r,
                         void (*then)(struct comfyui_run *r, struct call *c));

// Asks the server; then is called with the answer, unless the run ends before.
void comfyui_ask(struct comfyui_run *r, struct ask *ask,
                 void (*then)(struct comfyui_run *r, struct call *c));

// Goes on in ms from now; what was to come is not.
void comfyui_later(struct comfyui_run *r, int ms, void (*later)(struct comfyui_run *r));

int64_t comfyui_now(const struct comfyui_run *r);

// Drops what the run waits for.
void comfyui_stop(struct comfyui_run *r);

// The run is none of the server's any more: before its files are taken in.
void comfyui_run_let_go(struct comfyui_run *r);

// Ends the attempt: the run is gone afterwards.
void comfyui_fail(struct comfyui_run *r, const struct err *err, const char *help);

// The same where the prompt, or what it gave, stays with the server: the next attempt takes it up.
void comfyui_leave(struct comfyui_run *r, const struct err *err, const char *help);

// Whether the answer is good. Else *err; the server is forgotten when it does not answer.
bool comfyui_answered(struct comfyui_run *r, const struct call *c, struct err *err);

// Tells people of a server that owes an answer for long.
void comfyui_wait_tick(struct comfyui_run *r, int64_t now_ms);

// The parts of a run, in their order; each goes on to the next by itself.
void comfyui_upload(struct comfyui_run *r);                 // comfyui/upload.c
void comfyui_send(struct comfyui_run *r);                   // comfyui/send.c
void comfyui_send_again(struct comfyui_run *r);             // under a new id
void comfyui_wait(struct comfyui_run *r);                   // comfyui/wait.c
void comfyui_look(struct comfyui_run *r, int64_t grace_ms); // for a prompt that may be there
void comfyui_hear(struct comfyui_run *r, const struct comfyui_news *news);
void comfyui_fetch(struct comfyui_run *r, const json_t *entry); // comfyui/fetch.c
void comfyui_fetch_guessed(struct comfyui_run *r);              // without a history
void comfyui_withdraw(struct comfyui_run *r, const struct err *fate, const char *help);
void comfyui_take_away(struct comfyui_run *r); // comfyui/withdraw.c

// Copies a LoRA to where the server looks for them; then goes on with the uploads.
void comfyui_place_lora(struct comfyui_run *r); // comfyui/lora.c
void comfyui_have_lora(struct comfyui_run *r, const char *name);
