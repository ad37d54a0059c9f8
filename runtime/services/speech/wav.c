// SPDX-License-Identifier: MIT
#include "runtime/services/speech/wav.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"

enum {
    RIFF_HEAD_BYTES = 12,
    CHUNK_HEAD_BYTES = 8,
    LEAST_FMT_BYTES = 16,
    EXTENSIBLE_BYTES = 40,
    TAG_PCM = 1,
    TAG_FLOAT = 3,
    TAG_EXTENSIBLE = 0xfffe,
    MOST_CHANNELS = 8,
    LEAST_RATE = 4000,
    MOST_RATE = 384000,
    MOST_PADDING_BYTES = 64,
};

// A size from here on was written by somebody who did not know it: 0x7fffffff and 0xffffffff, also
// less a header.
static const uint32_t unknown_size = 0x7ffffe00;

static uint32_t get_u32(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;

    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static unsigned get_u16(const char *at)
{
    const unsigned char *b = (const unsigned char *)at;

    return (unsigned)b[0] | (unsigned)b[1] << 8;
}

static bool begins_text(struct str bytes, const char *with)
{
    bytes = str_trim((struct str){bytes.ptr, bytes.len < 64 ? bytes.len : 64});
    return str_starts(bytes, with);
}

// A frame of MPEG audio begins with eleven ones; layer and bit rate are not what is forbidden.
static bool is_mpeg_frame(struct str s)
{
    unsigned char b1 = s.len > 2 ? (unsigned char)s.ptr[1] : 0;
    unsigned char b2 = s.len > 2 ? (unsigned char)s.ptr[2] : 0;

    return s.len > 2 && (unsigned char)s.ptr[0] == 0xff && (b1 & 0xe0) == 0xe0 && b2 >> 4 != 15;
}

const char *wav_sniff(struct str bytes)
{
    if ((str_starts(bytes, "RIFF") || str_starts(bytes, "RF64")) &&
        (bytes.len < RIFF_HEAD_BYTES || memcmp(bytes.ptr + 8, "WAVE", 4) == 0))
        return "WAV";
    if (str_starts(bytes, "ID3") || is_mpeg_frame(bytes))
        return "MP3";
    if (str_starts(bytes, "fLaC"))
        return "FLAC";
    if (str_starts(bytes, "OggS"))
        return "Ogg";
    if (bytes.len > 8 && memcmp(bytes.ptr + 4, "ftyp", 4) == 0)
        return "MP4";
    if (begins_text(bytes, "<"))
        return "HTML";
    return begins_text(bytes, "{") || begins_text(bytes, "[") ? "JSON" : NULL;
}

static bool refuse_short(struct err *err)
{
    return err_set(err, ERR_TRANSIENT, "the WAV was cut short within its head");
}

static bool is_possible(const struct wav_form *f)
{
    bool bits = f->real ? f->bits == 32 || f->bits == 64
                        : f->bits % 8 == 0 && f->bits >= 8 && f->bits <= 32;

    return bits && f->channels >= 1 && f->channels <= MOST_CHANNELS && f->rate >= LEAST_RATE &&
           f->rate <= MOST_RATE;
}

static bool read_form(struct wav_form *f, struct str fmt, struct err *err)
{
    unsigned tag, frame_bytes;

    if (fmt.len < LEAST_FMT_BYTES)
        return err_set(err, ERR_TRANSIENT, "the WAV does not say what its samples are");
    tag = get_u16(fmt.ptr);
    f->channels = get_u16(fmt.ptr + 2);
    f->rate = get_u32(fmt.ptr + 4);
    frame_bytes = get_u16(fmt.ptr + 12);
    f->bits = get_u16(fmt.ptr + 14);
    if (tag == TAG_EXTENSIBLE && fmt.len >= EXTENSIBLE_BYTES)
        tag = get_u16(fmt.ptr + 24);
    f->real = tag == TAG_FLOAT;
    if (tag != TAG_PCM && tag != TAG_FLOAT)
        return err_set(err, ERR_TRANSIENT, "the WAV holds sound in the form %u, not plain samples",
                       tag);
    if (!is_possible(f) || frame_bytes != f->channels * f->bits / 8)
        return err_set(err, ERR_TRANSIENT,
                       "the WAV says it has %u channels of %u bits at %u Hz, which cannot be",
                       f->channels, f->bits, f->rate);
    return true;
}

static unsigned frame_size(const struct wav_form *f)
{
    return f->channels * f->bits / 8;
}

// Whether a size of 0 stands for "not known yet": the size of the whole is not told either, or is
// that of a file without samples.
static bool is_open_at_zero(struct str bytes, struct str rest)
{
    uint32_t whole = get_u32(bytes.ptr + 4);

    return rest.len && (uint64_t)whole + 8 != bytes.len;
}

// Behind the samples there are further chunks, or nothing but padding.
static bool check_behind(struct str rest, size_t padding, struct err *err)
{
    size_t zeros = 0;

    if (padding && rest.len && rest.ptr[0] == 0) {
        rest.ptr++;
        rest.len--;
    }
    while (zeros < rest.len && rest.ptr[zeros] == 0)
        zeros++;
    if (zeros == rest.len && zeros <= MOST_PADDING_BYTES)
        return true;
    if (str_starts(rest, "RIFF"))
        return err_set(err, ERR_TRANSIENT, "several WAVs came one behind the other");
    for (size_t i = 0; i < 4; i++)
        if (rest.len < CHUNK_HEAD_BYTES || rest.ptr[i] < 0x20 || rest.ptr[i] > 0x7e)
            return err_set(err, ERR_TRANSIENT,
                           "the WAV goes on for %zu bytes behind what it says is all", rest.len);
    return true;
}

// bytes is the whole, rest what stands behind the head of the data chunk.
static bool read_samples(struct wav *w, struct str bytes, struct str rest, uint32_t size,
                         struct err *err)
{
    bool open = size >= unknown_size || (size == 0 && is_open_at_zero(bytes, rest));
    size_t len = open ? rest.len : size;

    if (len > rest.len)
        return err_set(err, ERR_TRANSIENT, "the WAV was cut short: %zu of %zu bytes came", rest.len,
                       len);
    w->samples = (struct str){rest.ptr, len - len % frame_size(&w->form)};
    rest = (struct str){rest.ptr + len, rest.len - len};
    return open || check_behind(rest, len % 2, err);
}

bool wav_read(struct wav *w, struct str bytes, struct err *err)
{
    const char *form = wav_sniff(bytes);
    struct str rest = bytes;
    bool formed = false;

    *w = (struct wav){0};
    if (!bytes.len)
        return err_set(err, ERR_TRANSIENT, "nothing came");
    if (!form || strcmp(form, "WAV") != 0)
        return err_set(err, ERR_TRANSIENT, "what came is %s, not WAV", form ? form : "no sound");
    if (rest.len < RIFF_HEAD_BYTES)
        return refuse_short(err);
    rest = (struct str){rest.ptr + RIFF_HEAD_BYTES, rest.len - RIFF_HEAD_BYTES};
    while (rest.len >= CHUNK_HEAD_BYTES) {
        struct str chunk = {rest.ptr, 4};
        uint32_t size = get_u32(rest.ptr + 4);

        rest = (struct str){rest.ptr + CHUNK_HEAD_BYTES, rest.len - CHUNK_HEAD_BYTES};
        if (str_is(chunk, "data"))
            return formed
                       ? read_samples(w, bytes, rest, size, err)
                       : err_set(err, ERR_TRANSIENT, "the WAV does not say what its samples are");
        if ((uint64_t)size + size % 2 > rest.len)
            return refuse_short(err);
        if (str_is(chunk, "fmt ")) {
            if (!read_form(&w->form, (struct str){rest.ptr, size}, err))
                return false;
            formed = true;
        }
        rest = (struct str){rest.ptr + size + size % 2, rest.len - size - size % 2};
    }
    return refuse_short(err);
}

bool wav_same_form(const struct wav *a, const struct wav *b)
{
    return a->form.rate == b->form.rate && a->form.channels == b->form.channels &&
           a->form.bits == b->form.bits && a->form.real == b->form.real;
}

size_t wav_frames(const struct wav *w)
{
    return w->samples.len / frame_size(&w->form);
}

double wav_seconds(const struct wav *w)
{
    return (double)wav_frames(w) / w->form.rate;
}

static double level_of_real(const char *at, unsigned bits)
{
    float single;
    double value;

    if (bits == 32) {
        memcpy(&single, at, sizeof(single));
        value = single;
    } else {
        memcpy(&value, at, sizeof(value));
    }
    return isfinite(value) ? fabs(value) : INFINITY;
}

// One sample as a share of full scale, without its sign.
static double level_at(const struct wav_form *f, const char *at)
{
    uint32_t value = 0;

    if (f->real)
        return level_of_real(at, f->bits);
    if (f->bits == 8)
        return fabs(((unsigned char)*at - 128) / 128.0);
    for (unsigned i = 0; i < f->bits / 8; i++) // left in 32 bits, where the sign is in its place
        value |= (uint32_t)(unsigned char)at[i] << (32 - f->bits + 8 * i);
    return fabs((int32_t)value / 2147483648.0);
}

double wav_peak(const struct wav *w)
{
    double peak = 0;

    for (size_t i = 0; i < w->samples.len; i += w->form.bits / 8)
        peak = fmax(peak, level_at(&w->form, w->samples.ptr + i));
    return peak;
}

double wav_silence_at_end(const struct wav *w, double level)
{
    size_t each = w->form.bits / 8, n = w->samples.len / each, silent = 0;

    while (silent < n && level_at(&w->form, w->samples.ptr + (n - 1 - silent) * each) < level)
        silent++;
    return (double)(silent / w->form.channels) / w->form.rate;
}

static void put_u32(struct buf *out, size_t value)
{
    for (unsigned i = 0; i < 4; i++)
        buf_char(out, (char)(value >> 8 * i));
}

static void put_u16(struct buf *out, unsigned value)
{
    buf_char(out, (char)value);
    buf_char(out, (char)(value >> 8));
}

// The head of a WAV with len bytes of samples. Floating point has a word for extensions, of which
// there are none, and counts its frames.
static void put_head(struct buf *out, const struct wav_form *f, size_t len)
{
    unsigned frame = frame_size(f);
    size_t more = f->real ? 2 + CHUNK_HEAD_BYTES + 4 : 0;

    buf_add(out, "RIFF", 4);
    put_u32(out, 4 + CHUNK_HEAD_BYTES + LEAST_FMT_BYTES + more + CHUNK_HEAD_BYTES + len + len % 2);
    buf_add(out, "WAVEfmt ", 8);
    put_u32(out, LEAST_FMT_BYTES + (f->real ? 2u : 0u));
    put_u16(out, f->real ? TAG_FLOAT : TAG_PCM);
    put_u16(out, f->channels);
    put_u32(out, f->rate);
    put_u32(out, (size_t)f->rate * frame);
    put_u16(out, frame);
    put_u16(out, f->bits);
    if (f->real) {
        put_u16(out, 0);
        buf_add(out, "fact", 4);
        put_u32(out, 4);
        put_u32(out, len / frame);
    }
    buf_add(out, "data", 4);
    put_u32(out, len);
}

static size_t gap_bytes(const struct wav *w, double gap_seconds, double level)
{
    double missing = gap_seconds - wav_silence_at_end(w, level);

    return missing <= 0 ? 0 : (size_t)lround(missing * w->form.rate) * frame_size(&w->form);
}

void wav_join(const struct wav *pieces, size_t n, double gap_seconds, double level, struct buf *out)
{
    const struct wav_form *f = &pieces[0].form;
    char silence = f->bits == 8 ? (char)0x80 : 0;
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += pieces[i].samples.len + (i + 1 < n ? gap_bytes(&pieces[i], gap_seconds, level) : 0);
    put_head(out, f, len);
    for (size_t i = 0; i < n; i++) {
        buf_add(out, pieces[i].samples.ptr, pieces[i].samples.len);
        if (i + 1 < n)
            buf_repeat(out, silence, gap_bytes(&pieces[i], gap_seconds, level));
    }
    if (len % 2)
        buf_char(out, 0);
}
