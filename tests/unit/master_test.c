// SPDX-License-Identifier: MIT
// What an edit of the sound costs, and that what was kept changes nothing.
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>

#include <cmocka.h>

#include "base/buf.h"
#include "runtime/media/keep.h"
#include "runtime/media/loudness.h"
#include "runtime/media/master.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "tests/unit/job.h"

enum { SHOTS = 6, SHOT_SECONDS = 4, PASSAGES = 4 }; // 24 s

static const double lufs = -14, dbtp = -1;

// A shot's sound: noise in bursts, as loud as its number and tone say, and a little longer than it.
static void write_shot(struct job *j, size_t shot, unsigned seed)
{
    unsigned state = seed * 7919u + 1;
    struct pcm p;
    char name[20];
    float smooth = 0;

    pcm_init(&p, 2, (size_t)pcm_sample(SHOT_SECONDS + 0.3));
    for (size_t i = 0; i < p.frames * 2; i++) {
        state = state * 1664525u + 1013904223u;
        smooth += 0.2f * ((float)(state >> 8) / (1 << 23) - 1 - smooth);
        p.at[i] = smooth * (i / 9000 % 3 ? 0.4f : 0.03f);
    }
    snprintf(name, sizeof(name), "%zu.wav", shot);
    assert_true(pcm_write(&p, job_path(j, name), PCM_FLOAT, &j->err));
    pcm_release(&p);
}

struct film {
    struct job j;
    unsigned seeds[SHOTS];
    char digests[SHOTS][16];
    const char *audio;
    bool silent;
    char keep[JOB_PATH_BYTES];

    // Of the last mastering.
    struct buf packets;
    size_t encoded;
    double lufs, true_peak;
};

static void film_init(struct film *f, const char *audio)
{
    memset(f, 0, sizeof(*f));
    job_init(&f->j);
    f->audio = audio;
    snprintf(f->keep, sizeof(f->keep), "%.250s/keep", f->j.folder);
    for (size_t i = 0; i < SHOTS; i++) {
        f->seeds[i] = (unsigned)i;
        write_shot(&f->j, i, f->seeds[i]);
    }
}

