// SPDX-License-Identifier: MIT
// One builder per project, and nobody else who changes the store: the second waits, and says for
// whom.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;

struct lock {
    int fd;
};

// Takes .c41/lock of the project if it is free. False without an error when somebody has it: who
// then says so ("c41 (process 123 on mac) builds ep01", of doing "builds ep01"). Waits for nobody.
bool lock_try(struct lock *lock, const char *project, const char *doing, char *who, size_t size,
              struct err *err);

// Waits until it is free, then takes it.
bool lock_wait(struct lock *lock, const char *doing, struct err *err);

void lock_release(struct lock *lock);

// A builder in the background is there from before its first film until after its last, also while
// it has no lock. Takes .c41/builder for that. False with *err, also when somebody has it.
bool lock_stay(struct lock *lock, const char *project, const char *doing, struct err *err);

// Who works on the project.
struct lock_holder {
    long pid;      // 0: of another machine
    char who[512]; // as lock_try says it
};

// Finds who has the lock, or is there in the background, and takes nothing. False: nobody. Not for
// who has a lock of the project: it would lose it.
bool lock_find(const char *project, struct lock_holder *holder);
