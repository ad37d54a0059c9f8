// SPDX-License-Identifier: MIT
// Runs ops of the media module on files in a folder of its own, which a test makes and removes.
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "runtime/media/media.h"

enum { JOB_MOST_FILES = 40, JOB_PATH_BYTES = 300 };

struct job {
    char folder[JOB_PATH_BYTES];
    char paths[JOB_MOST_FILES][JOB_PATH_BYTES];
    size_t n_paths;
    struct media_input inputs[JOB_MOST_FILES];
    size_t n_inputs;
    struct media_output outputs[JOB_MOST_FILES];
    size_t n_outputs;
    char notes[1000]; // what the op said last
    json_t *facts;    // what the op told of its first output
    struct err err;
};

void job_init(struct job *j);
void job_release(struct job *j); // removes the folder

// A path in the folder; lives as long as the job.
const char *job_path(struct job *j, const char *name);

void job_input(struct job *j, const char *name, const char *path);
void job_output(struct job *j, const char *name, const char *path);

// JSON written with ' for ".
json_t *job_params(const char *text);

// Runs the op with params (JSON with ' for ") and forgets inputs and outputs.
bool job_run(struct job *j, bool (*run)(const struct media_job *, struct err *),
             const char *params);
