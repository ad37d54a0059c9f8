// SPDX-License-Identifier: MIT
// An artifact: one output file of a step, known by its digest.
#pragma once

#include <jansson.h>

#include "base/digest.h"

struct artifact {
    const char *name; // the step's word for it
    struct digest digest;
    const char *ext;  // "png"; "" for none
    const char *path; // from the project's folder: ".c41/store/ab/….png", or a file of the project
    json_t *facts;    // what was measured when it was stored
};
