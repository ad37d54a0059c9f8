// SPDX-License-Identifier: MIT
// What a programme's sound costs: from nothing, again, and after an edit of one shot. Usage: sound
// FOLDER SHOTS [BITRATE]; FOLDER is new. Leaves the mix as FOLDER/mix.f32 for who encodes it
// otherwise.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include <libavcodec/packet.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/keep.h"
#include "runtime/media/master.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"

enum { SHOT_SECONDS = 4 };

struct film {
    const char *folder;
    size_t shots;
    char (*paths)[300], (*digests)[20];
    struct media_input *inputs;
    int bitrate;
};

static void write_sound(const char *path, unsigned seed, double seconds, float level)
{
    struct err err;
    struct pcm p;
    float smooth = 0;

    pcm_init(&p, 2, (size_t)pcm_sample(seconds));
    for (size_t i = 0; i < p.frames; i++) {
        double t = (double)i / PCM_RATE, word = fmod(t * (1 + seed % 3), 1.3);

        seed = seed * 1664525u + 1013904223u;
        smooth += 0.3f * ((float)(seed >> 8) / (1 << 23) - 1 - smooth);
        p.at[2 * i] = level * (float)(exp(-3 * word) * (0.5 * sin(2 * M_PI * 180 * t) +
                                                        0.2 * sin(2 * M_PI * 733 * t)) +
                                      0.5 * (double)smooth * (word < 0.2));
        p.at[2 * i + 1] = p.at[2 * i] * 0.8f;
    }
    if (!pcm_write(&p, path, PCM_FLOAT, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    pcm_release(&p);
}

// One input a shot, and a bed under all.
static json_t *make_film(struct film *f)
{
    struct buf text = {0};
    json_t *params;

    f->paths = mem_new((f->shots + 1) * sizeof(*f->paths));
    f->digests = mem_new((f->shots + 1) * sizeof(*f->digests));
    f->inputs = mem_new((f->shots + 1) * sizeof(*f->inputs));
    for (size_t i = 0; i <= f->shots; i++) {
        bool bed = i == f->shots;

        snprintf(f->paths[i], sizeof(f->paths[i]), "%.200s/%zu.wav", f->folder, i);
        snprintf(f->digests[i], sizeof(f->digests[i]), "%zu", i);
        write_sound(f->paths[i], (unsigned)i, bed ? 20 : SHOT_SECONDS + 0.2, bed ? 0.1f : 0.6f);
        f->inputs[i] = (struct media_input){
            .name = bed ? "bed" : "effects", .path = f->paths[i], .digest = f->digests[i]};
        if (!bed)
            buf_printf(&text, "%s{\"frames\":%d,\"effects\":%zu}", i ? "," : "{\"shots\":[",
                       SHOT_SECONDS * 24, i);
    }
    buf_printf(&text, "],\"beds\":[{\"bed\":0}],\"audio\":{\"codec\":\"aac\",\"bitrate\":%d}}",
               f->bitrate);
    params = json_loads(buf_text(&text), 0, NULL);
    buf_release(&text);
    return params;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void check(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void run(struct film *f, const json_t *params, const char *what)
{
    atomic_bool cancelled = false;
    struct media_output out = {"film", f->paths[0]};
    struct media_job job = {.params = params,
                            .inputs = f->inputs,
                            .n_inputs = f->shots + 1,
                            .outputs = &out,
                            .n_outputs = 1,
                            .cancelled = &cancelled};
    struct master_goal goal = {-14, -1, json_object_get(params, "audio")};
    double start = now(), used = cpu();
    struct buf folder = {0};
    struct err err = {0};
    struct programme *p = programme_new(&job, (struct rate){24, 1}, &err);
    struct keep *keep;
    struct master *m;
    AVPacket *packet = av_packet_alloc();
    bool done = false;
    size_t bytes = 0;

    buf_printf(&folder, "%s/keep", f->folder);
    keep = keep_open(buf_text(&folder), NULL, &err);
    check(p && keep, &err);
    m = master_new(p, &goal, keep, &err);
    check(m != NULL, &err);
    while (!done) {
        check(master_read(m, packet, &done, &err), &err);
        bytes += done ? 0 : (size_t)packet->size;
        av_packet_unref(packet);
    }
    printf("%-14s %6.2f s, %6.2f s of CPU: %zu of %zu passages; %.1f LUFS, %.1f LU, %.1f dBTP; "
           "%.0f kb/s\n",
           what, now() - start, cpu() - used, master_encoded(m), master_passages(m), master_lufs(m),
           master_range(m), master_true_peak(m),
           (double)bytes * 8 / (double)(f->shots * SHOT_SECONDS) / 1000);
    av_packet_free(&packet);
    master_free(m);
    keep_close(keep);
    programme_free(p);
    buf_release(&folder);
}

int main(int argc, char **argv)
{
    struct film f = {.folder = argv[1], .bitrate = 192000};
    struct rusage r;
    json_t *params;

    if (argc < 3 || mkdir(argv[1], 0755) != 0)
        return 64;
    f.shots = (size_t)strtoul(argv[2], NULL, 10);
    if (argc > 3)
        f.bitrate = (int)strtol(argv[3], NULL, 10);
    params = make_film(&f);
    run(&f, params, "from nothing");
    run(&f, params, "again");
    write_sound(f.paths[f.shots / 2], 4711, SHOT_SECONDS + 0.2, 0.5f);
    snprintf(f.digests[f.shots / 2], sizeof(f.digests[0]), "edited");
    run(&f, params, "one shot");
    getrusage(RUSAGE_SELF, &r);
    printf("at most %ld MiB\n", r.ru_maxrss / 1024);
    json_decref(params);
    return 0;
}
