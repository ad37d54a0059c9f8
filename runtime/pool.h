// SPDX-License-Identifier: MIT
// A worker pool: threads that do what burns CPU, so that the loop thread never waits. Owned and
// called by the loop thread.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct pool;

// Made by the submitter, in a struct of its own.
struct job {
    void (*work)(struct job *job); // on a worker
    void (*done)(struct job *job); // on the loop thread
    atomic_bool cancelled;         // set by the loop thread, polled by work
    struct job *next;              // pool.todo or pool.done
};

// Starts the workers. ring is called from a worker when a job has ended, and those
// before it were collected: it wakes the loop, which then collects.
struct pool *pool_new(unsigned workers, void (*ring)(void *user), void *user);

// Waits for the jobs at work; those still in line are dropped without a call. Accepts NULL.
void pool_free(struct pool *pool);

// Runs job->work on a worker, then job->done in pool_collect. Borrows job until done returns. Never
// fails; never blocks.
void pool_submit(struct pool *pool, struct job *job);

// Waits until a job has ended that was not collected. One must have been submitted.
void pool_wait(struct pool *pool);

// Calls done for every job that has ended. Returns how many.
size_t pool_collect(struct pool *pool);
