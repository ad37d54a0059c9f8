// SPDX-License-Identifier: MIT
#include "runtime/media/part.h"

#include <math.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/media/bed.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/tape.h"

static const float quarter_turn = 1.57079633f;
enum { BLOCK_FRAMES = 4096 };

static struct tape *open_bed(const char *path, const char *scratch, struct err *err)
{
    struct tape *tape = NULL;
    struct pcm turn = {0};

    if (bed_read(&turn, path, err)) {
        pcm_scale(&turn, pcm_factor(bed_gain_db(&turn)));
        tape = tape_loop(&turn, scratch, err);
    }
    pcm_release(&turn);
    return tape;
}

bool part_open(struct part *p, const char *scratch, struct err *err)
{
    if (!p->tape)
        p->tape = p->looped ? open_bed(p->input->path, scratch, err)
                            : tape_open(p->input->path, scratch, err);
    return p->tape || err_wrap(err, "%s", p->what);
}

void part_close(struct part *p)
{
    tape_close(p->tape);
    p->tape = NULL;
}

float part_fade(int64_t into, int64_t left, int64_t fade_in, int64_t fade_out)
{
    float factor = 1;

    if (into < fade_in)
        factor *= sinf(quarter_turn * ((float)into + 0.5f) / (float)fade_in);
    if (left < fade_out)
        factor *= sinf(quarter_turn * ((float)left + 0.5f) / (float)fade_out);
    return factor;
}

// Adds frames from sample at on, which lie within the part.
static bool add_block(const struct part *p, const struct ducking *ducking, int64_t at, float *to,
                      size_t frames, struct err *err)
{
    float block[BLOCK_FRAMES * 2], duck[BLOCK_FRAMES];
    size_t got;

    if (!tape_read(p->tape, p->skip + at - p->start, block, frames, &got, err))
        return err_wrap(err, "%s", p->what);
    if (p->duck.floor < 1)
        ducking_fill(ducking, &p->duck, at, duck, got);
    for (size_t i = 0; i < got; i++) {
        int64_t sample = at + (int64_t)i;
        float factor =
            p->factor * part_fade(sample - p->start, p->end - 1 - sample, p->fade_in, p->fade_out);

        if (p->duck.floor < 1)
            factor *= duck[i];
        to[2 * i] += factor * block[2 * i];
        to[2 * i + 1] += factor * block[2 * i + 1];
    }
    return true;
}

bool part_add(const struct part *p, const struct ducking *ducking, int64_t at, float *to,
              size_t frames, struct err *err)
{
    int64_t from = p->start > at ? p->start : at, end = at + (int64_t)frames;

    end = p->end < end ? p->end : end;
    for (int64_t s = from; s < end; s += BLOCK_FRAMES) {
        size_t n = end - s < BLOCK_FRAMES ? (size_t)(end - s) : BLOCK_FRAMES;

        if (!add_block(p, ducking, s, to + (s - at) * 2, n, err))
            return false;
    }
    return true;
}

void part_describe(const struct part *p, const struct ducking *ducking, int64_t from, int64_t to,
                   struct buf *out)
{
    bool begins = p->start + p->fade_in > from, ends = p->end - p->fade_out < to;

    buf_printf(out, "part %s %lld %.9g", p->input->digest ? p->input->digest : p->input->path,
               (long long)(p->skip + from - p->start), (double)p->factor);
    if (begins)
        buf_printf(out, " in %lld %lld", (long long)(p->start - from), (long long)p->fade_in);
    if (ends)
        buf_printf(out, " out %lld %lld", (long long)(p->end - from), (long long)p->fade_out);
    if (p->looped)
        buf_puts(out, " bed");
    if (p->duck.floor < 1) {
        buf_printf(out, " duck %.9g %.9g %.9g", (double)p->duck.floor, p->duck.attack_seconds,
                   p->duck.release_seconds);
        ducking_describe(ducking, &p->duck, from, to, out);
    }
    buf_char(out, '\n');
}
