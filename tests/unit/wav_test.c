// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/services/speech/wav.h"

enum { MOST_BYTES = 1 << 20, FRAMES = 100, PCM = 1, FLOAT = 3, EXTENSIBLE = 0xfffe };

static const double level = 0.003;

static void put(struct buf *b, uint32_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_char(b, (char)(value >> 8 * i));
}

// How a WAV is written: what its head says, and what stands where.
struct made {
    unsigned tag, bits, channels;
    uint32_t riff, data;         // sizes; 1: as they are
    const char *before, *behind; // whole chunks, or NULL
    size_t before_len, behind_len;
    size_t samples; // bytes; 0: FRAMES frames
};

static void put_form(struct buf *b, const struct made *m)
{
    unsigned frame = m->channels * m->bits / 8;

    buf_add(b, "fmt ", 4);
    put(b, m->tag == EXTENSIBLE ? 40 : 16, 4);
    put(b, m->tag, 2);
    put(b, m->channels, 2);
    put(b, 24000, 4);
    put(b, 24000 * frame, 4);
    put(b, frame, 2);
    put(b, m->bits, 2);
    if (m->tag == EXTENSIBLE) {
        put(b, 22, 2);
        put(b, m->bits, 2);
        put(b, 4, 4);
        put(b, PCM, 2);
        buf_add(b, "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71", 14);
    }
}

static void make(struct buf *b, const struct made *m)
{
    size_t len = m->samples ? m->samples : FRAMES * m->channels * m->bits / 8, end;

    buf_clear(b);
    buf_add(b, "RIFF\0\0\0\0WAVE", 12);
    put_form(b, m);
    buf_add(b, m->before, m->before_len);
    buf_add(b, "data", 4);
    put(b, m->data == 1 ? (uint32_t)len : m->data, 4);
    for (size_t i = 0; i < len; i++)
        buf_char(b, (char)(i * 37 + 11));
    if (m->behind && len % 2)
        buf_char(b, 0);
    buf_add(b, m->behind, m->behind_len);
    end = m->riff == 1 ? b->len - 8 : m->riff;
    for (unsigned i = 0; i < 4; i++)
        b->ptr[4 + i] = (char)(end >> 8 * i);
}

#define LIST "LIST\x05\0\0\0INFOx\0" // of an odd size
#define FACT "fact\x04\0\0\0\x64\0\0\0"

struct wav_case {
    const char *what;
    struct made made;
    size_t frames;    // that are read
    const char *says; // NULL: it is read; else what the error holds
};

