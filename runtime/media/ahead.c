// SPDX-License-Identifier: MIT
#include "runtime/media/ahead.h"

#include <pthread.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/vec.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"
#include "runtime/media/pieces.h"

// Of a batch. Two threads change places once a batch, and three are there at most.
enum { BATCH_BYTES = 4 << 20, BATCH_PACKETS = 512 };

struct batch {
    VEC(AVPacket *) packets;
    size_t bytes, next; // next: the first that is not read yet
    struct buf said;    // by libav, a line each
    bool last, ok;      // ok false: *err comes after the packets
    struct err err;
};

struct ahead {
    struct pieces *pieces;
    const struct media_job *job;
    pthread_t thread;
    bool started;        // else there was no thread to be had
    struct batch *batch; // that is read from; NULL: none

    pthread_mutex_t mu; // guards what follows
    pthread_cond_t turned;
    struct batch *ready; // the next one; NULL: not yet
    bool stopped;        // nobody wants it any more
};

static void free_batch(struct batch *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->packets.n; i++)
        av_packet_free(&b->packets.at[i]);
    vec_release(&b->packets);
    buf_release(&b->said);
    mem_free(b);
}

static void hear(void *batch, const char *line)
{
    struct batch *b = batch;

    buf_puts(&b->said, line);
    buf_char(&b->said, '\0');
}

static void add_next(struct batch *b, struct pieces *pieces)
{
    AVPacket *packet = av_packet_alloc();

    if (packet)
        b->ok = pieces_read(pieces, packet, &b->last, &b->err);
    else
        b->ok = err_set(&b->err, ERR_FINAL, "reading the picture: out of memory");
    if (b->ok && !b->last) {
        b->bytes += (size_t)packet->size;
        vec_push(&b->packets, packet);
    } else {
        av_packet_free(&packet);
        b->last = true;
    }
}

static struct batch *fill(struct pieces *pieces)
{
    struct batch *b = mem_new(sizeof(*b));
    struct media_job ear = {.log = hear, .user = b};

    lav_listen(&ear);
    while (!b->last && b->bytes < BATCH_BYTES && b->packets.n < BATCH_PACKETS)
        add_next(b, pieces);
    lav_listen(NULL);
    return b;
}

// False: nobody wants it any more.
static bool hand_over(struct ahead *a, struct batch *b)
{
    bool wanted;

    pthread_mutex_lock(&a->mu);
    while (a->ready && !a->stopped)
        pthread_cond_wait(&a->turned, &a->mu);
    wanted = !a->stopped;
    if (wanted) {
        a->ready = b;
        pthread_cond_signal(&a->turned);
    }
    pthread_mutex_unlock(&a->mu);
    return wanted;
}

static void *read_all(void *ahead)
{
    struct ahead *a = ahead;
    bool last = false;

    while (!last) {
        struct batch *b = fill(a->pieces);

        last = b->last;
        if (!hand_over(a, b)) {
            free_batch(b);
            break;
        }
    }
    return NULL;
}

struct ahead *ahead_new(struct pieces *pieces, const struct media_job *job)
{
    struct ahead *a = mem_new(sizeof(*a));

    a->pieces = pieces;
    a->job = job;
    pthread_mutex_init(&a->mu, NULL);
    pthread_cond_init(&a->turned, NULL);
    a->started = pthread_create(&a->thread, NULL, read_all, a) == 0;
    return a;
}

void ahead_free(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->mu);
    a->stopped = true;
    pthread_cond_signal(&a->turned);
    pthread_mutex_unlock(&a->mu);
    if (a->started)
        pthread_join(a->thread, NULL);
    free_batch(a->ready);
    free_batch(a->batch);
    pthread_cond_destroy(&a->turned);
    pthread_mutex_destroy(&a->mu);
    mem_free(a);
}

static struct batch *wait_for_batch(struct ahead *a)
{
    struct batch *b;

    pthread_mutex_lock(&a->mu);
    while (!a->ready)
        pthread_cond_wait(&a->turned, &a->mu);
    b = a->ready;
    a->ready = NULL;
    pthread_cond_signal(&a->turned);
    pthread_mutex_unlock(&a->mu);
    return b;
}

static void take_batch(struct ahead *a)
{
    free_batch(a->batch);
    a->batch = wait_for_batch(a);
    for (size_t at = 0; a->job->log && at < a->batch->said.len;) {
        const char *line = a->batch->said.ptr + at;

        a->job->log(a->job->user, line);
        at += strlen(line) + 1;
    }
}

bool ahead_read(struct ahead *a, AVPacket *packet, bool *done, struct err *err)
{
    if (!a->started)
        return pieces_read(a->pieces, packet, done, err);
    av_packet_unref(packet);
    while (!a->batch || (a->batch->next == a->batch->packets.n && !a->batch->last))
        take_batch(a);
    *done = a->batch->next == a->batch->packets.n;
    if (!*done)
        av_packet_move_ref(packet, a->batch->packets.at[a->batch->next++]);
    else if (!a->batch->ok)
        *err = a->batch->err;
    return !*done || a->batch->ok;
}
