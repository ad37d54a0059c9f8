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
#include <stdint.h>

struct err;

struct media_input {
    const char *name; // several of one name are a list, in order
    const char *path;
    const json_t *facts;
    const char *digest; // of its bytes, in hex; NULL: not known
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
    const char *keep;             // a folder for what an op may want again; NULL: none
    const char *project;          // where fonts and themes of the film are looked for

    // Called from the op, at most some times a second; each may be NULL. A note is something that
    // people should know ("the edge frame is held"), shown at the film's line. A fact is kept with
    // those that are measured of the first output, or of another where it is told as OUTPUT.NAME,
    // under a name that no measured one has: what the op learned while it made it. The value is
    // taken.
    void (*progress)(void *user, double done, double total);
    void (*note)(void *user, const char *text);

    // Called with what libav says, a line each, which is for the step's log and no terminal; may be
    // NULL.
    void (*log)(void *user, const char *line);
    void (*fact)(void *user, const char *name, json_t *value);
    void *user;
};

struct media_op {
    const char *driver; // "local" or "draft"
    const char *kind;
    bool alone; // its bytes repeat only in a process of its own (flite)
    bool (*run)(const struct media_job *job, struct err *err);
};

// A line of dialogue, and where its voice is to be found alone.
struct media_line {
    const char *text;
    double start, seconds; // of the film
    int64_t frame;         // the one that is seen when it begins,
    double after;          // and so many seconds after that
    const char *stem;      // a sound
    double stem_at;        // where in it the line begins
};

// A deliverable, and what it is judged against.
struct media_qc {
    const char *path;
    const char *const *sidecars; // SRT and WebVTT that belong to it
    size_t n_sidecars;
    double lufs, true_peak_db;      // NAN: only told
    long long most_bytes;           // 0: any
    double most_seconds;            // 0: any
    const struct media_line *lines; // in the order in which they begin
    size_t n_lines;
};

// The result of measuring a file.
struct media {
    // Facts of the file open at fd, as docs/steps.md lists them: a new object. name is for
    // messages. Opens no other file, whatever the content asks for.
    json_t *(*probe)(int fd, const char *name, struct err *err);

    // Copies src to dst without the metadata that servers write; no pixel or sample is touched.
    bool (*strip)(const char *src, const char *dst, struct err *err);

    // By how many dB a conform changes the bed at path, before the bed's own level.
    bool (*bed_gain)(const char *path, double *db, struct err *err);

    // How fast the cut with these params shows a clip of clip_seconds in a shot of shot_seconds; 1:
    // as it was taken.
    double (*speed)(const json_t *params, double clip_seconds, double shot_seconds);

    // Judges a deliverable: a new {"facts", "findings"}, as docs/qc.md has them. NULL with *err
    // when it cannot be judged.
    json_t *(*qc)(const struct media_qc *asked, struct err *err);

    // What libav says on this thread goes to the log of job from here on; NULL: nowhere. NULL where
    // nothing is ever said.
    void (*listen)(const struct media_job *job);

    const struct media_op *ops; // ends with a row without a kind
    const char *versions;       // "libavcodec 59.37.100, …" for --version
};

// Looks for the first input called name, and the n-th (from 0) of that name. NULL: none.
const struct media_input *media_input(const struct media_job *job, const char *name);
const struct media_input *media_input_nth(const struct media_job *job, const char *name, size_t n);
const char *media_output_path(const struct media_job *job, const char *name); // NULL: not asked for

// Tells a fact where somebody hears it. Takes value.
void media_tell(const struct media_job *job, const char *name, json_t *value);
