// SPDX-License-Identifier: MIT
#include "runtime/media/passage.h"

#include <math.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/filters.h"
#include "runtime/media/limiter.h"
#include "runtime/media/master.h"
#include "runtime/media/packets.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_decoder.h"
#include "runtime/media/sound_encoder.h"

enum {
    WINDOW_FRAMES = PASSAGE_LEAD + PASSAGE_SAMPLES + PASSAGE_TAIL,
    STEP_FRAMES = PASSAGE_SAMPLES / PASSAGE_STEPS,
    CODEC_LEAD = 24 * 1024, // that an encoder is given; and
    CODEC_TAIL = 4 * 1024,
    LIMITER_BLOCK = 8192,
    MOST_TRIES = 3,
};

static const double most_of_rate = 1.5; // that a passage may take, if nothing else is said
static const double thrift = 1.4;       // how much quality it costs to be smaller
static const float faint = 1.0f / 1024;

int64_t passage_end(const struct programme *p, int64_t start)
{
    int64_t samples = programme_samples(p);

    return start + PASSAGE_SAMPLES < samples ? start + PASSAGE_SAMPLES : samples;
}

static float *new_window(size_t channels)
{
    return mem_new(WINDOW_FRAMES * channels * sizeof(float));
}

// The channels that go through it together. The buses go so faintly (by a power of two, which is
// exact) that the limiter takes no notice of them: it decides by the programme alone, and what it
// takes from that it takes from each of them.
static size_t channels_of(const struct passage_how *how)
{
    return how->buses ? 2 * (1 + BUSES) : 2;
}

static struct passage_step measure_step(const float *from, size_t frames)
{
    struct passage_step step = {0};

    for (size_t i = 0; i < frames * 2; i++) {
        step.peak = fmaxf(step.peak, fabsf(from[i]));
        step.energy += from[i] * from[i];
    }
    return step;
}

bool passage_measure(const struct programme *p, int64_t start, struct passage_plain *out,
                     struct err *err)
{
    size_t frames = (size_t)(passage_end(p, start) - start);
    float *window = new_window(2), *first = window + PASSAGE_LEAD * 2;
    bool ok = programme_read_at(p, start - PASSAGE_LEAD, window, PASSAGE_LEAD + frames, err);

    memset(out, 0, sizeof(*out));
    if (ok)
        level_measure(out->levels, first, PASSAGE_LEAD, frames, false);
    for (size_t at = 0, i = 0; ok && at < frames; at += STEP_FRAMES, i++)
        out->steps[i] =
            measure_step(first + at * 2, frames - at < STEP_FRAMES ? frames - at : STEP_FRAMES);
    mem_free(window);
    return ok;
}

// Puts what the limiter makes of the window in its place.
static bool limit(float *window, size_t channels, double ceiling_db, struct err *err)
{
    struct filters *limiter = limiter_new(ceiling_db, (unsigned)channels, err);
    struct pcm out = {0};
    bool ok = limiter != NULL, done = false;

    for (size_t at = 0; ok && !done; at += LIMITER_BLOCK) {
        size_t left = at < WINDOW_FRAMES ? WINDOW_FRAMES - at : 0;
        size_t n = left < LIMITER_BLOCK ? left : LIMITER_BLOCK;

        ok = filters_push(limiter, window + at * channels, n, err) &&
             filters_pull(limiter, &out, &done, err);
    }
    if (ok) {
        pcm_resize(&out, WINDOW_FRAMES);
        memcpy(window, out.at, WINDOW_FRAMES * channels * sizeof(*window));
    }
    pcm_release(&out);
    filters_free(limiter);
    return ok;
}

static int trim_of(const struct passage_how *how, int64_t tenth)
{
    int64_t n = (int64_t)level_count((size_t)programme_samples(how->programme));

    return how->trims && tenth >= 0 && tenth < n ? how->trims[tenth] : 0;
}

