// SPDX-License-Identifier: MIT
// Passages that were finished and encoded apart, against one that never stopped.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/vec.h"
#include "runtime/media/filters.h"
#include "runtime/media/limiter.h"
#include "runtime/media/master.h"
#include "runtime/media/packets.h"
#include "runtime/media/passage.h"
#include "runtime/media/passages.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_decoder.h"
#include "runtime/media/sound_encoder.h"
#include "tests/unit/job.h"

enum { SECONDS = 34 }; // ends within a passage

static float noise(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (float)(*state >> 8) / (1 << 23) - 1;
}

// Chords that swell, breath, and knocks without a pattern that a grid would have.
static void music(struct pcm *p, size_t frames)
{
    unsigned state = 11;
    float breath = 0, knock = 0, rattle;

    pcm_init(p, 2, frames);
    for (size_t i = 0; i < frames; i++) {
        double t = (double)i / PCM_RATE;
        double tone = 0.2 * sin(2 * M_PI * 220 * t) * (0.6 + 0.4 * sin(t)) +
                      0.1 * sin(2 * M_PI * 331.5 * t) + 0.05 * sin(2 * M_PI * 1760 * t);

        breath += 0.03f * (0.1f * noise(&state) - breath);
        knock = i % 7919 == 0 ? 0.6f : knock * 0.98f;
        rattle = knock * noise(&state);
        p->at[2 * i] = (float)tone + breath + rattle;
        p->at[2 * i + 1] = (float)tone * 0.7f - breath + rattle;
    }
}

// Strokes that die away, loud for a while and then faint: short blocks and long ones, at all
// levels.
static void drums(struct pcm *p, size_t frames)
{
    unsigned state = 5;

    pcm_init(p, 2, frames);
    for (size_t i = 0; i < frames; i++) {
        double t = (double)i / PCM_RATE;
        double left = exp(-30 * fmod(t, .37)) * (fmod(t, 3.1) < 1.5 ? .8 : .02),
               right = exp(-50 * fmod(t, .53)) * .5;

        p->at[2 * i] = (float)left * noise(&state);
        p->at[2 * i + 1] = (float)right * noise(&state);
    }
}

struct desk {
    struct job j;
    json_t *params;
    struct media_job job;
    atomic_bool cancelled;
    struct programme *programme;
};

// A programme of one sound in one file.
static void open_desk(struct desk *d, void (*sound)(struct pcm *p, size_t frames), float level)
{
    char params[200];
    struct pcm p;

    memset(d, 0, sizeof(*d));
    job_init(&d->j);
    sound(&p, (size_t)PCM_RATE * SECONDS);
    pcm_scale(&p, level);
    assert_true(pcm_write(&p, job_path(&d->j, "music.wav"), PCM_FLOAT, &d->j.err));
    pcm_release(&p);
    job_input(&d->j, "effects", job_path(&d->j, "music.wav"));
    snprintf(params, sizeof(params), "{'shots':[{'frames':%d,'effects':0}]}", SECONDS * 24);
    d->params = job_params(params);
    d->job = (struct media_job){.params = d->params,
                                .inputs = d->j.inputs,
                                .n_inputs = d->j.n_inputs,
                                .cancelled = &d->cancelled};
    d->programme = programme_new(&d->job, (struct rate){24, 1}, &d->j.err);
    assert_non_null(d->programme);
    assert_true(programme_prepare(d->programme, 0, INT64_MAX, &d->j.err));
}

static void close_desk(struct desk *d)
{
    programme_free(d->programme);
    json_decref(d->params);
    job_release(&d->j);
}

// The largest difference, in dB of full scale.
static double difference_db(const struct pcm *a, const struct pcm *b)
{
    float most = 0;

    for (size_t i = 0; i < a->frames * 2 && i < b->frames * 2; i++)
        most = fmaxf(most, fabsf(a->at[i] - b->at[i]));
    return 20 * log10((double)most + 1e-12);
}

static void finish_all(struct desk *d, const struct master_gain *gain, struct pcm *out)
{
    const struct passage_how how = {.programme = d->programme, .gain = gain};

    pcm_init(out, 2, 0);
    for (size_t i = 0; i < passages_count(d->programme); i++) {
        struct pcm piece;
        size_t before = out->frames;

        assert_true(passage_finish(&how, passages_start(i), 0, &piece, &d->j.err));
        pcm_resize(out, before + piece.frames);
        memcpy(out->at + before * 2, piece.at, piece.frames * 2 * sizeof(*piece.at));
        pcm_release(&piece);
    }
}

