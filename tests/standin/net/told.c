// SPDX-License-Identifier: MIT
#include "tests/standin/net/told.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

struct told {
    pthread_t thread;
    void (*ring)(void *user);
    void *user;

    // Guarded by mu.
    pthread_mutex_t mu;
    json_t *commands;
    bool ended;
};

static _Atomic int64_t skipped_ms;

void told_skip(int64_t ms)
{
    skipped_ms += ms;
}

static int64_t now_ms(struct clock *c)
{
    struct timespec t;

    (void)c;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + skipped_ms;
}

// In the place of the one in base.
struct clock *clock_system(void)
{
    static struct clock clock = {now_ms, now_ms};

    return &clock;
}

static void *read_lines(void *user)
{
    struct told *t = user;
    json_t *command;

    while ((command = json_loadf(stdin, JSON_DISABLE_EOF_CHECK, NULL))) {
        pthread_mutex_lock(&t->mu);
        json_array_append_new(t->commands, command);
        pthread_mutex_unlock(&t->mu);
        t->ring(t->user);
    }
    pthread_mutex_lock(&t->mu);
    t->ended = true;
    pthread_mutex_unlock(&t->mu);
    t->ring(t->user);
    return NULL;
}

struct told *told_open(void (*ring)(void *user), void *user)
{
    struct told *t = mem_new(sizeof(*t));

    t->ring = ring;
    t->user = user;
    t->commands = json_array();
    pthread_mutex_init(&t->mu, NULL);
    pthread_create(&t->thread, NULL, read_lines, t);
    return t;
}

json_t *told_next(struct told *t, bool *ended)
{
    json_t *command;

    pthread_mutex_lock(&t->mu);
    command = json_incref(json_array_get(t->commands, 0));
    if (command)
        json_array_remove(t->commands, 0);
    *ended = !command && t->ended;
    pthread_mutex_unlock(&t->mu);
    return command;
}

void told_close(struct told *t)
{
    pthread_join(t->thread, NULL);
    pthread_mutex_destroy(&t->mu);
    json_decref(t->commands);
    mem_free(t);
}
