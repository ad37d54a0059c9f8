// SPDX-License-Identifier: MIT
#include "runtime/media/whole.h"

#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/keep.h"
#include "runtime/media/packets.h"
#include "runtime/media/passage.h"
#include "runtime/media/passages.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_decoder.h"
#include "runtime/media/sound_encoder.h"

struct whole {
    const struct passage_how *how;
    const struct digest *keys;
    struct keep *keep;
    struct sound_encoder *encoder;
    struct sound_decoder *decoder; // NULL: what is heard is what was given
    AVPacket *packet;
    size_t n, next;      // passages: all; the one that is kept next
    struct buf *packets; // of each
    struct pcm heard;
    int64_t heard_from; // the sample of the film with which it begins
};

// Which passage a packet belongs to: with MP4's priming taken off, that in which it begins.
static size_t passage_of(const struct whole *w, const AVPacket *packet)
{
    int64_t at = packet->pts + sound_encoder_context(w->encoder)->initial_padding;
    size_t i = at < 0 ? 0 : (size_t)(at / PASSAGE_SAMPLES);

    return i < w->n ? i : w->n - 1;
}

static bool keep_next(struct whole *w, size_t lead, size_t frames, struct err *err)
{
    struct level levels[PASSAGE_LEVELS] = {0};
    struct buf entry = {0};
    bool ok;

    level_measure(levels, w->heard.at + lead * 2, lead, frames, true);
    passage_write(levels, &w->packets[w->next], &entry);
    ok = keep_put(w->keep, &w->keys[w->next], &entry, err);
    buf_release(&entry);
    buf_release(&w->packets[w->next++]);
    return ok;
}

// Forgets what is heard before sample from.
static void forget(struct whole *w, int64_t from)
{
    size_t n = from > w->heard_from ? (size_t)(from - w->heard_from) : 0;

    n = n < w->heard.frames ? n : w->heard.frames;
    memmove(w->heard.at, w->heard.at + n * 2, (w->heard.frames - n) * 2 * sizeof(*w->heard.at));
    w->heard.frames -= n;
    w->heard_from += (int64_t)n;
}

// Keeps the passages that were heard to their ends; when over, all.
static bool keep_heard(struct whole *w, bool over, struct err *err)
{
    bool ok = true;

    while (ok && w->next < w->n) {
        int64_t start = passages_start(w->next);
        int64_t end = passage_end(w->how->programme, start);
        int64_t lead = start - w->heard_from;

        if (!over && w->heard_from + (int64_t)w->heard.frames < end + PASSAGE_TAIL)
            break;
        pcm_resize(&w->heard, (size_t)(end - w->heard_from) > w->heard.frames
                                  ? (size_t)(end - w->heard_from)
                                  : w->heard.frames);
        ok = keep_next(w, (size_t)lead, (size_t)(end - start), err);
        forget(w, end - LEVEL_LEAD);
    }
    return ok;
}

static void hear(struct whole *w, const float *from, size_t frames)
{
    size_t before = w->heard.frames;

    pcm_resize(&w->heard, before + frames);
    if (frames)
        memcpy(w->heard.at + before * 2, from, frames * 2 * sizeof(*from));
}

static void add_packet(struct whole *w)
{
    size_t i = passage_of(w, w->packet);

    packets_add(&w->packets[i], w->packet, passages_start(i));
}

static bool take_packets(struct whole *w, struct err *err)
{
    bool got = true, ok = true;

    while (ok && (ok = sound_encoder_pull(w->encoder, w->packet, &got, err)) && got) {
        if (w->packet->size) // FLAC's last one is empty
            add_packet(w);
        if (w->packet->size && w->decoder)
            ok = sound_decoder_add(w->decoder, w->packet, &w->heard, err);
        av_packet_unref(w->packet);
    }
    return ok;
}

static bool push(struct whole *w, const float *from, size_t frames, struct err *err)
{
    if (!w->decoder)
        hear(w, from, frames);
    return sound_encoder_push(w->encoder, from, frames, err) && take_packets(w, err) &&
           keep_heard(w, frames == 0, err);
}

static bool make(void *user, size_t i, struct buf *out, struct err *err)
{
    const struct whole *w = user;
    struct pcm sound = {0};
    bool ok = passage_finish(w->how, passages_start(i), 0, &sound, err);

    if (ok)
        buf_add(out, sound.at, sound.frames * 2 * sizeof(*sound.at));
    pcm_release(&sound);
    return ok;
}

static bool take(void *user, size_t i, struct str entry, struct err *err)
{
    (void)i;
    return push(user, (const float *)(const void *)entry.ptr, entry.len / (2 * sizeof(float)), err);
}

static bool open_codec(struct whole *w, struct err *err)
{
    w->packet = av_packet_alloc();
    w->heard.channels = 2;
    w->encoder = sound_encoder_new(w->how->audio, err);
    if (!w->encoder)
        return false;
    if (!sound_encoder_is_lossy(w->how->audio))
        return true;
    w->heard_from = -sound_encoder_context(w->encoder)->initial_padding;
    w->decoder = sound_decoder_new(sound_encoder_context(w->encoder), err);
    return w->decoder != NULL;
}

bool whole_encode(struct programme *programme, const struct passage_how *how,
                  const struct digest *keys, struct keep *keep, struct err *err)
{
    struct whole w = {.how = how, .keys = keys, .keep = keep, .n = passages_count(programme)};
    struct passages_work work = {.make = make, .take = take, .user = &w};
    size_t made = 0;
    bool ok;

    w.packets = mem_new((w.n + 1) * sizeof(*w.packets));
    ok = open_codec(&w, err) && passages_run(programme, NULL, &work, &made, err) &&
         push(&w, NULL, 0, err);
    for (size_t i = 0; i < w.n; i++)
        buf_release(&w.packets[i]);
    mem_free(w.packets);
    pcm_release(&w.heard);
    sound_decoder_free(w.decoder);
    sound_encoder_free(w.encoder);
    av_packet_free(&w.packet);
    return ok;
}
