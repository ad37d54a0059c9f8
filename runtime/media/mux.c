// SPDX-License-Identifier: MIT
#include "runtime/media/mux.h"

#include <limits.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/index_room.h"
#include "runtime/media/languages.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"
#include "runtime/media/poster.h"
#include "runtime/media/sound_encoder.h"
#include "runtime/media/subtitle.h"
#include "runtime/media/timed_text.h"
#include "runtime/media/wave.h"

static const struct container {
    const char *name, *muxer;
    bool boxes;        // of the kin of MP4
    bool shifts_sound; // it does not put a codec's priming right by itself
    bool no_aac;       // nor can it, of AAC
} containers[] = {
    {"flac", "flac", .boxes = false},
    {"m4a", "ipod", .boxes = true},
    {"mkv", "matroska", .shifts_sound = true, .no_aac = true},
    {"mov", "mov", .boxes = true},
    {"mp4", "mp4", .boxes = true},
    {"wav", "wav", .boxes = false},
};

struct mux {
    const struct container *container;
    AVFormatContext *format;
    AVStream *picture, *sound, *text; // picture NULL: sound alone; text NULL: no subtitles
    const struct subtitles *subtitles;
    size_t cues; // of them written
    const AVPacket *poster;
    AVStream *poster_stream;       // NULL: none, or the header has it
    struct sound_encoder *encoder; // for what its codec is called
    AVPacket *packet;
    struct rate rate;
    int64_t frames, samples; // that will come
    bool tight, begun;
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
    err_set(err, ERR_FILM, "no container \"%s\": flac, m4a, mkv, mov, mp4 and wav are known", name);
    return NULL;
}

// What a tag tells beyond the codec is kept: which ProRes it is.
static unsigned picture_tag(const struct mux *m, const AVCodecParameters *picture)
{
    bool profile =
        picture->codec_id == AV_CODEC_ID_PRORES || picture->codec_id == AV_CODEC_ID_DNXHD;

    if (picture->codec_id == AV_CODEC_ID_HEVC && m->container->boxes)
        return MKTAG('h', 'v', 'c', '1');
    return profile ? picture->codec_tag : 0;
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
    s->sample_aspect_ratio = s->codecpar->sample_aspect_ratio = (AVRational){1, 1};
    s->codecpar->codec_tag = picture_tag(m, info->picture);
    s->codecpar->color_range = AVCOL_RANGE_MPEG;
    s->codecpar->color_primaries = AVCOL_PRI_BT709;
    s->codecpar->color_trc = AVCOL_TRC_BT709;
    s->codecpar->color_space = AVCOL_SPC_BT709;
    s->codecpar->chroma_location = AVCHROMA_LOC_LEFT;
    s->codecpar->field_order = AV_FIELD_PROGRESSIVE;
    return 0;
}

// NULL: not told, or none that we know.
static const char *language(const struct mux *m, const char *name)
{
    bool mov = strcmp(m->container->name, "mov") == 0;

    if (!name)
        return NULL;
    return mov ? language_code_of_mov(name) : language_code(name);
}

static int add_sound(struct mux *m, const struct mux_info *info)
{
    AVStream *s = m->sound = avformat_new_stream(m->format, NULL);

    if (!s)
        return AVERROR(ENOMEM);
    s->time_base = (AVRational){1, PCM_RATE};
    av_dict_set(&s->metadata, "language", language(m, info->language), 0);
    return avcodec_parameters_from_context(s->codecpar, sound_encoder_context(m->encoder));
}

// The muxers make a track of it (MOV, MP4) or a tag; MP4 looks for it at the picture. A WAV counts
// samples.
static void add_timecode(struct mux *m, const char *timecode)
{
    bool mp4 = strcmp(m->container->name, "mp4") == 0;

    if (strcmp(m->container->name, "wav") == 0)
        wave_set_start(&m->format->metadata, m->rate, timecode);
    else
        av_dict_set(mp4 ? &m->picture->metadata : &m->format->metadata, "timecode", timecode, 0);
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

static bool add_extras(struct mux *m, const struct mux_info *info, struct err *err)
{
    if (info->timecode)
        add_timecode(m, info->timecode);
    m->poster = info->poster;
    return !info->poster || poster_add(m->format, info->poster, info->picture,
                                       m->container->shifts_sound, &m->poster_stream, err);
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
    m->frames = info->picture ? info->frames : 0;
    m->samples = info->samples;
    m->tight = info->tight;
    m->packet = av_packet_alloc();
    m->encoder = sound_encoder_new(info->audio, err);
    if (!m->encoder) {
        mux_free(m);
        return NULL;
    }
    code = open_file(m, info);
    if (code >= 0 && info->picture)
        code = add_picture(m, info);
    if (code >= 0)
        code = add_sound(m, info);
    if (code < 0)
        lav_fail(err, code, "writing the film");
    if (code < 0 || !add_extras(m, info, err)) {
        mux_free(m);
        return NULL;
    }
    return m;
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

// The index comes first: into room that is left for it, else by moving all the rest.
static void put_index_first(const struct mux *m, AVDictionary **options)
{
    int block = sound_encoder_context(m->encoder)->frame_size;
    struct index_count count = {
        .frames = m->frames,
        .packets = m->samples / (block > 0 ? block : 1024) + 64,
        .cues = m->subtitles ? (int64_t)m->subtitles->cues.n : 0,
        .poster_bytes = m->poster ? m->poster->size : 0,
    };
    int64_t room = m->tight ? 0 : index_room_bytes(m->format, &count);

    if (room > 0 && room < INT_MAX)
        av_dict_set_int(options, "moov_size", room, 0);
    av_dict_set(options, "movflags",
                room > 0 && room < INT_MAX ? "+write_colr" : "+faststart+write_colr", 0);
    av_dict_set(options, "movie_timescale", "48000", 0);
}

static int write_poster(struct mux *m)
{
    int code = av_packet_ref(m->packet, m->poster);

    if (code < 0)
        return code;
    m->packet->stream_index = m->poster_stream->index;
    m->packet->pts = m->packet->dts = 0;
    m->packet->flags |= AV_PKT_FLAG_KEY;
    return av_interleaved_write_frame(m->format, m->packet);
}

static bool begin(struct mux *m, struct err *err)
{
    AVDictionary *options = NULL;
    int code;

    if (m->begun)
        return true;
    if (m->container->boxes)
        put_index_first(m, &options);
    if (strcmp(m->container->name, "wav") == 0) {
        av_dict_set(&options, "rf64", "auto", 0);
        av_dict_set(&options, "write_bext", "1", 0);
    }
    code = avformat_write_header(m->format, &options);
    av_dict_free(&options);
    m->begun = code >= 0;
    if (code >= 0 && m->poster_stream)
        code = write_poster(m);
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

bool mux_add_subtitles(struct mux *m, const struct subtitles *subtitles, const char *name,
                       struct err *err)
{
    m->subtitles = subtitles;
    m->text = timed_text_add(m->format, m->container->shifts_sound, language(m, name), err);
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

bool mux_sound(struct mux *m, AVPacket *packet, struct err *err)
{
    AVRational sample = {1, PCM_RATE};

    if (m->container->shifts_sound) {
        packet->pts += sound_encoder_context(m->encoder)->initial_padding;
        packet->dts = packet->pts;
    }
    return begin(m, err) && write_packet(m, m->sound, packet, sample, err);
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
