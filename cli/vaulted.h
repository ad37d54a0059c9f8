// SPDX-License-Identifier: MIT
// A project's store as commands open it: every pick of the project read, store and ledger held
// against each other.
#pragma once

#include <stdbool.h>

#include "runtime/lock.h"
#include "runtime/vault.h"

struct args;
struct buf;
struct cli;
struct ledger;

struct vaulted {
    const struct cli *cli;
    const char *project;
    struct lock lock;
    struct ledger *ledger;
    struct vault vault;
    int code; // where it could not be opened
};

// The project is the first word of args, else this folder. doing ("cleans up"): it will be changed,
// so nobody else may meanwhile, and whoever waits is told so; NULL: only to look. False after
// saying what is wrong, with code set; close in either case.
bool vaulted_open(struct vaulted *v, const struct cli *cli, const struct args *args,
                  const char *doing);
void vaulted_close(struct vaulted *v);

// A line about what ops keep beside the store; none where that is nothing.
void vaulted_print_kept(const struct vault *v, struct buf *out);
