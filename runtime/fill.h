// SPDX-License-Identifier: MIT
// Filling: what binding has chosen is put into the workflow or the request of a preset, as
// docs/presets.md says: values into nodes, chains grown and cut, windows added, placeholders
// replaced. Pure functions; what an input stands for (a name on the server, bytes in base64, a
// path) is the driver's to say.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct err;

struct fill_input {
    const char *name; // the step's word for it; several of one name are a list, in order
    json_t *value;    // what goes in; borrowed
};

struct fill {
    const json_t *preset; // normalised
    const json_t *params; // bound
    const struct fill_input *inputs;
    size_t n_inputs;
    const char *prefix; // of the files that a workflow's output nodes save; NULL: as it is written
};

// The whole workflow in API form, ready to be sent. A new value; NULL with *err.
json_t *fill_workflow(const struct fill *f, struct err *err);

// The request (a body, or {run, files, …} of a command). A new value; NULL with *err. more: further
// names that placeholders may use (work, output.NAME), an object or NULL.
json_t *fill_request(const struct fill *f, const json_t *more, struct err *err);

// Where the server has put the file of an output whose preset says `saved`: its path below the
// server's output folder, by what workflow (filled in) is called. NULL where history lists it.
char *fill_saved(const struct fill *f, const json_t *workflow, const char *output); // mem_free
