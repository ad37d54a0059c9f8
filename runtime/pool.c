// SPDX-License-Identifier: MIT
#include "runtime/pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>

#include "base/mem.h"

// A line of jobs, first in, first out.
struct line {
    struct job *first, **end;
};

struct pool {
    // Set before the workers start.
    pthread_t *threads;
    unsigned n_threads;
    void (*ring)(void *user);
    void *user;

    // Guarded by mu.
    pthread_mutex_t mu;
    pthread_cond_t more, ended;
    struct line todo, done;
    bool closing;
};

static void append(struct line *line, struct job *job)
{
    job->next = NULL;
    *line->end = job;
    line->end = &job->next;
}

static struct job *take_first(struct line *line)
{
    struct job *job = line->first;

    if (job && !(line->first = job->next))
        line->end = &line->first;
    return job;
}

static struct job *wait_for_job(struct pool *pool)
{
    struct job *job = NULL;

    pthread_mutex_lock(&pool->mu);
    while (!pool->closing && !(job = take_first(&pool->todo)))
        pthread_cond_wait(&pool->more, &pool->mu);
    pthread_mutex_unlock(&pool->mu);
    return job;
}

static void *work(void *arg)
{
    struct pool *pool = arg;
    struct job *job;

    while ((job = wait_for_job(pool))) {
        bool first;

        job->work(job);
        pthread_mutex_lock(&pool->mu);
        first = !pool->done.first;
        append(&pool->done, job);
        pthread_cond_signal(&pool->ended);
        pthread_mutex_unlock(&pool->mu);
        if (first) // who has been rung for comes for all
            pool->ring(pool->user);
    }
    return NULL;
}

struct pool *pool_new(unsigned workers, void (*ring)(void *user), void *user)
{
    struct pool *pool = mem_new(sizeof(*pool));
    sigset_t all, before;
    int code = 0;

    pool->threads = mem_new(workers * sizeof(*pool->threads));
    pool->ring = ring;
    pool->user = user;
    pool->todo.end = &pool->todo.first;
    pool->done.end = &pool->done.first;
    pthread_mutex_init(&pool->mu, NULL);
    pthread_cond_init(&pool->more, NULL);
    pthread_cond_init(&pool->ended, NULL);
    sigfillset(&all); // signals are for the loop thread's keeper
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->n_threads < workers && code == 0) {
        code = pthread_create(&pool->threads[pool->n_threads], NULL, work, pool);
        pool->n_threads += code == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert(pool->n_threads > 0);
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mu);
    pool->closing = true;
    pthread_cond_broadcast(&pool->more);
    pthread_mutex_unlock(&pool->mu);
    for (unsigned i = 0; i < pool->n_threads; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->more);
    pthread_cond_destroy(&pool->ended);
    pthread_mutex_destroy(&pool->mu);
    mem_free(pool->threads);
    mem_free(pool);
}

void pool_submit(struct pool *pool, struct job *job)
{
    pthread_mutex_lock(&pool->mu);
    append(&pool->todo, job);
    pthread_cond_signal(&pool->more);
    pthread_mutex_unlock(&pool->mu);
}

void pool_wait(struct pool *pool)
{
    pthread_mutex_lock(&pool->mu);
    while (!pool->done.first)
        pthread_cond_wait(&pool->ended, &pool->mu);
    pthread_mutex_unlock(&pool->mu);
}

size_t pool_collect(struct pool *pool)
{
    struct job *job, *next;
    size_t n = 0;

    pthread_mutex_lock(&pool->mu);
    job = pool->done.first;
    pool->done.first = NULL;
    pool->done.end = &pool->done.first;
    pthread_mutex_unlock(&pool->mu);
    for (; job; job = next, n++) {
        next = job->next;
        job->done(job);
    }
    return n;
}