// Turns sample at of the film down along a straight line over its tenth of a second: at both ends
// as far as the neighbour there wants it too, so that no tenth is less turned down than it asks.
static void trim(const struct passage_how *how, int64_t at, float *to, size_t frames)
{
    size_t channels = channels_of(how);

    for (size_t i = 0; i < frames;) {
        int64_t sample = at + (int64_t)i;
        int64_t tenth = sample < 0 ? -1 : sample / LEVEL_SAMPLES;
        int64_t into = sample - tenth * LEVEL_SAMPLES;
        size_t n = (size_t)(LEVEL_SAMPLES - into);
        int own = trim_of(how, tenth), before = trim_of(how, tenth - 1),
            after = trim_of(how, tenth + 1);

        before = before > own ? before : own;
        after = after > own ? after : own;
        n = n < frames - i ? n : frames - i;
        for (size_t k = 0; (before || after) && k < n; k++) {
            double part = (double)(into + (int64_t)k) / LEVEL_SAMPLES;
            float factor = pcm_factor(-(before + (after - before) * part) / 10);

            for (size_t c = 0; c < channels; c++)
                to[channels * (i + k) + c] *= factor;
        }
        i += n;
    }
}

// The window with the gain on it: the programme, and after it the buses.
static bool read_window(const struct passage_how *how, int64_t start, float *window,
                        struct err *err)
{
    size_t channels = channels_of(how);
    float *pair = channels == 2 ? window : new_window(2);
    float factor = pcm_factor(how->gain->db);
    bool ok = true;

    for (size_t first = 0; ok && first < channels; first += 2) {
        const struct programme *p = first ? how->buses[first / 2 - 1] : how->programme;

        ok = programme_read_at(p, start - PASSAGE_LEAD, pair, WINDOW_FRAMES, err);
        for (size_t i = 0; ok && i < WINDOW_FRAMES * 2; i++)
            window[i / 2 * channels + first + i % 2] = pair[i] * factor * (first ? faint : 1);
    }
    if (pair != window)
        mem_free(pair);
    return ok;
}

// The whole window, finished.
static bool finish(const struct passage_how *how, int64_t start, float *window, struct err *err)
{
    if (!read_window(how, start, window, err))
        return false;
    if (how->gain->limited && !limit(window, channels_of(how), how->gain->ceiling_db, err))
        return false;
    trim(how, start - PASSAGE_LEAD, window, WINDOW_FRAMES);
    return true;
}

bool passage_finish(const struct passage_how *how, int64_t start, size_t lead, struct pcm *out,
                    struct err *err)
{
    size_t frames = lead + (size_t)(passage_end(how->programme, start) - start);
    size_t channels = channels_of(how);

    *out = (struct pcm){.at = new_window(channels), .channels = (unsigned)channels};
    if (!finish(how, start, out->at, err))
        return false;
    memmove(out->at, out->at + (PASSAGE_LEAD - lead) * channels,
            frames * channels * sizeof(*out->at));
    out->frames = frames;
    for (size_t i = 0; channels > 2 && i < frames * channels; i++)
        out->at[i] *= i % channels < 2 ? 1 : 1 / faint;
    return true;
}

// A passage on its way through its codec.
struct encoding {
    const struct passage_how *how;
    int64_t start, end, last; // last: the film ends with it
    double part;              // of the bit rate
    struct sound_encoder *encoder;
    struct sound_decoder *decoder; // NULL: what is heard is what was given
    AVPacket *packet;
    struct buf packets; // its own
    struct pcm heard;
    int64_t heard_from;
};

static bool is_own(const struct encoding *e, int64_t pts)
{
    int64_t padding = sound_encoder_context(e->encoder)->initial_padding;

    return pts >= e->start - padding && (e->last || pts < e->end - padding);
}

static bool hear(struct encoding *e, struct err *err)
{
    if (!e->decoder || e->packet->pts < e->heard_from || e->packet->pts >= e->end)
        return true;
    return sound_decoder_add(e->decoder, e->packet, &e->heard, err);
}

// Takes what the encoder has ready.
static bool take(struct encoding *e, struct err *err)
{
    bool got = true, ok = true;

    while (ok && (ok = sound_encoder_pull(e->encoder, e->packet, &got, err)) && got) {
        if (is_own(e, e->packet->pts))
            packets_add(&e->packets, e->packet, e->start);
        ok = hear(e, err);
        av_packet_unref(e->packet);
    }
    return ok;
}

