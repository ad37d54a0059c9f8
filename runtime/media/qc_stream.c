// SPDX-License-Identifier: MIT
#include "runtime/media/qc_stream.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/media/findings.h"
#include "runtime/media/input.h"

static bool is_rate(AVRational rate)
{
    return rate.num > 0 && rate.den > 0;
}

// The mean of a file with a hole in it is below its beat, and what libav guesses of interlaced
// pictures is twice that.
AVRational qc_rate(const AVStream *stream)
{
    AVRational mean = stream->avg_frame_rate, guessed = stream->r_frame_rate;

    if (!is_rate(mean))
        return is_rate(guessed) ? guessed : (AVRational){25, 1};
    if (is_rate(guessed) && av_cmp_q(guessed, mean) > 0 && av_q2d(guessed) < 1.9 * av_q2d(mean))
        return guessed;
    return mean;
}

double qc_promised(const AVStream *stream)
{
    return stream->duration > 0 ? (double)stream->duration * av_q2d(stream->time_base) : 0;
}

// Colours of another kind than Y'CbCr need no such tags.
static bool is_tagged(const AVCodecParameters *par)
{
    const AVPixFmtDescriptor *form = av_pix_fmt_desc_get((enum AVPixelFormat)par->format);

    return form && form->nb_components >= 3 &&
           !(form->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

static void check_colour(const AVCodecParameters *par, struct findings *findings)
{
    const struct {
        const char *name;
        bool lacking;
    } tags[] = {
        {"primaries", par->color_primaries == AVCOL_PRI_UNSPECIFIED},
        {"transfer", par->color_trc == AVCOL_TRC_UNSPECIFIED},
        {"matrix", par->color_space == AVCOL_SPC_UNSPECIFIED},
        {"range", par->color_range == AVCOL_RANGE_UNSPECIFIED},
    };
    struct buf lacking = {0};

    for (size_t i = 0; is_tagged(par) && i < sizeof(tags) / sizeof(*tags); i++)
        if (tags[i].lacking)
            buf_printf(&lacking, "%s%s", lacking.len ? ", " : "", tags[i].name);
    if (lacking.len)
        findings_add(findings, "colour-tags", SEVERITY_WARNING,
                     "colour tags are missing: %s; players guess them", buf_text(&lacking));
    buf_release(&lacking);
}

static bool is_upright(const int32_t *matrix)
{
    return matrix[0] > 0 && matrix[4] > 0 && !matrix[1] && !matrix[3];
}

void qc_check_picture_tags(const AVStream *video, struct findings *findings)
{
    const AVCodecParameters *par = video->codecpar;
    AVRational pixel =
        video->sample_aspect_ratio.num ? video->sample_aspect_ratio : par->sample_aspect_ratio;

    check_colour(par, findings);
    if (par->width % 2 || par->height % 2)
        findings_add(findings, "size", SEVERITY_WARNING,
                     "the picture is %dx%d: an odd size, which many players refuse", par->width,
                     par->height);
    if (pixel.num > 0 && pixel.num != pixel.den)
        findings_add(findings, "pixels", SEVERITY_WARNING, "the pixels are %d:%d, not square",
                     pixel.num, pixel.den);
    if (input_matrix(video) && !is_upright(input_matrix(video)))
        findings_add(findings, "rotation", SEVERITY_WARNING,
                     "the picture is stored turned or mirrored, which some players leave as it is");
}

// What a name promises by its ending, in libav's words.
static const struct ending {
    const char *ext, *format;
} endings[] = {
    {"aif", "aiff"},     {"aiff", "aiff"}, {"avi", "avi"},   {"flac", "flac"},
    {"gif", "gif"},      {"m4a", "m4a"},   {"m4v", "mp4"},   {"mka", "matroska"},
    {"mkv", "matroska"}, {"mov", "mov"},   {"mp3", "mp3"},   {"mp4", "mp4"},
    {"mxf", "mxf"},      {"ogg", "ogg"},   {"opus", "ogg"},  {"png", "png_pipe"},
    {"ts", "mpegts"},    {"wav", "wav"},   {"webm", "webm"},
};

void qc_check_container(const struct input *in, struct findings *findings)
{
    const char *ext = path_ext(in->name), *is = in->format->iformat->name;

    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcasecmp(ext, endings[i].ext) == 0 && !av_match_name(endings[i].format, is))
            findings_add(findings, "container", SEVERITY_ERROR, "it is named like %s, and is %s",
                         ext, in->format->iformat->long_name);
}

// How files begin that only name other files.
static const struct list {
    const char *begins, *is;
} lists[] = {
    {"#EXTM3U", "a playlist (M3U)"},
    {"ffconcat", "a list of files (ffconcat)"},
    {"v=0", "the description of a stream (SDP)"},
    {"[playlist]", "a playlist (PLS)"},
    {"<?xml", "XML"},
};

bool qc_refuse_list(const char *path, struct err *err)
{
    char head[16] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd < 0 ? 0 : read(fd, head, sizeof(head) - 1);

    if (fd >= 0)
        close(fd);
    for (size_t i = 0; n > 0 && i < sizeof(lists) / sizeof(*lists); i++)
        if (strncmp(head, lists[i].begins, strlen(lists[i].begins)) == 0)
            return err_set(err, ERR_FINAL, "%s is %s, and has no picture or sound itself",
                           path_base(path), lists[i].is);
    return true;
}

// MP4 tells it of each packet, Matroska of the stream.
bool qc_is_encrypted(const AVStream *stream, const AVPacket *packet)
{
    return av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL) ||
           av_dict_get(stream->metadata, "enc_key_id", NULL, 0);
}
