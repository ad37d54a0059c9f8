// SPDX-License-Identifier: MIT
#include "runtime/interrupt.h"

#include <assert.h>
#include <unistd.h>

enum { CANCEL = 2, AT_ONCE = 3, EXIT_CODE = 130 };

static void set_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGUSR1);
}

// One signal may say it all, however often somebody has asked before: SIGUSR1 (`c41 cancel`).
static unsigned count(struct interrupt *i, int number)
{
    unsigned before = i->count, now = before + 1;

    if (number == SIGUSR1)
        now = before < CANCEL ? CANCEL : before;
    i->count = now;
    return now;
}

static void *listen_to_signals(void *arg)
{
    struct interrupt *i = arg;
    sigset_t set;
    int number;

    set_signals(&set);
    while (sigwait(&set, &number) == 0 && !i->ending) {
        if (count(i, number) == AT_ONCE)
            _exit(EXIT_CODE);
        i->ring(i->user);
    }
    return NULL;
}

void interrupt_start(struct interrupt *i, void (*ring)(void *user), void *user)
{
    sigset_t set;
    int code;

    i->ring = ring;
    i->user = user;
    set_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, &i->before);
    code = pthread_create(&i->thread, NULL, listen_to_signals, i);
    assert(code == 0);
}

void interrupt_stop(struct interrupt *i)
{
    i->ending = true;
    pthread_kill(i->thread, SIGTERM);
    pthread_join(i->thread, NULL);
    pthread_sigmask(SIG_SETMASK, &i->before, NULL);
}
