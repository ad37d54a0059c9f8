// SPDX-License-Identifier: MIT
// What is wrong with a deliverable, and where. Owned by one judgement.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/vec.h"

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct finding {
    const char *check; // what looked: "black", "loudness"; borrowed
    enum severity severity;
    bool placed;       // start and end tell where; else it is the whole file's
    double start, end; // seconds of the file
    unsigned more;     // of the same check that are not listed
    char *text;
};

struct findings {
    VEC(struct finding) list;
};

void findings_release(struct findings *f);

// Of one check so many are listed and the rest are counted: a file that is wrong throughout is not
// told frame by frame.
enum { FINDINGS_OF_A_CHECK = 20 };

// Adds one of the whole file, or one from start to end.
void findings_add(struct findings *f, const char *check, enum severity severity, const char *format,
                  ...) __attribute__((format(printf, 4, 5)));
void findings_add_at(struct findings *f, const char *check, enum severity severity, double start,
                     double end, const char *format, ...) __attribute__((format(printf, 6, 7)));

// A new array in the order of time, the whole file's first.
json_t *findings_json(struct findings *f);
