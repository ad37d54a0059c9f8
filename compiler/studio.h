// SPDX-License-Identifier: MIT
// The studio: the machines, and what each offers. Read before a film is compiled, from which only
// `use` reaches the graph; the runtime takes the rest. Read-only afterwards; lives in one arena.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

struct arena;
struct node;
struct schemas;
struct sources;

// A part of the local day, in minutes since midnight, which it may pass; equal: all of it.
struct studio_hours {
    int from_min, to_min;
};

struct studio_machine {
    const char *name;
    unsigned gpus;                    // that its services share; 0: not told
    const struct studio_hours *hours; // in which it takes work; none: always
    size_t n_hours;
    const char *const *awake; // a program that runs while it has work, NULL behind it; or NULL
    struct studio_service *services;
    size_t n_services;
    struct place at;
};

struct studio_service {
    const char *name;
    const char *driver;
    const struct studio_machine *machine;
    const char *url;            // NULL where the driver needs none
    const char *token_env;      // the environment variable that holds its token, or NULL
    const char *dialect;        // of speech servers, or NULL
    const char *loras;          // the folder of its LoRAs, or NULL
    const char *over;           // "ssh HOST" of command services, or NULL: this machine
    const char *config;         // ssh's settings for it, or NULL: the user's own
    const char *work;           // the folder where commands work, or NULL
    const char *ca;             // a file of certificates that it is known by, or NULL
    unsigned jobs;              // how many it runs at once; 0: as its driver thinks
    int64_t stall_ms;           // how long a step may give no sign of life; 0: as it usually takes
    const char *const *presets; // names it runs; NULL: all of its driver
    size_t n_presets;
    json_t *options; // the whole mapping as written, for what only its driver knows
    struct place at;
};

// Which preset makes a kind: with people in the picture, and without.
enum use_from { USE_OPTION, USE_FILM, USE_STUDIO, USE_FALLBACK };

struct use {
    const char *kind;
    const char *people, *other;
    enum use_from from; // USE_FALLBACK: nothing in the studio makes the kind
    struct span at;     // where it was said; {0, 0, 0} for options and fallbacks
};

enum studio_fingerprint { FINGERPRINT_IGNORE, FINGERPRINT_WARN, FINGERPRINT_STRICT };

struct studio {
    const char *file;                // NULL: the draft alone
    struct studio_machine *machines; // as written; the last is "here": local and draft
    size_t n_machines;
    struct use *uses; // as written
    size_t n_uses;
    const char *const *presets; // folders
    size_t n_presets;
    const char *cache_url; // the remote cache, or NULL
    const char *cache_token_env;
    bool cache_push;
    enum studio_fingerprint fingerprint;
    int64_t patience_ms;
    const char *webhook;     // where to tell, or NULL
    const char *webhook_env; // the environment variable that holds it, or NULL
};

struct studio_options {
    const struct schemas *schemas;
    struct sources *sources; // of the project
    bool project;            // its studio.yaml is looked for, and used when it is trusted
    const char *file;        // --studio or $C41_STUDIO, or NULL
    const char *config;      // the user's config folder, or NULL
    const char *home;        // what "~" stands for, or NULL
    bool draft;              // --draft: no studio is read
};

// Reads the first of: options->file, config/studio.yaml, the project's studio.yaml (when it is
// trusted; else a warning says how), nothing: the draft alone. NULL after saying why; never NULL
// without an error.
struct studio *studio_read(struct arena *a, struct diag *d, const struct studio_options *options);
void studio_free(struct studio *s); // drops the JSON; accepts NULL

// The services that run a preset (normalised), in the studio's order. Returns how many, at most
// max.
size_t studio_offers(const struct studio *s, const json_t *preset,
                     const struct studio_service **out, size_t max);

// Whether the service runs the preset (normalised).
bool studio_runs(const struct studio_service *service, const json_t *preset);

// What makes each kind: --use ({KIND: PRESET}, or NULL) over the film's `use` (a checked node, or
// NULL) over the studio's, else draft, local, or "none" (compiles; no service offers it). One row a
// kind, sorted, in a; none for an optional kind that nobody makes. Faults of options are said
// without a place.
struct use *use_resolve(struct arena *a, struct diag *d, const struct studio *s,
                        const struct node *film_use, const json_t *options, size_t *n);
const struct use *use_find(const struct use *uses, size_t n,
                           const char *kind); // NULL: no such kind
