// SPDX-License-Identifier: MIT
// Draft ambience: the words of a prompt become recipes, laid on each other; a bed runs round
// without a seam.
#include "runtime/media/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/recipes.h"

static const double bed_lufs = -35, spot_lufs = -26;
static const double highest_peak_db = -6;
static const double most_seam_seconds = 1.5;
static const double spot_in_seconds = 0.05, spot_out_seconds = 0.4;
static const float far_hz = 900; // what is distant has lost what lies above

// Two parts of one sound: what must be faded into itself to loop, and what goes round by itself.
struct bed {
    struct pcm moving, steady;
    double period;
    const struct media_job *job;
};

static bool add_recipe(struct bed *b, const struct recipe_use *use, uint64_t seed, struct err *err)
{
    struct synth synth = {.seed = seed, .period = b->period};

    for (size_t i = 0; i < recipe_layers(use->recipe); i++) {
        struct layer layer = use->recipe->layers[i];

        if (atomic_load(b->job->cancelled))
            return err_set(err, ERR_CANCELLED, "stopped");
        layer.level += use->level;
        if (use->far && layer.low > far_hz)
            continue;
        if (use->far && layer.high > far_hz)
            layer.high = far_hz;
        synth.number = (unsigned)i;
        synth_add(layer.source == LAYER_TONE ? &b->steady : &b->moving, &layer, &synth);
    }
    return true;
}

// An unheard-of sound: a room whose size and colour come from the words.
static bool add_unknown(struct bed *b, const char *prompt, uint64_t seed, struct err *err)
{
    struct digest chance = digest_of(prompt, strlen(prompt));
    struct recipe room = *recipe_room();
    struct recipe_use use = {.recipe = &room};
    char text[200];

    room.layers[0].high *= exp2f(chance.bytes[0] / 127.5f - 0.5f);
    room.layers[1].high *= exp2f(chance.bytes[1] / 127.5f - 1);
    room.layers[1].level += chance.bytes[2] / 32.0f - 4;
    snprintf(text, sizeof(text),
             "the draft studio does not know the sound of \"%.100s\": it is the tone of a room",
             prompt);
    if (*prompt && b->job->note)
        b->job->note(b->job->user, text);
    return add_recipe(b, &use, seed, err);
}

static bool add_words(struct bed *b, const char *prompt, uint64_t seed, struct err *err)
{
    struct recipe_use uses[RECIPE_MOST_USES];
    size_t n = recipes_for(prompt, uses);
    bool ok = n > 0 || add_unknown(b, prompt, seed, err);

    for (size_t i = 0; ok && i < n; i++) {
        ok = add_recipe(b, &uses[i], seed + i * 0x9e3779b9u, err);
        if (b->job->progress)
            b->job->progress(b->job->user, (double)i + 1, (double)n);
    }
    return ok;
}

static void level(struct pcm *p, double lufs)
{
    double now = loudness_of(p);
    float peak = pcm_peak(p), most = pcm_factor(highest_peak_db), factor;

    if (now <= LOUDNESS_SILENCE || peak <= 0)
        return;
    factor = pcm_factor(lufs - now);
    pcm_scale(p, peak * factor > most ? most / peak : factor);
}

bool ambience_run(const struct media_job *job, struct err *err)
{
    bool loop = json_get_flag(job->params, "loop", false);
    double seconds = fmax(0.1, json_get_number(job->params, "seconds", 10));
    size_t frames = (size_t)pcm_sample(seconds), seam;
    struct bed b = {.job = job, .period = loop ? (double)frames / PCM_RATE : 0};
    bool ok;

    seam = loop ? (size_t)pcm_sample(fmin(most_seam_seconds, seconds / 3)) : 0;
    pcm_init(&b.moving, 2, frames + seam);
    pcm_init(&b.steady, 2, frames);
    ok = add_words(&b, json_get_text(job->params, "prompt", ""),
                   (uint64_t)json_get_integer(job->params, "seed", 0), err);
    if (ok) {
        if (loop) // the first sample follows the last as it did when they were made
            pcm_close_loop(&b.moving, seam);
        pcm_add(&b.moving, 0, &b.steady, 1);
        if (!loop)
            pcm_fade(&b.moving, (size_t)pcm_sample(spot_in_seconds),
                     (size_t)pcm_sample(fmin(spot_out_seconds, seconds / 3)));
        level(&b.moving, loop ? bed_lufs : spot_lufs);
        ok = pcm_write(&b.moving, media_output_path(job, "sound"), loop ? PCM_S16_LOOP : PCM_S16,
                       err);
    }
    pcm_release(&b.moving);
    pcm_release(&b.steady);
    return ok;
}
