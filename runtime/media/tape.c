// SPDX-License-Identifier: MIT
#include "runtime/media/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/media/pcm.h"
#include "runtime/media/sound.h"

enum { FRAME_BYTES = 8, BLOCK_FRAMES = 8192, WAV_FLOAT = 3 };

struct tape {
    int fd;
    const char *name; // for messages
    int64_t first;    // byte of the file
    int64_t frames;
    bool looped, ours; // ours: in the order of this machine's bytes
};

static uint32_t get_number(const unsigned char *at, size_t bytes)
{
    uint32_t value = 0;

    for (size_t i = 0; i < bytes; i++)
        value |= (uint32_t)at[i] << (8 * i);
    return value;
}

static bool is_as_mixed(const unsigned char *format)
{
    return get_number(format, 2) == WAV_FLOAT && get_number(format + 2, 2) == 2 &&
           get_number(format + 4, 4) == PCM_RATE && get_number(format + 14, 2) == 32;
}

// Finds the samples of a WAV that holds just what a tape gives. False: it is to be decoded.
static bool find_samples(struct tape *t, int64_t size_bytes)
{
    unsigned char at[16] = {0};
    int64_t place = 12;
    bool known = false;

    if (pread(t->fd, at, 12, 0) != 12 || memcmp(at, "RIFF", 4) != 0 ||
        memcmp(at + 8, "WAVE", 4) != 0)
        return false;
    while (pread(t->fd, at, 8, place) == 8) {
        int64_t bytes = get_number(at + 4, 4);
        bool samples = memcmp(at, "data", 4) == 0;

        place += 8;
        if (samples && (!known || bytes > size_bytes - place))
            return false;
        if (samples) {
            t->first = place;
            t->frames = bytes / FRAME_BYTES;
            return true;
        }
        if (memcmp(at, "fmt ", 4) == 0)
            known = bytes >= 16 && pread(t->fd, at, 16, place) == 16 && is_as_mixed(at);
        place += bytes + bytes % 2;
    }
    return false;
}

// A file that is gone when it is closed, whatever happens.
static int open_scratch(const char *scratch, struct err *err)
{
    struct buf path = {0};
    FILE *file;
    int fd;

    if (scratch) {
        buf_printf(&path, "%s.tape", scratch);
        fd = open(buf_text(&path), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0)
            unlink(buf_text(&path));
        else
            err_errno(err, "writing %s", buf_text(&path));
        buf_release(&path);
        return fd;
    }
    file = tmpfile();
    fd = file ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 0) : -1;
    if (fd < 0)
        err_errno(err, "writing a temporary file");
    if (file)
        fclose(file);
    return fd;
}

static bool add(struct tape *t, const float *from, size_t frames, struct err *err)
{
    const char *at = (const char *)from;
    size_t left = frames * FRAME_BYTES;
    off_t place = (off_t)(t->frames * FRAME_BYTES);

    while (left) {
        ssize_t n = pwrite(t->fd, at, left, place);

        if (n < 0 && errno != EINTR)
            return err_errno(err, "decoding %s", t->name);
        if (n > 0) {
            at += n;
            left -= (size_t)n;
            place += n;
        }
    }
    t->frames += (int64_t)frames;
    return true;
}

static bool decode(struct tape *t, const char *path, struct err *err)
{
    struct sound *sound = sound_open(path, 2, err);
    float block[BLOCK_FRAMES * 2];
    bool ok = sound != NULL;
    size_t got = 1;

    while (ok && got)
        ok = sound_read(sound, block, BLOCK_FRAMES, &got, err) && add(t, block, got, err);
    sound_close(sound);
    return ok;
}

static bool open_file(struct tape *t, const char *path, struct err *err)
{
    t->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return t->fd >= 0 || err_errno(err, "opening %s", path);
}

struct tape *tape_open(const char *path, const char *scratch, struct err *err)
{
    struct tape *t = mem_new(sizeof(*t));

    t->name = path_base(path);
    if (open_file(t, path, err)) {
        if (find_samples(t, lseek(t->fd, 0, SEEK_END)))
            return t;
        close(t->fd);
        t->ours = true;
        t->fd = open_scratch(scratch, err);
        if (t->fd >= 0 && decode(t, path, err))
            return t;
    }
    tape_close(t);
    return NULL;
}

struct tape *tape_loop(const struct pcm *turn, const char *scratch, struct err *err)
{
    struct tape *t = mem_new(sizeof(*t));

    *t = (struct tape){.name = "a bed", .looped = true, .ours = true};
    t->fd = open_scratch(scratch, err);
    if (t->fd >= 0 && add(t, turn->at, turn->frames, err))
        return t;
    tape_close(t);
    return NULL;
}

void tape_close(struct tape *t)
{
    if (t && t->fd >= 0)
        close(t->fd);
    mem_free(t);
}

static bool read_bytes(const struct tape *t, int64_t at, void *to, size_t bytes, struct err *err)
{
    char *put = to;
    off_t place = (off_t)(t->first + at * FRAME_BYTES);

    while (bytes) {
        ssize_t n = pread(t->fd, put, bytes, place);

        if (n == 0)
            return err_set(err, ERR_FINAL, "%s has become shorter while it was read", t->name);
        if (n < 0 && errno != EINTR)
            return err_errno(err, "reading %s", t->name);
        if (n > 0) {
            put += n;
            bytes -= (size_t)n;
            place += n;
        }
    }
    return true;
}

// A WAV's samples are little-endian, whatever the machine.
static void put_in_order(float *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char bytes[4];
        uint32_t bits;

        memcpy(bytes, at + i, 4);
        bits = get_number(bytes, 4);
        memcpy(at + i, &bits, 4);
    }
}

bool tape_read(const struct tape *t, int64_t at, float *to, size_t frames, size_t *got,
               struct err *err)
{
    *got = 0;
    while (*got < frames && t->frames) {
        int64_t from = t->looped ? (at + (int64_t)*got) % t->frames : at + (int64_t)*got;
        int64_t left = t->frames - from;
        size_t n = left < (int64_t)(frames - *got) ? (size_t)(left < 0 ? 0 : left) : frames - *got;

        if (n == 0)
            break;
        if (!read_bytes(t, from, to + *got * 2, n * FRAME_BYTES, err))
            return false;
        if (!t->ours)
            put_in_order(to + *got * 2, n * 2);
        *got += n;
    }
    return true;
}
