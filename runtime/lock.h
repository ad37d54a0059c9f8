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
