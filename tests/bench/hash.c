// SPDX-License-Identifier: MIT
// hash_bench FILE…: hashes each as a source or an artifact is hashed, then all at once on all
// cores, then copies the first as a deliverable is copied. Prints the seconds of each.
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/team.h"
#include "runtime/pool.h"

struct hashing {
    struct job job; // first: a job is its hashing
    const char *path;
    struct digest digest;
    struct err err;
    bool ok;
};

static double seconds_since(int64_t begun_ms)
{
    struct clock *clock = clock_system();

    return (double)(clock->now_ms(clock) - begun_ms) / 1000;
}

static int64_t now_ms(void)
{
    return clock_system()->now_ms(clock_system());
}

static void hash(struct job *job)
{
    struct hashing *h = (struct hashing *)job;
    int fd = open(h->path, O_RDONLY | O_CLOEXEC);

    h->ok = fd >= 0 ? digest_fd(fd, &h->digest, &h->err) : err_errno(&h->err, "%s", h->path);
    if (fd >= 0)
        close(fd);
}

static void done(struct job *job)
{
    (void)job;
}

static void ring(void *user)
{
    (void)user;
}

static void hash_together(struct hashing *list, size_t n)
{
    struct pool *pool = pool_new(team_cores(), ring, NULL);

    for (size_t i = 0; i < n; i++)
        pool_submit(pool, &list[i].job);
    for (size_t ended = 0; ended < n; ended += pool_collect(pool))
        nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
    pool_free(pool);
}

static bool copy(const struct hashing *h, struct err *err)
{
    char to[4096];
    int len = snprintf(to, sizeof(to), "%s.copy", h->path);

    return len > 0 && (size_t)len < sizeof(to) && file_copy(h->path, to, &h->digest, err);
}

int main(int argc, char **argv)
{
    size_t n = (size_t)(argc - 1);
    struct hashing *list = mem_new((n + 1) * sizeof(*list));
    char hex[DIGEST_HEX_BYTES];
    struct err err;
    int64_t begun;
    bool ok = n > 0;

    for (size_t i = 0; i < n; i++) {
        list[i] = (struct hashing){.job = {.work = hash, .done = done}, .path = argv[i + 1]};
        begun = now_ms();
        hash(&list[i].job);
        printf("one %.3f %s\n", seconds_since(begun), digest_hex(&list[i].digest, hex));
        ok = ok && list[i].ok;
    }
    begun = now_ms();
    hash_together(list, n);
    printf("together %.3f\n", seconds_since(begun));
    begun = now_ms();
    ok = ok && copy(&list[0], &err);
    printf("copied %.3f\n", seconds_since(begun));
    mem_free(list);
    return ok ? 0 : 1;
}
