// SPDX-License-Identifier: MIT
#include "runtime/media/synth.h"

#include <math.h>
#include <stddef.h>

#include "base/mem.h"
#include "runtime/media/pcm.h"

static const float turn = 6.28318531f;
static const float side_level = 0.6f; // of a noise's stereo width
static const float grain_lengths = 6; // decays until a grain is over
enum { SWELL_STEP = 64, BELL_PARTIALS = 5 };

// A small generator of chance (splitmix64).
struct chance {
    uint64_t state;
};

static uint64_t draw(struct chance *c)
{
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static float draw_part(struct chance *c) // [0, 1)
{
    return (float)(draw(c) >> 40) / (float)(1 << 24);
}

static float draw_white(struct chance *c) // [-1, 1)
{
    return draw_part(c) * 2 - 1;
}

static float draw_between(struct chance *c, float low, float high) // even in octaves
{
    return low < high ? low * powf(high / low, draw_part(c)) : low;
}

static struct chance chance_for(const struct synth *synth, uint64_t salt)
{
    struct chance c = {synth->seed ^ (salt + 1) * 0xd1342543de82ef95u};

    draw(&c);
    return c;
}

// A two-pole filter in direct form 2, transposed.
struct biquad {
    float b0, b1, b2, a1, a2, z1, z2;
};

enum pass { PASS_LOW, PASS_HIGH, PASS_BAND };

static struct biquad biquad_make(enum pass pass, float hz, float q)
{
    float w = turn * fminf(hz, PCM_RATE * 0.45f) / PCM_RATE, c = cosf(w), alpha = sinf(w) / (2 * q);
    float edge = pass == PASS_LOW ? (1 - c) / 2 : (1 + c) / 2, a0 = 1 + alpha;
    struct biquad f = {.a1 = -2 * c / a0, .a2 = (1 - alpha) / a0};

    if (pass == PASS_BAND) {
        f.b0 = alpha / a0;
        f.b2 = -alpha / a0;
    } else {
        f.b0 = f.b2 = edge / a0;
        f.b1 = (pass == PASS_LOW ? 2 : -2) * edge / a0;
    }
    return f;
}

static float biquad_run(struct biquad *f, float x)
{
    float y = f->b0 * x + f->z1;

    f->z1 = f->b1 * x - f->a1 * y + f->z2;
    f->z2 = f->b2 * x - f->a2 * y;
    return y;
}

// One channel of coloured noise in a band.
struct noise {
    enum layer_source colour;
    struct chance chance;
    float pink[3], brown;
    struct biquad low[2], high[2];
};

static struct noise noise_make(const struct layer *layer, struct chance chance)
{
    struct noise n = {.colour = layer->source, .chance = chance};

    // Two stages with these Qs are a Butterworth filter of the fourth order.
    n.low[0] = biquad_make(PASS_HIGH, layer->low, 0.5412f);
    n.low[1] = biquad_make(PASS_HIGH, layer->low, 1.3066f);
    n.high[0] = biquad_make(PASS_LOW, layer->high, 0.5412f);
    n.high[1] = biquad_make(PASS_LOW, layer->high, 1.3066f);
    return n;
}

static float noise_next(struct noise *n)
{
    float w = draw_white(&n->chance), x = w;

    if (n->colour == LAYER_PINK) {
        n->pink[0] = 0.99765f * n->pink[0] + w * 0.0990460f;
        n->pink[1] = 0.96300f * n->pink[1] + w * 0.2965164f;
        n->pink[2] = 0.57000f * n->pink[2] + w * 1.0526913f;
        x = n->pink[0] + n->pink[1] + n->pink[2] + w * 0.1848f;
    } else if (n->colour == LAYER_BROWN) {
        x = n->brown = 0.9985f * n->brown + w;
    }
    for (int i = 0; i < 2; i++)
        x = biquad_run(&n->high[i], biquad_run(&n->low[i], x));
    return x;
}

// hz, or what is near it and goes round a whole number of times in a loop.
static double whole_turns(double hz, double period)
{
    double turns = round(hz * period);

    return period > 0 ? (turns < 1 ? 1 : turns) / period : hz;
}

// The swell's factor at a second. A second, slower wave keeps it from sounding like a machine.
static float swell_at(const struct layer *layer, double period, double seconds)
{
    double hz = whole_turns(layer->swell_hz, period), slow = whole_turns(hz * 0.37, period);
    double t = seconds - layer->swell_lag;
    double wave = 0.5 - 0.5 * cos(2 * M_PI * hz * t);

    if (layer->swell_hz < 1)
        wave *= 0.75 + 0.25 * sin(2 * M_PI * slow * t);
    return (float)(1 - layer->swell_depth +
                   layer->swell_depth * pow(wave, layer->swell_power > 0 ? layer->swell_power : 1));
}

static void swell(struct pcm *p, const struct layer *layer, double period)
{
    float now = swell_at(layer, period, 0);

    for (size_t start = 0; start < p->frames && layer->swell_hz > 0; start += SWELL_STEP) {
        float next = swell_at(layer, period, (double)(start + SWELL_STEP) / PCM_RATE);

        for (size_t i = start; i < start + SWELL_STEP && i < p->frames; i++) {
            float factor = now + (next - now) * (float)(i - start) / SWELL_STEP;

            p->at[2 * i] *= factor;
            p->at[2 * i + 1] *= factor;
        }
        now = next;
    }
}

static void set_rms(struct pcm *p, float db)
{
    double sum = 0;

    for (size_t i = 0; i < p->frames * 2; i++)
        sum += (double)p->at[i] * p->at[i];
    if (sum > 0)
        pcm_scale(p, pcm_factor(db) / (float)sqrt(sum / (double)(p->frames * 2)));
}

static void fill_noise(struct pcm *p, const struct layer *layer, const struct synth *synth)
{
    struct noise middle = noise_make(layer, chance_for(synth, synth->number * 8u + 1));
    struct noise side = noise_make(layer, chance_for(synth, synth->number * 8u + 2));

    for (size_t i = 0; i < p->frames; i++) {
        float m = noise_next(&middle), s = noise_next(&side) * side_level;

        p->at[2 * i] = m + s;
        p->at[2 * i + 1] = m - s;
    }
}

static void fill_tone(struct pcm *p, const struct layer *layer, const struct synth *synth)
{
    struct chance chance = chance_for(synth, synth->number * 8u + 3);
    double hz = whole_turns(layer->low, synth->period), phase = draw_part(&chance);

    for (size_t i = 0; i < p->frames; i++)
        p->at[2 * i] = p->at[2 * i + 1] =
            (float)sin(2 * M_PI * fmod(phase + hz * (double)i / PCM_RATE, 1));
}

// What one grain sounds like; rendered to a buffer of its own, then set in its place.
struct grain {
    float hz, peak, pan;
    size_t frames, attack_frames;
};

static float envelope(const struct layer *layer, const struct grain *g, size_t i)
{
    if (i < g->attack_frames)
        return (float)i / (float)g->attack_frames;
    return expf(-(float)(i - g->attack_frames) / (layer->decay * PCM_RATE));
}

static void draw_puff(float *to, const struct layer *layer, const struct grain *g,
                      struct chance *chance)
{
    struct biquad band = biquad_make(PASS_BAND, g->hz, 1.1f);

    for (size_t i = 0; i < g->frames; i++)
        to[i] = biquad_run(&band, draw_white(chance)) * envelope(layer, g, i);
}

static void draw_chirp(float *to, const struct layer *layer, const struct grain *g)
{
    float length = (layer->decay * 2 + layer->attack) * PCM_RATE, phase = 0;

    for (size_t i = 0; i < g->frames; i++) {
        to[i] = sinf(phase) * envelope(layer, g, i);
        phase += turn * g->hz * exp2f(layer->sweep * fminf(1, (float)i / length)) / PCM_RATE;
        if (phase > turn)
            phase -= turn;
    }
}

static void draw_bell(float *to, const struct layer *layer, const struct grain *g)
{
    static const float ratio[BELL_PARTIALS] = {0.5f, 1, 1.19f, 2, 2.74f};
    static const float part[BELL_PARTIALS] = {0.5f, 1, 0.6f, 0.5f, 0.25f};

    for (int k = 0; k < BELL_PARTIALS; k++)
        for (size_t i = 0; i < g->frames; i++) {
            float t = (float)i / PCM_RATE;

            to[i] += part[k] * sinf(turn * g->hz * ratio[k] * t) * envelope(layer, g, i) *
                     expf(-t * ratio[k] * 0.4f);
        }
}

static void set_grain(struct pcm *p, size_t at, const float *from, const struct grain *g)
{
    float peak = 0, left = sqrtf(1 - g->pan), right = sqrtf(g->pan);

    for (size_t i = 0; i < g->frames; i++)
        peak = fmaxf(peak, fabsf(from[i]));
    for (size_t i = 0; i < g->frames && at + i < p->frames && peak > 0; i++) {
        p->at[2 * (at + i)] += from[i] * left * g->peak / peak;
        p->at[2 * (at + i) + 1] += from[i] * right * g->peak / peak;
    }
}

static void strike(struct pcm *p, double seconds, const struct layer *layer, struct chance *chance,
                   float *scratch)
{
    float hz = draw_between(chance, layer->low, layer->high), pan = 0.2f + 0.6f * draw_part(chance);
    unsigned burst = layer->burst ? layer->burst : 1;

    for (unsigned k = 0; k < burst; k++) {
        struct grain g = {.hz = hz * (1 + 0.04f * draw_white(chance)), .pan = pan};
        double at = seconds + layer->delay +
                    (double)layer->gap * k * (1 + 0.08 * (double)draw_white(chance));

        g.peak = pcm_factor(layer->level - 9 * draw_part(chance) * draw_part(chance));
        g.attack_frames = (size_t)(layer->attack * PCM_RATE) + 1;
        g.frames = g.attack_frames + (size_t)(layer->decay * grain_lengths * PCM_RATE);
        for (size_t i = 0; i < g.frames; i++)
            scratch[i] = 0;
        if (layer->source == LAYER_PUFFS)
            draw_puff(scratch, layer, &g, chance);
        else if (layer->source == LAYER_CHIRPS)
            draw_chirp(scratch, layer, &g);
        else
            draw_bell(scratch, layer, &g);
        set_grain(p, (size_t)(fmax(0, at) * PCM_RATE), scratch, &g);
    }
}

// The times come from the recipe's seed and the rate alone, so that layers strike together.
static void fill_grains(struct pcm *p, const struct layer *layer, const struct synth *synth)
{
    struct chance times = chance_for(synth, 0x7131 + (uint64_t)(layer->rate * 1000));
    struct chance sounds = chance_for(synth, synth->number * 8u + 4);
    double length = (double)p->frames / PCM_RATE, mean = 1 / (double)layer->rate;
    double at = fmin(0.15 + 0.35 * (double)draw_part(&times), mean);
    float *scratch = mem_new(
        sizeof(*scratch) * (size_t)((layer->attack + layer->decay * grain_lengths) * PCM_RATE + 8));

    while (at < length) {
        double wait = -log(1 - (double)draw_part(&times)) * mean;

        strike(p, at, layer, &sounds, scratch);
        at += layer->steady * mean + (1 - (double)layer->steady) * wait;
        at += 1.0 / PCM_RATE;
    }
    mem_free(scratch);
}

// Somebody talking two tables away: a buzzing voice through two formants that wander from
// syllable to syllable, with pauses.
static void add_talker(struct pcm *p, struct chance *chance)
{
    float pitch = draw_between(chance, 90, 230), pan = 0.15f + 0.7f * draw_part(chance), phase = 0;
    float left = sqrtf(1 - pan), right = sqrtf(pan), loud = 0.4f + 0.6f * draw_part(chance);
    struct biquad low = {0}, high = {0};
    size_t syllable_end = 0, syllable = 1;
    float level = 0, target = 0, bend = 1;

    for (size_t i = 0; i < p->frames; i++) {
        float voice, y;

        if (i >= syllable_end) {
            struct biquad next_low = biquad_make(PASS_BAND, draw_between(chance, 300, 800), 5);
            struct biquad next_high = biquad_make(PASS_BAND, draw_between(chance, 900, 2400), 7);

            next_low.z1 = low.z1, next_low.z2 = low.z2;
            next_high.z1 = high.z1, next_high.z2 = high.z2;
            low = next_low, high = next_high;
            bend = 0.9f + 0.25f * draw_part(chance);
            target = draw_part(chance) < 0.22f ? 0 : 0.4f + 0.6f * draw_part(chance);
            syllable = (size_t)((0.11f + 0.16f * draw_part(chance)) * PCM_RATE);
            syllable_end = i + syllable;
        }
        phase += pitch * bend / PCM_RATE;
        phase -= phase >= 1 ? 1 : 0;
        voice = (phase - 0.5f) * 1.6f + draw_white(chance) * 0.12f;
        level += (target - level) * 0.0006f;
        y = (biquad_run(&low, voice) + 0.5f * biquad_run(&high, voice)) * level * loud;
        p->at[2 * i] += y * left;
        p->at[2 * i + 1] += y * right;
    }
}

void synth_add(struct pcm *out, const struct layer *layer, const struct synth *synth)
{
    struct chance talkers = chance_for(synth, synth->number * 8u + 5);
    struct pcm p;

    pcm_init(&p, 2, out->frames);
    if (layer->source <= LAYER_BROWN)
        fill_noise(&p, layer, synth);
    else if (layer->source == LAYER_TONE)
        fill_tone(&p, layer, synth);
    else if (layer->source == LAYER_MURMUR)
        for (int i = 0; i < (int)layer->rate; i++)
            add_talker(&p, &talkers);
    else
        fill_grains(&p, layer, synth);
    swell(&p, layer, synth->period);
    if (layer->source < LAYER_PUFFS || layer->source == LAYER_MURMUR)
        set_rms(&p, layer->level);
    pcm_add(out, 0, &p, 1);
    pcm_release(&p);
}
