// SPDX-License-Identifier: MIT
#include "runtime/media/codec.h"

#include <string.h>

#include <libavutil/common.h>
#include <libavutil/cpu.h>
#include <libavutil/dict.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

// Where a row of the picture is no multiple of eight macroblocks (1080, 960 or 854 pixels), x264's
// code for AVX-512 weighs them by memory that nobody has written, and makes other bytes each time.
// Its code for AVX2 does not, and is as fast.
static const char x264_on_avx512[] = ":asm=avx2";

static const unsigned dnxhr = MKTAG('A', 'V', 'd', 'h');

// The number of threads is part of what x264 makes, so it is the same on any machine. Four cost no
// more than one where all cores are busy with other cuts, and an edit waits for one cut alone.
//
// ProRes and DNxHR go into MOV, which tells their profile by a tag that its muxer would guess
// wrong.
static const struct codec codecs[] = {
    {"av1", "libsvtav1", "yuv420p", NULL, "8", "svtav1-params", "lp=1", 35, 0, 0, NULL},
    {"dnxhr-444", "dnxhd", "yuv444p10le", "dnxhr_444", NULL, NULL, NULL, -1, 0, dnxhr, NULL},
    {"dnxhr-hq", "dnxhd", "yuv422p", "dnxhr_hq", NULL, NULL, NULL, -1, 0, dnxhr, NULL},
    {"dnxhr-hqx", "dnxhd", "yuv422p10le", "dnxhr_hqx", NULL, NULL, NULL, -1, 0, dnxhr, NULL},
    {"dnxhr-lb", "dnxhd", "yuv422p", "dnxhr_lb", NULL, NULL, NULL, -1, 0, dnxhr, NULL},
    {"dnxhr-sq", "dnxhd", "yuv422p", "dnxhr_sq", NULL, NULL, NULL, -1, 0, dnxhr, NULL},
    {"h264", "libx264", "yuv420p", NULL, "medium", "x264-params",
     "stitchable=1:threads=4:lookahead-threads=1:sliced-threads=0:open-gop=0", 20, -1, 0,
     x264_on_avx512},
    {"hevc", "libx265", "yuv420p", NULL, "medium", "x265-params",
     "open-gop=0:info=0:repeat-headers=0:pools=1:frame-threads=1:log-level=error", 24, 2,
     MKTAG('h', 'v', 'c', '1'), NULL},
    {"prores-422", "prores_ks", "yuv422p10le", "2", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', 'c', 'n'), NULL},
    {"prores-4444", "prores_ks", "yuv444p10le", "4", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', '4', 'h'), NULL},
    {"prores-hq", "prores_ks", "yuv422p10le", "3", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', 'c', 'h'), NULL},
    {"prores-lt", "prores_ks", "yuv422p10le", "1", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', 'c', 's'), NULL},
    {"prores-proxy", "prores_ks", "yuv422p10le", "0", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', 'c', 'o'), NULL},
    {"prores-xq", "prores_ks", "yuv444p10le", "5", NULL, "vendor", "apl0", -1, 0,
     MKTAG('a', 'p', '4', 'x'), NULL},
};

// Other names by which people know the codecs.
static const struct {
    const char *alias, *name;
} aliases[] = {
    {"avc", "h264"},     {"dnxhd", "dnxhr-hq"},   {"dnxhr", "dnxhr-hq"},
    {"h265", "hevc"},    {"libsvtav1", "av1"},    {"libx264", "h264"},
    {"libx265", "hevc"}, {"prores", "prores-hq"}, {"prores_ks", "prores-hq"},
    {"svt-av1", "av1"},  {"x264", "h264"},        {"x265", "hevc"},
};

const struct codec *codec_find(const json_t *settings, struct err *err)
{
    const char *name = json_get_text(settings, "codec", "h264");
    const char *asked = name;

    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
        if (strcmp(aliases[i].alias, asked) == 0)
            name = aliases[i].name;
    for (size_t i = 0; i < sizeof(codecs) / sizeof(*codecs); i++)
        if (strcmp(codecs[i].name, name) == 0)
            return &codecs[i];
    err_set(err, ERR_FILM,
            "no codec \"%s\": h264, hevc, av1, prores-422 and dnxhr-hq are among those known",
            asked);
    return NULL;
}

bool codec_is_intra(const struct codec *codec)
{
    return codec->crf < 0;
}

// An option may be a number or text in the settings, or stand only in the row.
static void set_option(AVDictionary **to, const json_t *settings, const char *key,
                       const char *option, const char *fallback)
{
    const json_t *value = json_object_get(settings, key);
    const char *text = json_string_value(value);
    struct buf number = {0};

    if (json_is_integer(value))
        buf_printf(&number, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        buf_printf(&number, "%.6g", json_real_value(value));
    if (number.len)
        text = buf_text(&number);
    if (text || fallback)
        av_dict_set(to, option, text ? text : fallback, 0);
    buf_release(&number);
}

static void set_private(AVDictionary **to, const char *key, const char *options,
                        const char *on_avx512)
{
    av_dict_set(to, key, options, 0);
    if (on_avx512 && av_get_cpu_flags() & AV_CPU_FLAG_AVX512)
        av_dict_set(to, key, on_avx512, AV_DICT_APPEND);
}

// A clip of the draft is read once or twice and never shown: as good as lossless, as quick as can
// be.
static AVDictionary *quick_options(void)
{
    AVDictionary *options = NULL;

    av_dict_set(&options, "preset", "ultrafast", 0);
    av_dict_set(&options, "crf", "14", 0);
    av_dict_set(&options, "g", "48", 0);
    set_private(&options, "x264-params", "stitchable=1:threads=1", x264_on_avx512);
    return options;
}

static const double gop_seconds = 10;

static void set_gop(AVDictionary **to, const json_t *settings, struct rate rate)
{
    int64_t frames = rate_frames(rate, json_get_number(settings, "gop", gop_seconds));

    av_dict_set_int(to, "g", frames > 0 ? frames : 1, 0);
}

AVDictionary *codec_options(const struct codec *codec, const json_t *settings, struct rate rate)
{
    AVDictionary *options = NULL;
    struct buf crf = {0};
    bool by_rate = json_object_get(settings, "bitrate");

    if (!settings)
        return quick_options();
    if (codec->private_key)
        set_private(&options, codec->private_key, codec->private_options, codec->on_avx512);
    set_option(&options, settings, "preset", "preset", codec->preset);
    buf_printf(&crf, "%g", codec->crf);
    if (codec->crf >= 0 && !by_rate)
        set_option(&options, settings, "crf", "crf", buf_text(&crf));
    if (codec->crf >= 0)
        set_gop(&options, settings, rate);
    set_option(&options, settings, "b-frames", "bf", NULL);
    set_option(&options, settings, "bitrate", "b", NULL);
    set_option(&options, settings, "level", "level", NULL);
    set_option(&options, settings, "tune", "tune", NULL);
    set_option(&options, settings, "profile", "profile", codec->profile);
    buf_release(&crf);
    return options;
}
