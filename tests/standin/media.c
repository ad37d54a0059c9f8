// SPDX-License-Identifier: MIT
// A stand-in for the media module, for tests of the runtime: its ops write text, in no time. A
// step's file holds what it "says" (of a film: its prompt or text) and what its inputs hold, so a
// change of another param gives the same bytes.
#include "runtime/media/media.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"

enum { MOST_BYTES = 1 << 16 };

// "seconds" is the number after the last '@' of the file, for late values.
static json_t *probe(int fd, const char *name, struct err *err)
{
    char text[512];
    ssize_t n = read(fd, text, sizeof(text) - 1);
    const char *at;
    double seconds = 1;

    text[n > 0 ? n : 0] = 0;
    at = strrchr(text, '@');
    if (strstr(text, "broken")) {
        err_set(err, ERR_FILM, "\"%s\" is broken", name);
        return NULL;
    }
    if (at)
        sscanf(at + 1, "%lf", &seconds);
    return json_pack("{s:s, s:f}", "type", "audio", "seconds", seconds);
}

static bool strip(const char *src, const char *dst, struct err *err)
{
    (void)src;
    (void)dst;
    return err_set(err, ERR_BUG, "no test asks for this");
}

static bool write_outputs(const struct media_job *job, const struct buf *text, struct err *err)
{
    bool ok = true;

    for (size_t i = 0; ok && i < job->n_outputs; i++)
        ok = file_put(job->outputs[i].path, buf_text(text), text->len, err);
    return ok;
}

static const char *words_of(const json_t *params)
{
    const char *words = json_get_text(params, "prompt", json_get_text(params, "text", "nothing"));

    return json_get_text(params, "says", words);
}

static bool run(const struct media_job *job, struct err *err)
{
    const char *fault = json_get_text(job->params, "fails", NULL);
    const char *note = json_get_text(job->params, "notes", NULL);
    struct buf text = {0};
    bool ok = true;

    job->progress(job->user, 1, 2);
    if (fault)
        return err_set(err, ERR_FINAL, "%s", fault);
    if (note)
        job->note(job->user, note);
    buf_puts(&text, words_of(job->params));
    for (size_t i = 0; ok && i < job->n_inputs; i++) {
        buf_puts(&text, " + ");
        ok = strcmp(job->inputs[i].name, "timing") == 0 ||
             file_read(job->inputs[i].path, &text, MOST_BYTES, err);
    }
    ok = ok && write_outputs(job, &text, err);
    buf_release(&text);
    return ok;
}

static const struct media_op ops[] = {
    {.driver = "draft", .kind = "image", .run = run},
    {.driver = "draft", .kind = "lipsync", .run = run},
    {.driver = "draft", .kind = "speak", .run = run},
    {.driver = "local", .kind = "conform", .run = run},
    {.driver = "local", .kind = "cut", .run = run},
    {.driver = "local", .kind = "mix", .run = run},
    {.driver = "local", .kind = "proxy", .run = run},
    {.driver = "local", .kind = "track", .run = run},
    {.driver = NULL},
};

__attribute__((visibility("default"))) extern const struct media c41_media;
const struct media c41_media = {.probe = probe, .strip = strip, .ops = ops, .versions = "stand-in"};