static void limit_at_once(struct pcm *p, double ceiling_db, struct err *err)
{
    struct filters *limiter = limiter_new(ceiling_db, 2, err);
    struct pcm out = {.channels = 2};
    bool done = false;

    assert_true(filters_push(limiter, p->at, p->frames, err) &&
                filters_push(limiter, NULL, 0, err));
    while (!done)
        assert_true(filters_pull(limiter, &out, &done, err));
    filters_free(limiter);
    assert_int_equal(out.frames, p->frames);
    pcm_release(p);
    *p = out;
}

static const struct {
    float level;
    struct master_gain gain;
} finishes[] = {
    {1, {0, -1, false}},
    {1, {-6.3, -1, false}},
    {1, {3, -1, true}},
    {1, {12, -3, true}}, // never at rest
};

static void passages_are_finished_as_the_whole_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(finishes) / sizeof(*finishes); i++) {
        struct desk d;
        struct pcm pieces, whole;
        double db;

        open_desk(&d, music, finishes[i].level);
        finish_all(&d, &finishes[i].gain, &pieces);
        pcm_init(&whole, 2, PASSAGE_LEAD + (size_t)programme_samples(d.programme));
        assert_true(
            programme_read_at(d.programme, -PASSAGE_LEAD, whole.at, whole.frames, &d.j.err));
        pcm_scale(&whole, pcm_factor(finishes[i].gain.db));
        if (finishes[i].gain.limited)
            limit_at_once(&whole, finishes[i].gain.ceiling_db, &d.j.err);
        whole.frames -= PASSAGE_LEAD;
        memmove(whole.at, whole.at + PASSAGE_LEAD * 2, whole.frames * 2 * sizeof(*whole.at));
        assert_int_equal(pieces.frames, whole.frames);
        db = difference_db(&pieces, &whole);
        if (db > -90)
            fail_msg("case %zu: passages are %.1f dB off", i, db);
        pcm_release(&pieces);
        pcm_release(&whole);
        close_desk(&d);
    }
}

struct list {
    VEC(AVPacket *) packets;
};

static void release_list(struct list *l)
{
    for (size_t i = 0; i < l->packets.n; i++)
        av_packet_free(&l->packets.at[i]);
    vec_release(&l->packets);
}

static void take_all(struct str from, int64_t start, struct list *to)
{
    AVPacket *packet = av_packet_alloc();

    while (packets_next(&from, packet, start)) {
        vec_push(&to->packets, packet);
        packet = av_packet_alloc();
    }
    av_packet_free(&packet);
}

static void encode_apart(struct desk *d, const struct passage_how *how, struct list *out)
{
    for (size_t i = 0; i < passages_count(d->programme); i++) {
        struct level levels[PASSAGE_LEVELS];
        struct buf entry = {0};
        struct str packets;

        assert_true(passage_encode(how, passages_start(i), &entry, &d->j.err));
        assert_true(passage_read(buf_view(&entry), levels, &packets));
        take_all(packets, passages_start(i), out);
        buf_release(&entry);
    }
}

// One encoder that hears all of it, and begins as a passage's does.
static void encode_at_once(struct desk *d, const json_t *audio, struct list *out,
                           struct sound_encoder **encoder)
{
    struct sound_encoder *e = *encoder = sound_encoder_new(audio, &d->j.err);
    AVPacket *packet = av_packet_alloc();
    bool lossy = sound_encoder_is_lossy(audio), got = true;
    struct pcm p;

