// SPDX-License-Identifier: MIT
// A stand-in for the media module, for whole films built in no time: every op of the draft and of
// this machine writes text. A file tells its facts in its first line, then the params that its step
// had and the digests of its inputs, so that what differs in what a step is told differs in bytes.
// Some params are in no file, to show where a change stops: they are in `unseen`.
#include "runtime/media/media.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

enum { MOST_BYTES = 1 << 20, HEAD_BYTES = 4096, RATE = 48000 };

static const char facts_mark[] = "\nfacts ";

// What is around the text, so that a driver that marks its files knows them for what they are.
struct wrap {
    const char *ext, *before, *after;
};

static const struct wrap wraps[] = {
    {"png", "\x89PNG", "    IEND    "},
    {"wav", "RIFF    WAVE", ""},
};

static const struct wrap *wrap_of(const char *path)
{
    static const struct wrap none = {"", "", ""};

    for (size_t i = 0; i < sizeof(wraps) / sizeof(*wraps); i++)
        if (strcmp(wraps[i].ext, path_ext(path)) == 0)
            return &wraps[i];
    return &none;
}

static json_t *probe(int fd, const char *name, struct err *err)
{
    char text[HEAD_BYTES];
    ssize_t n = read(fd, text, sizeof(text) - 1);
    char *facts, *end;
    json_t *value = NULL;

    for (ssize_t i = 0; i < n; i++)
        if (!text[i])
            text[i] = ' '; // what a driver has counted into the head of a sound
    text[n > 0 ? n : 0] = 0;
    facts = strstr(text, facts_mark);
    end = facts ? strchr(facts + 1, '\n') : NULL;
    if (end) {
        facts += strlen(facts_mark);
        value = json_read_loose((struct str){facts, (size_t)(end - facts)}, err);
    }
    if (!value)
        err_set(err, ERR_FILM, "\"%s\" is damaged", name);
    return value;
}

static bool strip(const char *src, const char *dst, struct err *err)
{
    (void)src;
    (void)dst;
    return err_set(err, ERR_BUG, "no test asks for this");
}

// Params that an op does not look at, as the draft does not draw what nobody should see.
struct unseen {
    const char *kind, *param;
};

static const struct unseen unseen[] = {
    {"ambience", "negative"}, {"animate", "negative"}, {"image", "negative"},
    {"image", "seed"},        {"lipsync", "negative"}, {"speak", "direction"},
};

static json_t *seen_params(const char *kind, const json_t *params)
{
    json_t *copy = json_deep_copy(params);

    for (size_t i = 0; i < sizeof(unseen) / sizeof(*unseen); i++)
        if (strcmp(unseen[i].kind, kind) == 0)
            json_object_del(copy, unseen[i].param);
    return copy;
}

// A timing is read: what it tells has come in the params, and nothing else of it may be seen.
static bool is_read(const struct media_input *input)
{
    return strcmp(path_ext(input->path), "json") == 0;
}

static double input_seconds(const struct media_job *job, const char *name)
{
    for (size_t i = 0; i < job->n_inputs; i++)
        if (strcmp(job->inputs[i].name, name) == 0)
            return json_get_number(job->inputs[i].facts, "seconds", 0);
    return 1;
}

static json_t *sound_facts(double seconds)
{
    json_int_t samples = llround(seconds * RATE);

    return json_pack("{s:s, s:f, s:I, s:i, s:i}", "type", "audio", "seconds",
                     (double)samples / RATE, "samples", samples, "rate", RATE, "channels", 1);
}

static json_t *picture_facts(const struct media_job *job)
{
    const json_t *pixels = json_object_get(job->params, "pixels");

    return json_pack("{s:s, s:I, s:I}", "type", "image", "width",
                     json_integer_value(json_array_get(pixels, 0)), "height",
                     json_integer_value(json_array_get(pixels, 1)));
}

// How many frames all pieces of a film have.
static json_int_t count_frames(const struct media_job *job)
{
    json_int_t frames = json_get_integer(job->params, "frames", 0);
    json_t *piece;
    size_t i;

    json_array_foreach(json_object_get(job->params, "pieces"), i, piece)
        frames += json_get_integer(piece, "frames", 0);
    return frames;
}

static json_t *clip_facts(const struct media_job *job)
{
    const char *fps = json_get_text(job->params, "fps", "24/1");
    json_t *facts = picture_facts(job);
    long long n = 24, per = 1;
    double seconds = json_get_number(job->params, "seconds", input_seconds(job, "video"));
    json_int_t frames = count_frames(job);

    sscanf(fps, "%lld/%lld", &n, &per);
    if (frames)
        seconds = (double)(frames * per) / (double)n;
    else
        frames = llround(seconds * (double)n / (double)per);
    json_object_set_new(facts, "type", json_string("video"));
    json_object_set_new(facts, "seconds", json_real(seconds));
    json_object_set_new(facts, "frames", json_integer(frames));
    json_object_set_new(facts, "fps", json_string(fps));
    json_object_set_new(facts, "codec", json_string("text"));
    json_object_set_new(facts, "reorder", json_integer(0));
    return facts;
}

