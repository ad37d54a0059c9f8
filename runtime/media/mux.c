// SPDX-License-Identifier: MIT
#include "runtime/media/mux.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/languages.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"
#include "runtime/media/sound_encoder.h"
#include "runtime/media/subtitle.h"
#include "runtime/media/timed_text.h"

static const struct container {
    const char *name, *muxer;
    bool shifts_sound; // it does not put a codec's priming right by itself
    bool no_aac;       // nor can it, of AAC
} containers[] = {
    {"mkv", "matroska", true, true},
    {"mov", "mov", false, false},
    {"mp4", "mp4", false, false},
};

struct mux {
    const struct container *container;
    AVFormatContext *format;
    AVStream *picture, *sound, *text; // text NULL: no subtitles
    const struct subtitles *subtitles;
    size_t cues; // of them written
    struct sound_encoder *encoder;
    AVPacket *packet;
    struct rate rate;
    bool begun;
};

static const struct container *find_container(const struct mux_info *info, struct err *err)
{
    const char *name = json_get_text(info->container, "format", "mp4");

    for (size_t i = 0; i < sizeof(containers) / sizeof(*containers); i++) {
        if (strcmp(containers[i].name, name) != 0)
            continue;
        if (containers[i].no_aac &&
            strcmp(json_get_text(info->audio, "codec", "aac"), "aac") == 0) {
            err_set(err, ERR_FILM, "AAC in Matroska shifts the picture: take flac or opus");
            return NULL;
        }
        return &containers[i];
    }
    err_set(err, ERR_FILM, "no container \"%s\": mkv, mov and mp4 are known", name);
    return NULL;
}

static int add_picture(struct mux *m, const struct mux_info *info)
{
    AVStream *s = m->picture = avformat_new_stream(m->format, NULL);
    AVRational rate = {info->rate.num, info->rate.den};
    int code = s ? avcodec_parameters_copy(s->codecpar, info->picture) : AVERROR(ENOMEM);

    if (code < 0)
        return code;
    s->time_base = av_inv_q(rate);
    s->avg_frame_rate = s->r_frame_rate = rate;
    s->sample_aspect_ratio = s->codecpar->sample_aspect_ratio;
    s->codecpar->codec_tag =
        s->codecpar->codec_id == AV_CODEC_ID_HEVC && !m->container->shifts_sound
            ? MKTAG('h', 'v', 'c', '1')
            : 0;
    s->codecpar->color_range = AVCOL_RANGE_MPEG;
    s->codecpar->color_primaries = AVCOL_PRI_BT709;
    s->codecpar->color_trc = AVCOL_TRC_BT709;
    s->codecpar->color_space = AVCOL_SPC_BT709;
    s->codecpar->chroma_location = AVCHROMA_LOC_LEFT;
    s->codecpar->field_order = AV_FIELD_PROGRESSIVE;
    return 0;
}

static int add_sound(struct mux *m, const struct mux_info *info)
{
    AVStream *s = m->sound = avformat_new_stream(m->format, NULL);
    const char *language = info->language ? language_code(info->language) : NULL;

    if (!s)
        return AVERROR(ENOMEM);
    s->time_base = (AVRational){1, PCM_RATE};
    if (language)
        av_dict_set(&s->metadata, "language", language, 0);
    return avcodec_parameters_from_context(s->codecpar, sound_encoder_context(m->encoder));
}

static int open_file(struct mux *m, const struct mux_info *info)
{
    struct buf url = {0};
    int code;

    // "file:" keeps a name with a colon from being read as a protocol.
    buf_printf(&url, "file:%s", info->path);
    code = avformat_alloc_output_context2(&m->format, NULL, m->container->muxer, buf_text(&url));
    if (code >= 0)
        code = avio_open2(&m->format->pb, buf_text(&url), AVIO_FLAG_WRITE, NULL, NULL);
    buf_release(&url);
    if (code < 0)
        return code;
    m->format->flags |= AVFMT_FLAG_BITEXACT;
    m->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    if (info->title)
        av_dict_set(&m->format->metadata, "title", info->title, 0);
    if (info->comment)
        av_dict_set(&m->format->metadata, "comment", info->comment, 0);
    return 0;
}

struct mux *mux_new(const struct mux_info *info, struct err *err)
{
    const struct container *container = find_container(info, err);
    struct mux *m = container ? mem_new(sizeof(*m)) : NULL;
    int code;

