// SPDX-License-Identifier: MIT
#include "runtime/media/media.h"

#include <string.h>

#include "runtime/media/bed.h"
#include "runtime/media/lav.h"
#include "runtime/media/ops.h"
#include "runtime/media/pace.h"
#include "runtime/media/probe.h"
#include "runtime/media/qc.h"

const struct media_input *media_input_nth(const struct media_job *job, const char *name, size_t n)
{
    for (size_t i = 0; i < job->n_inputs; i++)
        if (strcmp(job->inputs[i].name, name) == 0 && n-- == 0)
            return &job->inputs[i];
    return NULL;
}

const struct media_input *media_input(const struct media_job *job, const char *name)
{
    return media_input_nth(job, name, 0);
}

const char *media_output_path(const struct media_job *job, const char *name)
{
    for (size_t i = 0; i < job->n_outputs; i++)
        if (strcmp(job->outputs[i].name, name) == 0)
            return job->outputs[i].path;
    return NULL;
}

void media_tell(const struct media_job *job, const char *name, json_t *value)
{
    if (job->fact)
        job->fact(job->user, name, value);
    else
        json_decref(value);
}

static const struct media_op ops[] = {
    {"draft", "ambience", false, ambience_run},
    {"draft", "animate", false, animate_run},
    {"draft", "edit", false, edit_run},
    {"draft", "image", false, image_run},
    {"draft", "lipsync", false, lipsync_run},
    {"draft", "retouch", false, retouch_run},
    {"draft", "speak", true, speak_run},
    {"draft", "upscale", false, upscale_run},
    {"local", "card", false, card_run},
    {"local", "conform", false, conform_run},
    {"local", "cut", false, cut_run},
    {"local", "frame", false, frame_run},
    {"local", "join", false, join_run},
    {"local", "mask", false, mask_run},
    {"local", "mix", false, mix_run},
    {"local", "proxy", false, proxy_run},
    {"local", "quality", false, quality_run},
    {"local", "track", false, track_run},
    {.driver = NULL, .kind = NULL},
};

// The module's one exported symbol.
__attribute__((visibility("default"))) extern const struct media c41_media;

const struct media c41_media = {
    .probe = probe,
    .strip = strip,
    .bed_gain = bed_gain,
    .speed = pace_speed,
    .qc = qc,
    .listen = lav_listen,
    .ops = ops,
    .versions = lav_versions,
};