// A voice speaks seventy thousandths of a second for each byte, at its speed; a kind voice takes
// three thousandths more, which no frame shows.
static json_t *voice_facts(const struct media_job *job)
{
    const char *text = json_get_text(job->params, "text", "");
    double speed = json_get_number(job->params, "speed", 1);

    return sound_facts((double)strlen(text) * 0.07 / speed +
                       (json_object_get(job->params, "emotion") ? 0.003 : 0));
}

static json_t *length_facts(const struct media_job *job)
{
    return sound_facts(json_get_number(job->params, "seconds", 1));
}

static json_t *mix_facts(const struct media_job *job)
{
    double seconds = 0;

    for (size_t i = 0; i < job->n_inputs; i++)
        if (!is_read(&job->inputs[i]))
            seconds += json_get_number(job->inputs[i].facts, "seconds", 0);
    return sound_facts(seconds);
}

struct op {
    const char *kind;
    json_t *(*facts)(const struct media_job *job);
};

// What an op has of an input is its digest.
static bool add_input(const struct media_input *input, struct buf *out, struct err *err)
{
    struct buf bytes = {0};
    char hex[DIGEST_HEX_BYTES];
    bool read = is_read(input);
    bool ok = read || file_read(input->path, &bytes, MOST_BYTES, err);

    if (ok && !read) {
        struct digest digest = digest_of(bytes.ptr, bytes.len);

        buf_printf(out, "%s %s\n", input->name, digest_hex(&digest, hex));
    }
    buf_release(&bytes);
    return ok;
}

static bool add_body(const struct op *op, const struct media_job *job, struct buf *out,
                     struct err *err)
{
    json_t *params = seen_params(op->kind, job->params);
    bool ok = true;

    json_canonical(params, out);
    buf_char(out, '\n');
    for (size_t i = 0; ok && i < job->n_inputs; i++)
        ok = add_input(&job->inputs[i], out, err);
    json_decref(params);
    return ok;
}

static bool write_output(const struct op *op, const struct media_job *job,
                         const struct media_output *output, const struct buf *body, struct err *err)
{
    const struct wrap *wrap = wrap_of(output->path);
    json_t *facts = op->facts(job);
    struct buf text = {0};
    bool ok;

    buf_puts(&text, wrap->before);
    buf_puts(&text, facts_mark);
    json_canonical(facts, &text);
    buf_printf(&text, "\n%s %s\n", op->kind, output->name);
    buf_str(&text, buf_view(body));
    buf_puts(&text, wrap->after);
    ok = file_put(output->path, text.ptr, text.len, err);
    buf_release(&text);
    json_decref(facts);
    return ok;
}

static bool run(const struct op *op, const struct media_job *job, struct err *err)
{
    struct buf body = {0};
    bool ok = add_body(op, job, &body, err);

    for (size_t i = 0; ok && i < job->n_outputs; i++)
        ok = write_output(op, job, &job->outputs[i], &body, err);
    buf_release(&body);
    return ok;
}

// An op is told its job alone, so each kind has a function of its own.
#define KINDS(X)                                                                                   \
    X("draft", ambience, length_facts)                                                             \
    X("draft", animate, clip_facts)                                                                \
    X("draft", edit, picture_facts)                                                                \
    X("draft", image, picture_facts)                                                               \
    X("draft", lipsync, clip_facts)                                                                \
    X("draft", retouch, clip_facts)                                                                \
    X("draft", speak, voice_facts)                                                                 \
    X("draft", upscale, picture_facts)                                                             \
    X("local", card, picture_facts)                                                                \
    X("local", conform, clip_facts)                                                                \
    X("local", cut, clip_facts)                                                                    \
    X("local", frame, picture_facts)                                                               \
    X("local", join, clip_facts)                                                                   \
    X("local", mask, picture_facts)                                                                \
    X("local", mix, mix_facts)                                                                     \
    X("local", proxy, picture_facts)                                                               \
    X("local", track, length_facts)

#define RUN(DRIVER, KIND, FACTS)                                                                   \
    static bool KIND##_run(const struct media_job *job, struct err *err)                           \
    {                                                                                              \
        static const struct op op = {#KIND, FACTS};                                                \
                                                                                                   \
        return run(&op, job, err);                                                                 \
    }
KINDS(RUN)

#define ROW(DRIVER, KIND, FACTS) {DRIVER, #KIND, false, KIND##_run},
static const struct media_op ops[] = {KINDS(ROW){.driver = NULL}};

__attribute__((visibility("default"))) extern const struct media c41_media;
const struct media c41_media = {.probe = probe, .strip = strip, .ops = ops, .versions = "text"};