    pcm_init(&p, 2, (size_t)programme_samples(d->programme) + (lossy ? 24 * 1024 : 0));
    assert_true(programme_read_at(d->programme, lossy ? -24 * 1024 : 0, p.at, p.frames, &d->j.err));
    assert_true(sound_encoder_start(e, lossy ? -24 * 1024 : 0, &d->j.err));
    assert_true(sound_encoder_push(e, p.at, p.frames, &d->j.err) &&
                sound_encoder_push(e, NULL, 0, &d->j.err));
    while (sound_encoder_pull(e, packet, &got, &d->j.err) && got) {
        if (packet->pts >= -sound_encoder_context(e)->initial_padding) {
            vec_push(&out->packets, packet);
            packet = av_packet_alloc();
        }
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    pcm_release(&p);
}

static size_t differing(const struct list *a, const struct list *b)
{
    size_t n = 0;

    for (size_t i = 0; i < a->packets.n; i++) {
        const AVPacket *x = a->packets.at[i], *y = b->packets.at[i];

        n += x->size != y->size || memcmp(x->data, y->data, (size_t)x->size) != 0;
    }
    return n;
}

static void decode(const struct list *l, const struct sound_encoder *e, struct pcm *out)
{
    struct err err = {0};
    struct sound_decoder *d = sound_decoder_new(sound_encoder_context(e), &err);

    pcm_init(out, 2, 0);
    for (size_t i = 0; i < l->packets.n; i++)
        assert_true(sound_decoder_add(d, l->packets.at[i], out, &err));
    sound_decoder_free(d);
}

static const char *const codecs[] = {
    "{'codec':'aac','bitrate':128000}",
    "{'codec':'aac','bitrate':192000}",
    "{'codec':'aac','bitrate':256000}",
    "{'codec':'aac','bitrate':320000}",
    "{'codec':'pcm_s16le'}",
    "{'codec':'pcm_s24le'}",
};

static void encoded_as_the_whole_is(void (*sound)(struct pcm *p, size_t frames), const char *codec)
{
    struct master_gain gain = {0, 0, false};
    json_t *audio = job_params(codec);
    struct list apart = {0}, at_once = {0};
    struct sound_encoder *encoder;
    struct pcm a, b;
    struct desk d;

    open_desk(&d, sound, 1);
    encode_apart(&d, &(struct passage_how){.programme = d.programme, .gain = &gain, .audio = audio},
                 &apart);
    encode_at_once(&d, audio, &at_once, &encoder);
    assert_int_equal(apart.packets.n, at_once.packets.n);
    for (size_t k = 0; k < apart.packets.n; k++)
        assert_int_equal(apart.packets.at[k]->pts, at_once.packets.at[k]->pts);
    decode(&apart, encoder, &a);
    decode(&at_once, encoder, &b);
    assert_int_equal(a.frames, b.frames);
    if (difference_db(&a, &b) > -90)
        fail_msg("%s: passages are %.1f dB off, %zu of %zu packets differ", codec,
                 difference_db(&a, &b), differing(&apart, &at_once), apart.packets.n);
    pcm_release(&a);
    pcm_release(&b);
    release_list(&apart);
    release_list(&at_once);
    sound_encoder_free(encoder);
    json_decref(audio);
    close_desk(&d);
}

static void passages_are_encoded_as_the_whole_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++) {
        encoded_as_the_whole_is(music, codecs[i]);
        encoded_as_the_whole_is(drums, codecs[i]);
    }
}

// Music that is much too rich for 64 kb/s.
static void passages_stay_within_their_rate(void **state)
{
    json_t *audio = job_params("{'codec':'aac','bitrate':64000}");
    struct master_gain gain = {0, 0, false};
    struct list packets = {0};
    size_t bytes = 0;
    struct desk d;

    (void)state;
    open_desk(&d, music, 1);
    encode_apart(&d, &(struct passage_how){.programme = d.programme, .gain = &gain, .audio = audio},
                 &packets);
    for (size_t i = 0; i < packets.packets.n; i++)
        bytes += (size_t)packets.packets.at[i]->size;
    assert_in_range(bytes * 8 / SECONDS, 40000, 96000);
    release_list(&packets);
    json_decref(audio);
    close_desk(&d);
}

// A tenth that is turned down is so from end to end, and what lies next to it not all at once.
static void trims_are_ramps(void **state)
{
    unsigned char trims[SECONDS * 10] = {[100] = 20};
    struct master_gain gain = {0, 0, false};
    struct desk d;
    struct pcm plain, trimmed;
    struct passage_how how;

    (void)state;
    open_desk(&d, music, 1);
    how = (struct passage_how){.programme = d.programme, .gain = &gain};
    assert_true(passage_finish(&how, passages_start(1), 0, &plain, &d.j.err));
    how.trims = trims;
    assert_true(passage_finish(&how, passages_start(1), 0, &trimmed, &d.j.err));
    for (size_t i = 0; i < plain.frames; i++) {
        int64_t sample = passages_start(1) + (int64_t)i;
        double want = sample < 99 * 4800 || sample >= 102 * 4800 ? 0
                      : sample < 100 * 4800 ? -2.0 * (double)(sample - 99 * 4800) / 4800
                      : sample < 101 * 4800 ? -2
                                            : -2.0 * (double)(102 * 4800 - sample) / 4800;

        assert_float_equal(trimmed.at[2 * i], plain.at[2 * i] * pcm_factor(want), 1e-6);
    }
    pcm_release(&plain);
    pcm_release(&trimmed);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_are_finished_as_the_whole_is),
        cmocka_unit_test(passages_are_encoded_as_the_whole_is),
        cmocka_unit_test(passages_stay_within_their_rate),
        cmocka_unit_test(trims_are_ramps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
