// SPDX-License-Identifier: MIT
#include "runtime/media/pcm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/mathematics.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/params.h"
#include "runtime/media/sound.h"

enum { WAV_PCM = 1, WAV_FLOAT = 3, BLOCK_SAMPLES = 1 << 14 };

static const float half_power = 0.70710678f;
static const float quarter_turn = 1.57079633f;

void pcm_init(struct pcm *p, unsigned channels, size_t frames)
{
    *p = (struct pcm){.frames = frames, .channels = channels};
    p->at = mem_new(frames * channels * sizeof(*p->at));
}

void pcm_release(struct pcm *p)
{
    mem_free(p->at);
    *p = (struct pcm){0};
}

void pcm_resize(struct pcm *p, size_t frames)
{
    p->at = mem_resize(p->at, frames * p->channels, sizeof(*p->at));
    if (frames > p->frames)
        memset(p->at + p->frames * p->channels, 0,
               (frames - p->frames) * p->channels * sizeof(*p->at));
    p->frames = frames;
}

// Reads all of sound, and closes it. Without one *err is filled in already.
static bool read_all(struct pcm *p, struct sound *sound, unsigned channels, struct err *err)
{
    size_t got = 0, room = 0;
    bool ok = sound != NULL;

    *p = (struct pcm){.channels = channels};
    do {
        p->frames += got;
        if (ok && p->frames == room) {
            room = room ? room + room / 2 : PCM_RATE * 4;
            p->at = mem_resize(p->at, room * channels, sizeof(*p->at));
        }
    } while (ok &&
             (ok = sound_read(sound, p->at + p->frames * channels, room - p->frames, &got, err)) &&
             got);
    sound_close(sound);
    if (!ok)
        pcm_release(p);
    return ok;
}

bool pcm_read(struct pcm *p, const char *path, unsigned channels, struct err *err)
{
    return read_all(p, sound_open(path, channels, err), channels, err);
}

// Reads over frames of sound, or to its end. They are decoded all the same: what comes after them
// is exact to the sample only so.
static bool pass_over(struct sound *sound, unsigned channels, size_t frames, struct err *err)
{
    float block[BLOCK_SAMPLES];
    size_t most = BLOCK_SAMPLES / channels, got = 1;
    bool ok = true;

    for (; ok && got && frames; frames -= got)
        ok = sound_read(sound, block, frames < most ? frames : most, &got, err);
    return ok;
}

bool pcm_read_part(struct pcm *p, const char *path, unsigned channels, size_t from, size_t frames,
                   struct err *err)
{
    struct sound *sound = sound_open(path, channels, err);
    bool ok;

    pcm_init(p, channels, sound ? frames : 0);
    ok = sound && pass_over(sound, channels, from, err) &&
         sound_read(sound, p->at, frames, &p->frames, err);
    sound_close(sound);
    if (!ok)
        pcm_release(p);
    return ok;
}

bool pcm_read_fd(struct pcm *p, int fd, const char *name, unsigned channels, struct err *err)
{
    return read_all(p, sound_open_fd(fd, name, channels, err), channels, err);
}

// The header of a WAV, little-endian whatever the machine.
struct header {
    unsigned char at[160];
    size_t n;
};

static void put_tag(struct header *h, const char *tag)
{
    memcpy(h->at + h->n, tag, 4);
    h->n += 4;
}

static void put_number(struct header *h, uint32_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        h->at[h->n++] = (unsigned char)(value >> (8 * i));
}

static void put_loop(struct header *h, size_t frames)
{
    put_tag(h, "smpl");
    put_number(h, 36 + 24, 4);
    put_number(h, 0, 4); // maker
    put_number(h, 0, 4); // product
    put_number(h, 1000000000 / PCM_RATE, 4);
    put_number(h, 60, 4); // the note that it is: middle C
    put_number(h, 0, 4);  // detune
    put_number(h, 0, 4);  // SMPTE format
    put_number(h, 0, 4);  // SMPTE offset
    put_number(h, 1, 4);  // loops
    put_number(h, 0, 4);  // bytes of other data
    put_number(h, 0, 4);  // the loop's id
    put_number(h, 0, 4);  // forward
    put_number(h, 0, 4);  // first frame
    put_number(h, (uint32_t)frames - 1, 4);
    put_number(h, 0, 4); // fraction
    put_number(h, 0, 4); // for ever
}

static void make_header(struct header *h, const struct pcm *p, enum pcm_form form)
{
    uint32_t sample_bytes = form != PCM_FLOAT ? 2 : 4;
    uint32_t frame_bytes = sample_bytes * p->channels;
    uint32_t data_bytes = (uint32_t)(p->frames * frame_bytes);
    struct header rest = {.n = 0};

    put_tag(&rest, "WAVE");
    put_tag(&rest, "fmt ");
    put_number(&rest, form != PCM_FLOAT ? 16 : 18, 4);
    put_number(&rest, form != PCM_FLOAT ? WAV_PCM : WAV_FLOAT, 2);
    put_number(&rest, p->channels, 2);
    put_number(&rest, PCM_RATE, 4);
    put_number(&rest, PCM_RATE * frame_bytes, 4);
    put_number(&rest, frame_bytes, 2);
    put_number(&rest, sample_bytes * 8, 2);
    if (form == PCM_FLOAT) {
        put_number(&rest, 0, 2); // bytes of extension
        put_tag(&rest, "fact");
        put_number(&rest, 4, 4);
        put_number(&rest, (uint32_t)p->frames, 4);
    }
    if (form == PCM_S16_LOOP && p->frames)
        put_loop(&rest, p->frames);
    put_tag(&rest, "data");
    put_number(&rest, data_bytes, 4);
    put_tag(h, "RIFF");
    put_number(h, (uint32_t)rest.n + data_bytes, 4);
    memcpy(h->at + h->n, rest.at, rest.n);
    h->n += rest.n;
}

