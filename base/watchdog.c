// SPDX-License-Identifier: MIT
#include "base/watchdog.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { TICK_MS = 50 };

struct watchdog {
    pthread_t thread;
    bool running; // owner's only
    unsigned seconds;

    // Guarded by mu.
    pthread_mutex_t mu;
    pthread_cond_t end;
    bool ending;
    unsigned long watch;    // counts watches
    const char *last_words; // NULL: no watch
    int exit_code;
};

struct watchdog *watchdog_new(unsigned seconds)
{
    struct watchdog *w = mem_new(sizeof(*w));

    w->seconds = seconds;
    pthread_mutex_init(&w->mu, NULL);
    pthread_cond_init(&w->end, NULL);
    return w;
}

static void bark(const struct watchdog *w)
{
    ssize_t n = write(STDERR_FILENO, w->last_words, strlen(w->last_words));

    (void)n; // there is nobody left to tell
    _exit(w->exit_code);
}

static struct timespec next_tick(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += TICK_MS * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_nsec -= 1000000000L;
        t.tv_sec++;
    }
    return t;
}

// Both must have gone by: processor time, for on a busy or sleeping machine the wall clock says
// nothing; and as many ticks, for other threads use processor time as well.
static void *guard(void *arg)
{
    struct watchdog *w = arg;
    unsigned long watch = 0;
    unsigned ticks = 0;
    clock_t start = clock();

    pthread_mutex_lock(&w->mu);
    while (!w->ending) {
        struct timespec until = next_tick();

        pthread_cond_timedwait(&w->end, &w->mu, &until);
        if (!w->last_words || w->watch != watch) {
            watch = w->watch;
            ticks = 0;
            start = clock();
        } else if (++ticks * TICK_MS >= w->seconds * 1000 &&
                   (clock() - start) / CLOCKS_PER_SEC >= (clock_t)w->seconds) {
            bark(w);
        }
    }
    pthread_mutex_unlock(&w->mu);
    return NULL;
}

void watchdog_start(struct watchdog *w, const char *last_words, int exit_code)
{
    pthread_mutex_lock(&w->mu);
    w->watch++;
    w->last_words = last_words;
    w->exit_code = exit_code;
    pthread_mutex_unlock(&w->mu);
    if (!w->running)
        w->running = pthread_create(&w->thread, NULL, guard, w) == 0;
}

void watchdog_stop(struct watchdog *w)
{
    pthread_mutex_lock(&w->mu);
    w->last_words = NULL;
    pthread_mutex_unlock(&w->mu);
}

void watchdog_free(struct watchdog *w)
{
    if (!w)
        return;
    if (w->running) {
        pthread_mutex_lock(&w->mu);
        w->ending = true;
        pthread_cond_signal(&w->end);
        pthread_mutex_unlock(&w->mu);
        pthread_join(w->thread, NULL);
    }
    pthread_cond_destroy(&w->end);
    pthread_mutex_destroy(&w->mu);
    mem_free(w);
}
