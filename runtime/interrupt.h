// SPDX-License-Identifier: MIT
// Ctrl-C, and the signals that ask a program to end, counted while a build runs. A thread of its
// own waits for them, so no handler interrupts anything. The third ends the program at once: the
// store and the ledger are whole at every instant. SIGUSR1 is as good as two of them, and never the
// third.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct interrupt {
    pthread_t thread;
    atomic_uint count; // how often somebody asked
    atomic_bool ending;
    void (*ring)(void *user); // after each count, from the thread
    void *user;
    sigset_t before;
};

// Call before other threads are started: they inherit the blocked signals.
void interrupt_start(struct interrupt *i, void (*ring)(void *user), void *user);
void interrupt_stop(struct interrupt *i);