static bool open_encoding(struct encoding *e, int64_t from, struct err *err)
{
    e->packet = av_packet_alloc();
    e->encoder = sound_encoder_new_at(e->how->audio, e->part, err);
    if (!e->encoder || !sound_encoder_start(e->encoder, from, err))
        return false;
    if (!sound_encoder_is_lossy(e->how->audio))
        return true;
    // One frame more than is measured: the first that a decoder gives has no past.
    e->heard_from = e->start - LEVEL_LEAD - sound_encoder_context(e->encoder)->frame_size;
    e->heard.channels = 2;
    e->decoder = sound_decoder_new(sound_encoder_context(e->encoder), err);
    return e->decoder != NULL;
}

static void close_encoding(struct encoding *e)
{
    sound_decoder_free(e->decoder);
    sound_encoder_free(e->encoder);
    av_packet_free(&e->packet);
    buf_release(&e->packets);
    pcm_release(&e->heard);
    e->decoder = NULL;
    e->encoder = NULL;
}

// The end of what was fed is the end of the film, or never comes.
static bool feed(struct encoding *e, const float *window, int64_t from, int64_t to, struct err *err)
{
    const float *first = window + (from - (e->start - PASSAGE_LEAD)) * 2;
    bool ends = to == programme_samples(e->how->programme);

    return sound_encoder_push(e->encoder, first, (size_t)(to - from), err) && take(e, err) &&
           (!ends || (sound_encoder_push(e->encoder, NULL, 0, err) && take(e, err)));
}

static bool run(struct encoding *e, const float *window, struct level *levels, struct err *err)
{
    bool lossy = sound_encoder_is_lossy(e->how->audio);
    int64_t samples = programme_samples(e->how->programme);
    int64_t from = lossy ? e->start - CODEC_LEAD : e->start,
            to = lossy && !e->last ? e->end + CODEC_TAIL : e->end;
    size_t frames = (size_t)(e->end - e->start);
    const float *heard = window + PASSAGE_LEAD * 2;

    if (!open_encoding(e, from, err) || !feed(e, window, from, to < samples ? to : samples, err))
        return false;
    if (lossy) {
        size_t lead = (size_t)(e->start - e->heard_from);

        pcm_resize(&e->heard, lead + frames);
        heard = e->heard.at + lead * 2;
    }
    level_measure(levels, heard, LEVEL_LEAD, frames, true);
    return true;
}

// How many times the most that it may take it takes.
static double excess(const struct encoding *e)
{
    double seconds = (double)(e->end - e->start) / PCM_RATE;
    double part = json_get_number(e->how->audio, "most", most_of_rate);
    double most = (double)sound_encoder_bits(e->how->audio) * part * seconds;

    return most > 0 ? (double)e->packets.len * 8 / most : 0;
}

// A constant quality takes what it takes: of sound that is all noise too much.
static bool run_within_rate(struct encoding *e, const float *window, struct level *levels,
                            struct err *err)
{
    bool ok = run(e, window, levels, err);

    for (int i = 0; ok && i < MOST_TRIES && excess(e) > 1; i++) {
        e->part *= pow(excess(e), -thrift);
        close_encoding(e);
        ok = run(e, window, levels, err);
    }
    return ok;
}

bool passage_encode(const struct passage_how *how, int64_t start, struct buf *out, struct err *err)
{
    struct level levels[PASSAGE_LEVELS] = {0};
    int64_t end = passage_end(how->programme, start);
    struct encoding e = {
        .how = how,
        .start = start,
        .end = end,
        .last = end == programme_samples(how->programme),
        .part = 1,
    };
    float *window = new_window(2);
    bool ok = finish(how, start, window, err) && run_within_rate(&e, window, levels, err);

    if (ok)
        passage_write(levels, &e.packets, out);
    mem_free(window);
    close_encoding(&e);
    return ok;
}

void passage_write(const struct level levels[PASSAGE_LEVELS], const struct buf *packets,
                   struct buf *out)
{
    buf_add(out, levels, PASSAGE_LEVELS * sizeof(*levels));
    buf_add(out, buf_text(packets), packets->len);
}

bool passage_read(struct str from, struct level levels[PASSAGE_LEVELS], struct str *packets)
{
    size_t bytes = PASSAGE_LEVELS * sizeof(*levels);

    if (from.len < bytes)
        return false;
    memcpy(levels, from.ptr, bytes);
    *packets = (struct str){from.ptr + bytes, from.len - bytes};
    return true;
}