// Calls with each file of the keep; returns how many there are.
static size_t each_kept(const struct film *f, void (*with)(const char *path))
{
    DIR *dir = opendir(f->keep);
    struct dirent *entry;
    size_t n = 0;

    while (dir && (entry = readdir(dir))) {
        char path[700];

        snprintf(path, sizeof(path), "%s/%s", f->keep, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        n++;
        if (with)
            with(path);
    }
    if (dir)
        closedir(dir);
    return n;
}

static void forget(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void film_release(struct film *f)
{
    each_kept(f, forget);
    rmdir(f->keep);
    buf_release(&f->packets);
    job_release(&f->j);
}

static void edit(struct film *f, size_t shot)
{
    f->seeds[shot] += 100;
    write_shot(&f->j, shot, f->seeds[shot]);
}

static json_t *film_params(struct film *f)
{
    struct buf text = {0};
    json_t *params;

    f->j.n_inputs = 0;
    for (size_t i = 0; i < SHOTS; i++) {
        char name[20];

        snprintf(name, sizeof(name), "%zu.wav", i);
        snprintf(f->digests[i], sizeof(f->digests[i]), "%u", f->seeds[i]);
        job_input(&f->j, "effects", job_path(&f->j, name));
        f->j.inputs[i].digest = f->digests[i];
        buf_printf(&text, "%s{'frames':%d", i ? "," : "{'shots':[", SHOT_SECONDS * 24);
        if (!f->silent)
            buf_printf(&text, ",'effects':%zu", i);
        buf_puts(&text, "}");
    }
    buf_printf(&text, "],'audio':%s}", f->audio);
    params = job_params(buf_text(&text));
    buf_release(&text);
    return params;
}

static void read_packets(struct film *f, struct master *m)
{
    AVPacket *packet = av_packet_alloc();
    int64_t last = INT64_MIN;
    bool done = false;

    buf_clear(&f->packets);
    while (!done) {
        if (!master_read(m, packet, &done, &f->j.err))
            fail_msg("%s", f->j.err.text);
        if (!done) {
            assert_true(packet->pts > last);
            last = packet->pts;
            buf_add(&f->packets, &packet->pts, sizeof(packet->pts));
            buf_add(&f->packets, packet->data, (size_t)packet->size);
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
}

static void master(struct film *f)
{
    atomic_bool cancelled = false;
    json_t *params = film_params(f);
    struct media_job job = {.params = params,
                            .inputs = f->j.inputs,
                            .n_inputs = f->j.n_inputs,
                            .cancelled = &cancelled};
    struct master_goal goal = {lufs, dbtp, json_object_get(params, "audio")};
    struct programme *p = programme_new(&job, (struct rate){24, 1}, &f->j.err);
    struct keep *keep = keep_open(f->keep, NULL, &f->j.err);
    struct master *m = p && keep ? master_new(p, &goal, keep, &f->j.err) : NULL;

    if (!m)
        fail_msg("%s", f->j.err.text);
    assert_int_equal(master_passages(m), PASSAGES);
    f->encoded = master_encoded(m);
    f->lufs = master_lufs(m);
    f->true_peak = master_true_peak(m);
    read_packets(f, m);
    master_free(m);
    keep_close(keep);
    programme_free(p);
    json_decref(params);
}

// Masters again from nothing: the packets must be those of the last time.
static void expect_same_from_nothing(struct film *f)
{
    struct buf before = f->packets;

    f->packets = (struct buf){0};
    each_kept(f, forget);
    master(f);
    assert_int_equal(f->packets.len, before.len);
    assert_memory_equal(f->packets.ptr, before.ptr, before.len);
    buf_release(&before);
}

static void an_edit_costs_its_passages(void **state)
{
    struct film f;

    (void)state;
    film_init(&f, "{'codec':'aac','bitrate':192000}");
    master(&f);
    assert_true(f.encoded >= PASSAGES);
    master(&f);
    assert_int_equal(f.encoded, 0);
    edit(&f, 4); // 16 to 20.3 s: of passages 2 (12.8 to 19.2) and 3
    master(&f);
    assert_true(f.encoded >= 2 && f.encoded <= 6); // and as often as their peaks want it
    expect_same_from_nothing(&f);
    film_release(&f);
}

static void damage(const char *path)
{
    int fd = open(path, O_WRONLY);

    assert_true(fd >= 0 && pwrite(fd, "torn", 4, 100) == 4);
    close(fd);
}

static void cut_short(const char *path)
{
    assert_int_equal(truncate(path, 50), 0);
}

static void what_is_damaged_is_made_again(void **state)
{
    void (*const harms[])(const char *) = {damage, cut_short, forget};
    struct buf before;
    struct film f;

    (void)state;
    film_init(&f, "{'codec':'aac','bitrate':128000}");
    master(&f);
    before = f.packets;
    f.packets = (struct buf){0};
    for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
        assert_true(each_kept(&f, harms[i]) >= 2 * PASSAGES);
        master(&f);
        assert_true(f.encoded >= PASSAGES);
        assert_int_equal(f.packets.len, before.len);
        assert_memory_equal(f.packets.ptr, before.ptr, before.len);
    }
    buf_release(&before);
    film_release(&f);
}

static const char *const codecs[] = {
    "{'codec':'aac','bitrate':192000}",
    "{'codec':'opus','bitrate':128000}",
    "{'codec':'flac'}",
    "{'codec':'pcm_s24le'}",
};

static void every_codec_is_as_loud_as_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
        struct film f;

        film_init(&f, codecs[i]);
        master(&f);
        if (fabs(f.lufs - lufs) > 0.3 || f.true_peak > dbtp)
            fail_msg("%s: %.2f LUFS, %.2f dBTP", codecs[i], f.lufs, f.true_peak);
        master(&f);
        assert_int_equal(f.encoded, 0);
        edit(&f, 2);
        master(&f);
        expect_same_from_nothing(&f);
        film_release(&f);
    }
}

// All its passages are one, but for the last: each is found in its own place.
static void silence_has_its_times(void **state)
{
    struct film f;

    (void)state;
    film_init(&f, "{'codec':'aac','bitrate':96000}");
    f.silent = true;
    master(&f);
    assert_true(f.lufs == LOUDNESS_SILENCE);
    master(&f);
    assert_int_equal(f.encoded, 0);
    film_release(&f);
}

static void old_entries_go(void **state)
{
    struct film f;
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    char path[700];
    int fd;

    (void)state;
    film_init(&f, "{'codec':'aac','bitrate':128000}");
    master(&f);
    snprintf(path, sizeof(path), "%s/old", f.keep);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0 && ftruncate(fd, (off_t)1 << 30) == 0 && futimens(fd, old) == 0);
    close(fd);
    master(&f);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(f.encoded, 0);
    film_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edit_costs_its_passages),
        cmocka_unit_test(what_is_damaged_is_made_again),
        cmocka_unit_test(every_codec_is_as_loud_as_asked),
        cmocka_unit_test(silence_has_its_times),
        cmocka_unit_test(old_entries_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
