// SPDX-License-Identifier: MIT
#include "runtime/media/listen.h"

#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/buf.h"
#include "runtime/media/master.h"
#include "runtime/media/packets.h"
#include "runtime/media/passage.h"
#include "runtime/media/passages.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_decoder.h"
#include "runtime/media/sound_encoder.h"

// That a decoder is given before what is wanted: its first frame has no past. No codec's is longer.
enum { LEAD = 8 * 1024 };

struct listening {
    const struct master *master;
    int64_t from, to;
    struct sound_encoder *encoder; // for its headers
    struct sound_decoder *decoder;
    AVPacket *packet;
    struct pcm heard;
    int64_t begin; // of what is heard; with the first packet
    bool begun;
};

// Where the packets of sample `at` may be, on the grid of passages.
static size_t passage_of(int64_t at)
{
    return at > 0 ? (size_t)(at / PASSAGE_SAMPLES) : 0;
}

static bool hear(struct listening *l, struct err *err)
{
    if (l->packet->pts < l->from - LEAD || l->packet->pts >= l->to + LEAD)
        return true;
    if (!l->begun)
        l->begin = l->packet->pts;
    l->begun = true;
    return sound_decoder_add(l->decoder, l->packet, &l->heard, err);
}

static bool hear_passage(struct listening *l, size_t i, struct err *err)
{
    struct buf entry = {0};
    struct str packets;
    bool ok = master_passage(l->master, i, &entry, &packets, err);

    while (ok && packets_next(&packets, l->packet, passages_start(i))) {
        ok = hear(l, err);
        av_packet_unref(l->packet);
    }
    buf_release(&entry);
    return ok;
}

static bool open(struct listening *l, struct err *err)
{
    struct passage_how how = master_how(l->master);

    l->heard.channels = 2;
    l->packet = av_packet_alloc();
    l->encoder = sound_encoder_new(how.audio, err);
    if (l->encoder)
        l->decoder = sound_decoder_new(sound_encoder_context(l->encoder), err);
    return l->decoder != NULL;
}

bool listen_to(const struct master *m, int64_t from, int64_t to, struct pcm *out, struct err *err)
{
    struct listening l = {.master = m, .from = from, .to = to};
    size_t last = passage_of(to + LEAD), n = master_passages(m);
    bool ok = open(&l, err);

    for (size_t i = passage_of(from - LEAD); ok && i <= last && i < n; i++)
        ok = hear_passage(&l, i, err);
    ok = ok && sound_decoder_add(l.decoder, NULL, &l.heard, err);
    pcm_init(out, 2, ok ? (size_t)(to - from) : 0);
    if (ok)
        pcm_add(out, l.begin - from, &l.heard, 1);
    pcm_release(&l.heard);
    sound_decoder_free(l.decoder);
    sound_encoder_free(l.encoder);
    av_packet_free(&l.packet);
    return ok;
}

struct digest listen_digest(const struct master *m, int64_t from, int64_t to)
{
    size_t last = passage_of(to + LEAD), n = master_passages(m);
    struct buf all = {0};
    struct digest digest;

    for (size_t i = passage_of(from - LEAD); i <= last && i < n; i++) {
        struct digest one = master_digest(m, i);

        buf_add(&all, &one, sizeof(one));
    }
    buf_printf(&all, "from %lld", (long long)(from - passages_start(passage_of(from - LEAD))));
    digest = digest_of(buf_text(&all), all.len);
    buf_release(&all);
    return digest;
}
