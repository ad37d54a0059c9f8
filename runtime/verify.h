// SPDX-License-Identifier: MIT
// Verifying: is every artifact still what was stored? Damaged ones are moved out of the store, so
// that the next build makes them again.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct engine;
struct err;
struct ledger;
struct vault;
struct vault_file;

enum verify_state { VERIFY_SOUND, VERIFY_DAMAGED, VERIFY_MISSING, VERIFY_UNREADABLE };

struct verify_fault {
    const struct vault_file *file;
    enum verify_state state;
    const char *moved_to; // from the project's folder; NULL: it stays where it is
    const char *why;      // of what cannot be read, else NULL
};

struct verify_options {
    bool quick; // presence and size only
    unsigned jobs;
    // Called now and then; NULL: nobody wants to know.
    void (*progress)(void *user, size_t done, size_t total, uint64_t bytes);
    void *user;
};

struct verify {
    struct verify_fault *faults; // by path
    size_t n_faults, n_files;
    const char **altered; // deliverables that are not what was handed out any more, by path
    size_t n_altered;
    uint64_t bytes; // that were read
};

// Lives in a. The ledger (of LEDGER_WRITE; its project's lock is held) forgets results that nothing
// needs and whose files are gone. False with *err when it cannot go on, or was interrupted
// (ERR_CANCELLED); what was found until then is in *out.
bool verify_run(struct verify *out, struct arena *a, const struct vault *v, struct ledger *ledger,
                struct engine *engine, const struct verify_options *options, struct err *err);
