// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/pool.h"

enum { N_JOBS = 200 };

// A bell that the loop thread waits for, as the event loop's does.
struct bell {
    pthread_mutex_t mu;
    pthread_cond_t rung;
    bool is_rung;
};

struct counting {
    struct job job;
    atomic_int *worked;
    int done, stopped;
};

static void ring(void *user)
{
    struct bell *bell = user;

    pthread_mutex_lock(&bell->mu);
    bell->is_rung = true;
    pthread_cond_signal(&bell->rung);
    pthread_mutex_unlock(&bell->mu);
}

static void wait_for(struct bell *bell)
{
    pthread_mutex_lock(&bell->mu);
    while (!bell->is_rung)
        pthread_cond_wait(&bell->rung, &bell->mu);
    bell->is_rung = false;
    pthread_mutex_unlock(&bell->mu);
}

static void work(struct job *job)
{
    ++*((struct counting *)(void *)job)->worked;
}

static void work_until_stopped(struct job *job)
{
    while (!job->cancelled)
        ;
    ++*((struct counting *)(void *)job)->worked;
}

static void done(struct job *job)
{
    ((struct counting *)(void *)job)->done++;
}

static void every_job_is_done_once(void **state)
{
    static const unsigned workers[] = {1, 2, 5};
    struct counting jobs[N_JOBS];
    atomic_int worked;

    (void)state;
    for (size_t w = 0; w < sizeof(workers) / sizeof(*workers); w++) {
        struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
        struct pool *pool = pool_new(workers[w], ring, &bell);
        size_t n = 0;

        worked = 0;
        for (size_t i = 0; i < N_JOBS; i++) {
            jobs[i] = (struct counting){.job = {.work = work, .done = done}, .worked = &worked};
            pool_submit(pool, &jobs[i].job);
        }
        while ((n += pool_collect(pool)) < N_JOBS)
            wait_for(&bell);
        pool_free(pool);
        assert_int_equal(worked, N_JOBS);
        for (size_t i = 0; i < N_JOBS; i++)
            assert_int_equal(jobs[i].done, 1);
    }
}

static void cancelled_jobs_end(void **state)
{
    struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    struct pool *pool = pool_new(1, ring, &bell);
    atomic_int worked = 0;
    struct counting job = {.job = {.work = work_until_stopped, .done = done}, .worked = &worked};

    (void)state;
    pool_submit(pool, &job.job);
    job.job.cancelled = true;
    while (!pool_collect(pool))
        wait_for(&bell);
    pool_free(pool);
    assert_int_equal(worked, 1);
    assert_int_equal(job.done, 1);
}

// Without a bell: whoever has nothing else to do waits in the pool.
static void waits_for_the_next_to_end(void **state)
{
    struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false};
    struct pool *pool = pool_new(2, ring, &bell);
    struct counting jobs[N_JOBS];
    atomic_int worked = 0;

    (void)state;
    for (size_t i = 0; i < N_JOBS; i++) {
        jobs[i] = (struct counting){.job = {.work = work, .done = done}, .worked = &worked};
        pool_submit(pool, &jobs[i].job);
    }
    for (size_t n = 0, more; n < N_JOBS; n += more) {
        pool_wait(pool);
        more = pool_collect(pool);
        assert_true(more > 0);
    }
    pool_free(pool);
    assert_int_equal(worked, N_JOBS);
}

static void count_rings(void *user)
{
    ++*(atomic_int *)user;
}

// All that ends before somebody comes is one reason to come.
static void rings_once_for_what_waits(void **state)
{
    atomic_int worked = 0, rings = 0;
    struct pool *pool = pool_new(1, count_rings, &rings);
    struct counting jobs[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        jobs[i] = (struct counting){.job = {.work = work, .done = done}, .worked = &worked};
        pool_submit(pool, &jobs[i].job);
    }
    while (worked < 3)
        ;
    pool_free(pool);
    assert_int_equal(rings, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_done_once), cmocka_unit_test(cancelled_jobs_end),
        cmocka_unit_test(waits_for_the_next_to_end), cmocka_unit_test(rings_once_for_what_waits)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