    if (!m)
        return NULL;
    m->container = container;
    m->rate = info->rate;
    m->packet = av_packet_alloc();
    m->encoder = sound_encoder_new(info->audio, err);
    if (!m->encoder) {
        mux_free(m);
        return NULL;
    }
    code = open_file(m, info);
    if (code >= 0)
        code = add_picture(m, info);
    if (code >= 0)
        code = add_sound(m, info);
    if (code >= 0)
        return m;
    lav_fail(err, code, "writing the film");
    mux_free(m);
    return NULL;
}

void mux_free(struct mux *m)
{
    if (!m)
        return;
    if (m->format)
        avio_closep(&m->format->pb);
    avformat_free_context(m->format);
    sound_encoder_free(m->encoder);
    av_packet_free(&m->packet);
    mem_free(m);
}

bool mux_add_chapter(struct mux *m, const char *title, int64_t start, int64_t end, struct err *err)
{
    AVChapter **list =
        av_realloc_array(m->format->chapters, m->format->nb_chapters + 1, sizeof(AVChapter *));
    AVChapter *chapter = av_mallocz(sizeof(*chapter));

    if (list)
        m->format->chapters = list;
    if (!list || !chapter) {
        av_free(chapter);
        return lav_fail(err, AVERROR(ENOMEM), "writing chapters");
    }
    chapter->id = m->format->nb_chapters + 1;
    chapter->time_base = (AVRational){1, PCM_RATE};
    chapter->start = start;
    chapter->end = end;
    av_dict_set(&chapter->metadata, "title", title, 0);
    list[m->format->nb_chapters++] = chapter;
    return true;
}

static bool begin(struct mux *m, struct err *err)
{
    AVDictionary *options = NULL;
    int code;

    if (m->begun)
        return true;
    if (!m->container->shifts_sound) { // the kin of MP4
        av_dict_set(&options, "movflags", "+faststart+write_colr", 0);
        av_dict_set(&options, "movie_timescale", "48000", 0);
    }
    code = avformat_write_header(m->format, &options);
    av_dict_free(&options);
    m->begun = code >= 0;
    return code >= 0 || lav_fail(err, code, "writing the film");
}

static bool write_packet(struct mux *m, AVStream *stream, AVPacket *packet, AVRational unit,
                         struct err *err)
{
    int code;

    av_packet_rescale_ts(packet, unit, stream->time_base);
    packet->stream_index = stream->index;
    packet->pos = -1;
    code = av_interleaved_write_frame(m->format, packet);
    return code >= 0 || lav_fail(err, code, "writing the film");
}

bool mux_add_subtitles(struct mux *m, const struct subtitles *subtitles, const char *language,
                       struct err *err)
{
    m->subtitles = subtitles;
    m->text = timed_text_add(m->format, m->container->shifts_sound,
                             language ? language_code(language) : NULL, err);
    return m->text != NULL;
}

// The cues that begin before the picture's packet.
static bool write_cues(struct mux *m, int64_t until_ms, struct err *err)
{
    AVRational ms = {1, 1000};

    while (m->text && m->cues < m->subtitles->cues.n &&
           m->subtitles->cues.at[m->cues].start_ms <= until_ms) {
        const struct cue *cue = &m->subtitles->cues.at[m->cues++];

        if (!timed_text_packet(m->packet, cue, m->container->shifts_sound, err) ||
            !write_packet(m, m->text, m->packet, ms, err))
            return false;
    }
    return true;
}

bool mux_picture(struct mux *m, AVPacket *packet, struct err *err)
{
    AVRational frame = {m->rate.den, m->rate.num};

    return begin(m, err) &&
           write_cues(m, av_rescale_q(packet->pts, frame, (AVRational){1, 1000}), err) &&
           write_packet(m, m->picture, packet, frame, err);
}

bool mux_sound(struct mux *m, const float *from, size_t frames, struct err *err)
{
    AVRational sample = {1, PCM_RATE};
    bool got = true;

    if (!begin(m, err) || !sound_encoder_push(m->encoder, from, frames, err))
        return false;
    while (sound_encoder_pull(m->encoder, m->packet, &got, err)) {
        if (!got)
            return true;
        if (m->packet->size == 0) // FLAC's last packet
            continue;
        if (m->container->shifts_sound) {
            m->packet->pts += sound_encoder_context(m->encoder)->initial_padding;
            m->packet->dts += sound_encoder_context(m->encoder)->initial_padding;
        }
        if (!write_packet(m, m->sound, m->packet, sample, err))
            return false;
    }
    return false;
}

bool mux_finish(struct mux *m, struct err *err)
{
    int code;

    if (!write_cues(m, INT64_MAX, err))
        return false;
    code = av_write_trailer(m->format);
    if (code >= 0)
        code = avio_closep(&m->format->pb);
    return code >= 0 || lav_fail(err, code, "writing the film");
}
