// SPDX-License-Identifier: MIT
// From any bytes as a picture, film, sound, subtitle or LUT to what c41 makes of them: whatever
// they are, no crash, no leak, no fault, within bounded time and memory. Each file is measured;
// what else is done to it goes by its length, which the fuzzer changes most.
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/media/clip.h"
#include "runtime/media/findings.h"
#include "runtime/media/look.h"
#include "runtime/media/media.h"
#include "runtime/media/picture.h"
#include "runtime/media/probe.h"
#include "runtime/media/qc.h"
#include "runtime/media/qc_captions.h"
#include "runtime/media/sound.h"
#include "runtime/media/subtitle.h"

enum { YUV420P = 0, FRAMES = 6, MOST_BYTES = 1 << 20, SAMPLES = 4800, MOST_SAMPLES = 480000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char path[4096], clean[4096]; // of this process: several may fuzz side by side

static void clean_up(void)
{
    unlink(path);
    unlink(clean);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    snprintf(path, sizeof(path), "%s/media-%ld", FUZZ_FOLDER, (long)getpid());
    snprintf(clean, sizeof(clean), "%s/media-%ld-clean", FUZZ_FOLDER, (long)getpid());
    atexit(clean_up);
    return 0;
}

static void show_clip(void)
{
    static const double instants[FRAMES] = {0.02, 0.06, 0.5, 0.1, 90, 0};
    struct err err = {0};
    struct clip *clip = clip_open(path, &err);
    bool held;

    for (int i = 0; clip && i < FRAMES; i++)
        if (!clip_frame(clip, instants[i], &held, &err))
            break;
    assert(clip || err.text[0]);
    clip_close(clip);
}

static void hear(void)
{
    struct err err = {0};
    struct sound *sound = sound_open(path, 2, &err);
    float samples[SAMPLES * 2];
    size_t got = 1, all = 0;

    while (sound && got && all < MOST_SAMPLES && sound_read(sound, samples, SAMPLES, &got, &err))
        all += got;
    sound_close(sound);
}

// As the picture of a shot, to the film's frames.
static void film(const char *params_text)
{
    const struct rate rate = {24, 1};
    const struct media_input input = {.path = path};
    json_t *params = json_loads(params_text, 0, NULL);
    struct err err = {0};
    struct picture *picture = picture_open(&input, params, NULL, 64, 36, YUV420P, rate, &err);

    for (int n = 0; picture && n < FRAMES && picture_frame(picture, n, &err); n++)
        ;
    assert(picture || err.text[0]);
    picture_close(picture);
    json_decref(params);
}

static void move_over(void)
{
    film("{\"from\": \"still\", \"fit\": \"blur\", \"move\": \"push-in\", \"frames\": 6}");
}

static void cut_from(void)
{
    film("{\"from\": \"footage\", \"fit\": \"crop\", \"between\": \"blend\", \"stretch\": 0.5, "
         "\"frames\": 6}");
}

// What is stripped of its metadata is as good as it was.
static void strip_it(void)
{
    struct err err = {0};

    strip(path, clean, &err);
}

static void judge(void)
{
    struct media_qc asked = {.path = path};
    struct err err = {0};

    json_decref(qc(&asked, &err));
}

static void read_texts(void)
{
    struct subtitles subtitles = {.columns = 42};
    struct findings findings = {0};
    struct buf text = {0};
    struct look *look = NULL;
    struct err err = {0};

    if (file_read(path, &text, MOST_BYTES, &err) &&
        captions_read(&subtitles, buf_view(&text), "a.srt", &findings, &err))
        captions_check(&subtitles, "a.srt", 10, &findings);
    findings_release(&findings);
    subtitles_release(&subtitles);
    buf_release(&text);
    if (look_new(&look, NULL, path, &err))
        look_free(look);
}

static void (*const entries[])(void) = {
    show_clip, cut_from, hear, move_over, strip_it, judge, read_texts,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct err err = {0};
    json_t *facts;

    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    facts = probe(fd, "a", &err);
    assert(facts || err.text[0]);
    json_decref(facts);
    close(fd);
    entries[size % (sizeof(entries) / sizeof(*entries))]();
    return 0;
}