static const struct wav_case cases[] = {
    {"plain", {PCM, 16, 1, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"stereo of 24 bits", {PCM, 24, 2, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"8 bits", {PCM, 8, 1, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"32 bits", {PCM, 32, 1, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"extensible", {EXTENSIBLE, 16, 1, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"float with fact", {FLOAT, 32, 1, 1, 1, FACT, NULL, 12, 0, 0}, FRAMES, NULL},
    {"double", {FLOAT, 64, 1, 1, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"LIST of an odd size before", {PCM, 16, 1, 1, 1, LIST, NULL, 14, 0, 0}, FRAMES, NULL},
    {"LIST behind", {PCM, 16, 1, 1, 1, NULL, LIST, 0, 14, 0}, FRAMES, NULL},
    {"odd samples, LIST behind", {PCM, 8, 1, 1, 1, NULL, LIST, 0, 14, 99}, 99, NULL},
    {"odd samples without padding", {PCM, 8, 1, 1, 1, NULL, NULL, 0, 0, 99}, 99, NULL},
    {"open: ffffffff", {PCM, 16, 1, 0xffffffff, 0xffffffff, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: 7fffffff", {PCM, 16, 1, 0x7fffffff, 0x7fffffff, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: less a head", {PCM, 16, 1, 0xffffffff, 0xffffffdb, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: less a head", {PCM, 16, 1, 0x7fffffff, 0x7fffffdb, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: 0", {PCM, 16, 1, 0, 0, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: 0 of 36", {PCM, 16, 1, 36, 0, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"open: after LIST", {PCM, 16, 1, 0xffffffff, 0xffffffff, LIST, NULL, 14, 0, 0}, FRAMES, NULL},
    {"open: a frame cut",
     {PCM, 16, 1, 0xffffffff, 0xffffffff, NULL, NULL, 0, 0, 201},
     FRAMES,
     NULL},
    {"open: float", {FLOAT, 32, 1, 0, 0, FACT, NULL, 12, 0, 0}, FRAMES, NULL},
    {"whole though riff is wrong", {PCM, 16, 1, 7, 1, NULL, NULL, 0, 0, 0}, FRAMES, NULL},
    {"samples behind what is none",
     {PCM, 16, 1, 200, 0, NULL, NULL, 0, 0, 164},
     0,
     "goes on for 164"},
    {"padded with zeros", {PCM, 16, 1, 1, 1, NULL, "\0\0\0\0", 0, 4, 0}, FRAMES, NULL},
    {"cut in its samples", {PCM, 16, 1, 1, 300, NULL, NULL, 0, 0, 0}, 0, "200 of 300 bytes"},
    {"two WAVs", {PCM, 16, 1, 1, 1, NULL, "RIFF\x10\0\0\0WAVEfmt ", 0, 16, 0}, 0, "several WAVs"},
    {"more than it says", {PCM, 16, 1, 1, 100, NULL, NULL, 0, 0, 0}, 0, "goes on for 100 bytes"},
    {"mu-law", {7, 8, 1, 1, 1, NULL, NULL, 0, 0, 0}, 0, "the form 7"},
    {"no channels", {PCM, 16, 0, 1, 1, NULL, NULL, 0, 0, 8}, 0, "0 channels"},
    {"13 bits", {PCM, 13, 1, 1, 1, NULL, NULL, 0, 0, 8}, 0, "13 bits"},
    {"float of 16 bits", {FLOAT, 16, 1, 1, 1, NULL, NULL, 0, 0, 8}, 0, "16 bits"},
};

static void check_rewritten(const struct wav *w, const char *what)
{
    struct buf out = {0};
    struct wav again;
    struct err err = {0};
    size_t head = w->form.real ? 58 : 44;

    wav_join(w, 1, 0.12, level, &out);
    assert_int_equal(out.len, head + w->samples.len + w->samples.len % 2);
    if (!wav_read(&again, buf_view(&out), &err))
        fail_msg("%s: %s", what, err.text);
    assert_true(wav_same_form(w, &again));
    assert_int_equal(again.samples.len, w->samples.len);
    assert_memory_equal(again.samples.ptr, w->samples.ptr, w->samples.len);
    buf_release(&out);
}

static void reads(void **state)
{
    struct buf b = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct wav_case *c = &cases[i];
        struct wav w;
        struct err err = {0};
        bool ok;

        make(&b, &c->made);
        ok = wav_read(&w, buf_view(&b), &err);
        if (ok != !c->says || (!ok && !strstr(err.text, c->says)))
            fail_msg("%s: %s", c->what, ok ? "it was read" : err.text);
        if (!ok) {
            assert_int_equal(err.kind, ERR_TRANSIENT);
            continue;
        }
        assert_int_equal(wav_frames(&w), c->frames);
        assert_true(fabs(wav_seconds(&w) - (double)c->frames / 24000) < 1e-9);
        check_rewritten(&w, c->what);
    }
    buf_release(&b);
}

// A WAV of a known size that is cut anywhere is refused; it is never read as a shorter one.
static void cut_anywhere(void **state)
{
    static const struct made whole = {PCM, 16, 1, 1, 1, LIST FACT, NULL, 26, 0, 0};
    struct buf b = {0};
    struct wav w;
    struct err err;

    (void)state;
    make(&b, &whole);
    assert_true(wav_read(&w, buf_view(&b), &err));
    for (size_t len = 0; len < b.len; len++) {
        if (wav_read(&w, (struct str){b.ptr, len}, &err))
            fail_msg("%zu of %zu bytes were read", len, b.len);
        assert_int_equal(err.kind, ERR_TRANSIENT);
    }
    buf_release(&b);
}

static void recorded(void **state)
{
    static const struct {
        const char *path;
        unsigned rate;
        double seconds;
    } files[] = {{"speech-plain-22k.wav", 22050, 0.5}, {"speech-open-ended-24k.wav", 24000, 0.5}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf path = {0}, b = {0};
        struct wav w;
        struct err err = {0};

        buf_printf(&path, "%s/tests/fixtures/services/%s", UNIT_SOURCE_DIR, files[i].path);
        assert_true(file_read(buf_text(&path), &b, MOST_BYTES, &err));
        if (!wav_read(&w, buf_view(&b), &err))
            fail_msg("%s: %s", files[i].path, err.text);
        assert_int_equal(w.form.rate, files[i].rate);
        assert_true(fabs(wav_seconds(&w) - files[i].seconds) < 0.001);
        assert_true(wav_peak(&w) > 0.1);
        check_rewritten(&w, files[i].path);
        buf_release(&path);
        buf_release(&b);
    }
}

static void sniffs(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *form;
    } rows[] = {
        {"RIFF\0\0\0\0WAVE", 12, "WAV"},
        {"RIFF\0\0\0\0AVI ", 12, NULL},
        {"ID3\x04", 4, "MP3"},
        {"\xff\xfb\x90\x64", 4, "MP3"},
        {"fLaC", 4, "FLAC"},
        {"OggS", 4, "Ogg"},
        {"\0\0\0\x18"
         "ftypM4A ",
         12, "MP4"},
        {" \n<html>", 8, "HTML"},
        {"{\"detail\"", 9, "JSON"},
        {"", 0, NULL},
        {"hello", 5, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *form = wav_sniff((struct str){rows[i].bytes, rows[i].len});

        if (rows[i].form)
            assert_string_equal(form, rows[i].form);
        else
            assert_null(form);
    }
}

static void lies_are_named(void **state)
{
    struct wav w;
    struct err err;

    (void)state;
    assert_false(wav_read(&w, str_of("ID3 and more"), &err));
    assert_string_equal(err.text, "what came is MP3, not WAV");
    assert_false(wav_read(&w, str_of(""), &err));
    assert_string_equal(err.text, "nothing came");
    assert_false(wav_read(&w, str_of("Internal Server Error"), &err));
    assert_string_equal(err.text, "what came is no sound, not WAV");
}

// One frame of a sample of each form, and how loud it is.
static void peaks(void **state)
{
    static const float tenth = -0.1f, none = NAN;
    static const double half = 0.5;
    const struct {
        struct wav_form form;
        const void *bytes;
        size_t len;
        double peak;
    } rows[] = {
        {{24000, 1, 8, false}, "\x80\x80\xc0", 3, 0.5},
        {{24000, 1, 8, false}, "\x80", 1, 0},
        {{24000, 1, 16, false}, "\0\0\0\x80", 4, 1},
        {{24000, 1, 16, false}, "\x20\0", 2, 32 / 32768.0},
        {{24000, 1, 24, false}, "\0\0\xc0", 3, 0.5},
        {{24000, 1, 32, false}, "\0\0\0\x40", 4, 0.5},
        {{24000, 1, 32, true}, &tenth, 4, 0.1f},
        {{24000, 1, 64, true}, &half, 8, 0.5},
        {{24000, 1, 32, true}, &none, 4, INFINITY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct wav w = {rows[i].form, {rows[i].bytes, rows[i].len}};

        assert_true(wav_peak(&w) == rows[i].peak);
    }
}

// Pieces of 16 bits: n loud samples, then n silent ones.
static struct wav piece(struct buf *b, size_t loud, size_t silent)
{
    buf_clear(b);
    for (size_t i = 0; i < loud; i++)
        put(b, 0x2000, 2);
    buf_repeat(b, 0, silent * 2);
    return (struct wav){{1000, 1, 16, false}, buf_view(b)};
}

static void joins(void **state)
{
    static const struct {
        size_t silent, gap;
    } rows[] = {{0, 120}, {50, 70}, {120, 0}, {500, 0}};
    struct buf first = {0}, second = {0}, out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct wav pieces[2], w;
        struct err err;

        pieces[0] = piece(&first, 300, rows[i].silent);
        pieces[1] = piece(&second, 200, 0);
        assert_int_equal(lround(1000 * wav_silence_at_end(&pieces[0], level)), rows[i].silent);
        buf_clear(&out);
        wav_join(pieces, 2, 0.12, level, &out);
        // 1000 Hz is no rate of a server, so that the samples are looked at behind the head.
        assert_false(wav_read(&w, buf_view(&out), &err));
        assert_int_equal(out.len, 44 + 2 * (300 + rows[i].silent + rows[i].gap + 200));
        assert_memory_equal(out.ptr + 44, first.ptr, first.len);
        assert_memory_equal(out.ptr + out.len - second.len, second.ptr, second.len);
        for (size_t k = 44 + first.len; k < out.len - second.len; k++)
            assert_int_equal(out.ptr[k], 0);
    }
    buf_release(&first);
    buf_release(&second);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),  cmocka_unit_test(cut_anywhere),   cmocka_unit_test(recorded),
        cmocka_unit_test(sniffs), cmocka_unit_test(lies_are_named), cmocka_unit_test(peaks),
        cmocka_unit_test(joins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
