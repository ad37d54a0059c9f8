// SPDX-License-Identifier: MIT
// What the media module offers: everything that touches libav, Pango or Cairo. The module is loaded
// on first use; its one exported symbol is `const struct media c41_media`.
//
// An op makes the artifacts of one step from files. Ops run on worker threads, many at once; an op
// touches only its job. What each kind takes and makes is docs/steps.md.
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

struct media_input {
    const char *name; // several of one name are a list, in order
    const char *path;
    const json_t *facts;
};

struct media_output {
    const char *name;
    const char *path; // the op writes the whole file here
};

struct media_job {
    const json_t *params; // bound: no late values
    const struct media_input *inputs;
    size_t n_inputs;
    const struct media_output *outputs;
    size_t n_outputs;
    const atomic_bool *cancelled; // polled by the op, at least once a frame
    const char *project;          // where fonts and themes of the film are looked for

    // Called from the op, at most some times a second; both may be NULL. A note is something that
    // people should know ("the edge frame is held"), shown at the film's line.
    void (*progress)(void *user, double done, double total);
    void (*note)(void *user, const char *text);
    void *user;
};

struct media_op {
    const char *driver; // "local" or "draft"
    const char *kind;
    bool alone; // its bytes repeat only in a process of its own (flite)
    bool (*run)(const struct media_job *job, struct err *err);
};

// The result of measuring a file.
struct media {
    // Facts of the file open at fd, as docs/steps.md lists them: a new object. name is for
    // messages. Opens no other file, whatever the content asks for.
    json_t *(*probe)(int fd, const char *name, struct err *err);

    // Copies src to dst without the metadata that servers write; no pixel or sample is touched.
    bool (*strip)(const char *src, const char *dst, struct err *err);

    const struct media_op *ops; // ends with a row without a kind
    const char *versions;       // "libavcodec 59.37.100, …" for --version
};

// Looks for the first input called name, and the n-th (from 0) of that name. NULL: none.
const struct media_input *media_input(const struct media_job *job, const char *name);
const struct media_input *media_input_nth(const struct media_job *job, const char *name, size_t n);
const char *media_output_path(const struct media_job *job, const char *name); // NULL: not asked for
