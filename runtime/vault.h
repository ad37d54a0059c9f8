// SPDX-License-Identifier: MIT
// The vault: the whole store held against the ledger. Which file is named by which results, what
// they took, and what may never go: what a film's latest good build is made of, and what a pick
// names. Read once, by the holder of the project's lock where anything will be changed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/vault_kept.h"

struct arena;
struct err;
struct kind;
struct ledger;
struct vault_result;

// An artifact that somebody chose.
struct vault_pin {
    const char *is;    // the beginning of its digest
    const char *where; // "film.picks.yaml:3"
};

// A file of the store, or one that should be there.
struct vault_file {
    const char *path;   // from the project's folder
    const char *digest; // 64 hex digits; "" for litter that is called otherwise
    bool there;
    uint64_t bytes;                // on the disk
    uint64_t stored_bytes;         // when it was stored; 0: not told
    const struct vault_pin *pin;   // that names it, or NULL
    bool needed;                   // by a good build
    size_t makers;                 // results that name it, without choices
    const struct vault_result *by; // the latest of them, else any that names it; NULL: litter
};

// What the ledger has under one key.
struct vault_result {
    const char *key, *step;
    const struct kind *kind; // NULL: this c41 has no such kind any more
    double seconds;
    int64_t made_ms;
    bool needed; // by a good build
    bool pinned; // a pick names one of its files
    bool fresh;  // of a build that was not good yet: the next one will ask for it
    struct vault_file **files;
    size_t n_files;
};

struct vault {
    const char *project;
    struct vault_result *results; // in order of keys
    size_t n_results;
    struct vault_file **files; // by path
    size_t n_files;
    struct vault_kept kept; // beside them
};

// Lives in a; borrows project and pins. False with *err when ledger or store cannot be read.
bool vault_read(struct vault *v, struct arena *a, struct ledger *ledger, const char *project,
                const struct vault_pin *pins, size_t n_pins, struct err *err);

// A result that stands for what another one made.
bool vault_chooses(const struct vault_result *r);

// May not go, whatever it costs.
bool vault_keeps(const struct vault_result *r);
