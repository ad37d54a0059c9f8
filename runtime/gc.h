// SPDX-License-Identifier: MIT
// Making room in the store: what goes, cheapest machine time for its bytes first, and going about
// it so that a kill at any instant leaves a valid store.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct ledger;
struct vault;
struct vault_file;
struct vault_result;

struct gc_options {
    const char *const *globs; // over step ids; a step that matches one of them may go. None: all
    size_t n_globs;
    const char *kind, *scene; // NULL: all
    int64_t made_before_ms;   // since 1970; 0: whenever
    int64_t keep_bytes;       // make the store this small; -1: not asked for
    int64_t free_bytes;       // free as much; -1: not asked for
};

// What would go.
struct gc {
    const struct vault *vault;
    const struct vault_result **results; // the first to go first; choices of what goes behind them
    size_t n_results;
    struct vault_file **files; // of these results, and litter
    size_t n_files;
    size_t n_litter;      // files that no step names
    size_t n_kept;        // of what ops kept, all that no good build needs
    uint64_t kept_bytes;  // of these
    size_t n_fresh;       // results of builds that have not ended well yet
    uint64_t bytes;       // of files
    double seconds;       // of machine time that making the results again would take
    uint64_t short_bytes; // what is missing to what was asked for: the rest must stay
};

// Lives in a. Without keep_bytes and free_bytes all that could go is chosen.
void gc_choose(struct gc *gc, struct arena *a, const struct vault *v,
               const struct gc_options *options);

// The ledger forgets first: a file without a row is litter, which the next gc removes.
bool gc_run(const struct gc *gc, struct ledger *ledger, struct err *err);
