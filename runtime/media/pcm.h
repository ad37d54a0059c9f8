// SPDX-License-Identifier: MIT
// A sound in memory: float at 48 kHz, channels interleaved. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct rate;

enum { PCM_RATE = 48000 };

struct pcm {
    float *at; // frames * channels
    size_t frames;
    unsigned channels;
};

// How samples lie in a WAV. A loop carries the mark (a `smpl` chunk) that its end runs into its
// beginning without a seam.
enum pcm_form { PCM_S16, PCM_S16_LOOP, PCM_FLOAT };

// frames of silence.
void pcm_init(struct pcm *p, unsigned channels, size_t frames);
void pcm_release(struct pcm *p);               // a zeroed one is fine
void pcm_resize(struct pcm *p, size_t frames); // what is new is silence

// The whole sound of any media file. channels is 1 or 2: one channel goes to both at -3 dB, two to
// one as their mean, more as libswresample folds them down.
bool pcm_read(struct pcm *p, const char *path, unsigned channels, struct err *err);
bool pcm_read_fd(struct pcm *p, int fd, const char *name, unsigned channels, struct err *err);

// The same of a part alone: at most frames of it, from frame from on; fewer, or none, where the
// sound ends before.
bool pcm_read_part(struct pcm *p, const char *path, unsigned channels, size_t from, size_t frames,
                   struct err *err);

// Writes a WAV to path. Nothing is left there on failure.
bool pcm_write(const struct pcm *p, const char *path, enum pcm_form form, struct err *err);

// Whether the WAV at path carries the mark of a loop.
bool pcm_is_loop(const char *path);

// The sample nearest to an instant.
int64_t pcm_sample(double seconds);

// The sample on which a frame of the film begins. Every instant is counted from the first frame and
// rounded once, so that no error adds up.
int64_t pcm_frame_sample(struct rate rate, int64_t frame);

// dB to a factor.
float pcm_factor(double db);

// Adds from to to, its first sample on sample start of to; what would lie outside is dropped. One
// channel goes to both of two at -3 dB.
void pcm_add(struct pcm *to, int64_t start, const struct pcm *from, float factor);

void pcm_scale(struct pcm *p, float factor);

// Equal-power fades over the first and the last frames.
void pcm_fade(struct pcm *p, size_t in_frames, size_t out_frames);

// Makes p run into itself: what lies in its last seam_frames is faded, at equal power, into its
// beginning, and is gone from the end.
void pcm_close_loop(struct pcm *p, size_t seam_frames);

// The largest sample, without sign.
float pcm_peak(const struct pcm *p);