static size_t encode_s16(unsigned char *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        long sample = lrintf(from[i] * 32767.0f);

        sample = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
        to[2 * i] = (unsigned char)(sample & 0xff);
        to[2 * i + 1] = (unsigned char)(sample >> 8 & 0xff);
    }
    return n * 2;
}

static size_t encode_float(unsigned char *to, const float *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, from + i, sizeof(bits));
        for (size_t k = 0; k < 4; k++)
            to[4 * i + k] = (unsigned char)(bits >> (8 * k));
    }
    return n * 4;
}

static bool write_samples(FILE *f, const struct pcm *p, enum pcm_form form)
{
    unsigned char block[BLOCK_SAMPLES * 4];
    size_t total = p->frames * p->channels;

    for (size_t done = 0; done < total; done += BLOCK_SAMPLES) {
        size_t n = total - done < BLOCK_SAMPLES ? total - done : BLOCK_SAMPLES;
        size_t bytes = form != PCM_FLOAT ? encode_s16(block, p->at + done, n)
                                         : encode_float(block, p->at + done, n);

        if (fwrite(block, 1, bytes, f) != bytes)
            return false;
    }
    return true;
}

bool pcm_write(const struct pcm *p, const char *path, enum pcm_form form, struct err *err)
{
    struct header header = {.n = 0};
    FILE *f;
    bool ok;

    if (p->frames > (UINT32_MAX - sizeof(header.at)) / (4 * p->channels))
        return err_set(err, ERR_FINAL, "a sound of %.0f minutes is longer than a WAV can hold",
                       (double)p->frames / PCM_RATE / 60);
    f = fopen(path, "wb");
    if (!f)
        return err_errno(err, "writing %s", path);
    make_header(&header, p, form);
    ok = fwrite(header.at, 1, header.n, f) == header.n && write_samples(f, p, form);
    if (!ok)
        err_errno(err, "writing %s", path);
    if (fclose(f) != 0 && ok)
        ok = err_errno(err, "writing %s", path);
    if (!ok)
        remove(path);
    return ok;
}

static uint32_t get_number(const unsigned char *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool pcm_is_loop(const char *path)
{
    unsigned char head[12], chunk[8];
    FILE *f = fopen(path, "rb");
    bool found = false;

    if (f && fread(head, 1, 12, f) == 12 && memcmp(head, "RIFF", 4) == 0)
        while (!found && fread(chunk, 1, 8, f) == 8 && memcmp(chunk, "data", 4) != 0) {
            found = memcmp(chunk, "smpl", 4) == 0;
            if (fseek(f, (long)get_number(chunk + 4) + (long)(get_number(chunk + 4) & 1), SEEK_CUR))
                break;
        }
    if (f)
        fclose(f);
    return found;
}

int64_t pcm_sample(double seconds)
{
    return llround(seconds * PCM_RATE);
}

int64_t pcm_frame_sample(struct rate rate, int64_t frame)
{
    return av_rescale(frame, (int64_t)PCM_RATE * rate.den, rate.num);
}

float pcm_factor(double db)
{
    return (float)pow(10, db / 20);
}

void pcm_add(struct pcm *to, int64_t start, const struct pcm *from, float factor)
{
    bool spread = from->channels == 1 && to->channels == 2;
    int64_t first = start < 0 ? -start : 0, last = (int64_t)to->frames - start;

    if (last > (int64_t)from->frames)
        last = (int64_t)from->frames;
    if (spread)
        factor *= half_power;
    for (int64_t i = first; i < last; i++)
        for (unsigned c = 0; c < to->channels; c++)
            to->at[(start + i) * to->channels + c] +=
                factor * from->at[spread ? i : i * from->channels + c];
}

void pcm_scale(struct pcm *p, float factor)
{
    for (size_t i = 0; i < p->frames * p->channels; i++)
        p->at[i] *= factor;
}

static void scale_frame(struct pcm *p, size_t frame, float factor)
{
    for (unsigned c = 0; c < p->channels; c++)
        p->at[frame * p->channels + c] *= factor;
}

void pcm_fade(struct pcm *p, size_t in_frames, size_t out_frames)
{
    in_frames = in_frames < p->frames ? in_frames : p->frames;
    out_frames = out_frames < p->frames ? out_frames : p->frames;
    for (size_t i = 0; i < in_frames; i++)
        scale_frame(p, i, sinf(quarter_turn * ((float)i + 0.5f) / (float)in_frames));
    for (size_t i = 0; i < out_frames; i++)
        scale_frame(p, p->frames - 1 - i,
                    sinf(quarter_turn * ((float)i + 0.5f) / (float)out_frames));
}

void pcm_close_loop(struct pcm *p, size_t seam_frames)
{
    size_t end = p->frames - seam_frames;

    for (size_t i = 0; i < seam_frames; i++) {
        float angle = quarter_turn * ((float)i + 0.5f) / (float)seam_frames;
        float head = sinf(angle), tail = cosf(angle);

        for (unsigned c = 0; c < p->channels; c++) {
            float *at = &p->at[i * p->channels + c];

            *at = *at * head + p->at[(end + i) * p->channels + c] * tail;
        }
    }
    pcm_resize(p, end);
}

float pcm_peak(const struct pcm *p)
{
    float peak = 0;

    for (size_t i = 0; i < p->frames * p->channels; i++)
        peak = fmaxf(peak, fabsf(p->at[i]));
    return peak;
}
