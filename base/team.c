// SPDX-License-Identifier: MIT
#include "base/team.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/mem.h"

struct member {
    void (*work)(void *piece);
    void *piece;
    pthread_t thread;
    bool started;
};

unsigned team_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (unsigned)n : 1;
}

static void *run(void *member)
{
    struct member *m = member;

    m->work(m->piece);
    return NULL;
}

void team_run(void (*work)(void *piece), void *pieces, size_t n, size_t size)
{
    struct member *members = mem_new((n + 1) * sizeof(*members));

    for (size_t i = 0; i < n; i++) {
        members[i].work = work;
        members[i].piece = (char *)pieces + i * size;
        members[i].started =
            i > 0 && pthread_create(&members[i].thread, NULL, run, &members[i]) == 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (members[i].started)
            pthread_join(members[i].thread, NULL);
        else
            run(&members[i]);
    }
    mem_free(members);
}
