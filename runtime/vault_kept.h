// SPDX-License-Identifier: MIT
// What ops keep for themselves beside the store (runtime/media/keep.h), as it is weighed and thrown
// away: no artifacts, and in no row of the ledger.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct vault_result;

struct vault_kept_file {
    const char *path; // from the project's folder
    uint64_t bytes;
    bool needed; // used since the earliest of the good results began that such an op has made
};

struct vault_kept {
    struct vault_kept_file *files; // in no order
    size_t n;
};

uint64_t vault_kept_bytes(const struct vault_kept *k);

// Lives in a. The results are those of the whole ledger. False with *err when the folder cannot be
// read; it need not be there.
bool vault_kept_read(struct vault_kept *k, struct arena *a, const char *project,
                     const struct vault_result *results, size_t n_results, struct err *err);
