// SPDX-License-Identifier: MIT
// Binding: a step whose inputs exist becomes the request that its driver gets. Late values take
// facts of inputs, the preset's own words are chosen and snapped to what its model takes, seconds
// become frames. A pure function: what is bound is what the key is made of.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct artifact;
struct err;
struct step;

struct bound {
    json_t *request; // a new value: {"params": {…}, "preset": {…}} or, here, the params alone
    bool *kept;      // of step->inputs: what the preset takes; heap (mem_free)
};

// preset is the step's, normalised; inputs stand in the order of step->inputs. False with *err of
// kind ERR_FILM when the step cannot be made as the film asks: more seconds than the model takes, a
// fact that the input does not have.
bool bind_step(const struct step *step, const json_t *preset, const struct artifact *const *inputs,
               struct bound *out, struct err *err);
void bound_release(struct bound *b);

// A late value: `{"late": "INPUT.FACT", "plus", "min", "max"}`; or a list of texts and late values,
// which gives one text; or anything that holds such. Returns a new value without any.
json_t *bind_late(const struct step *step, json_t *value, const struct artifact *const *inputs,
                  struct err *err);

// Whether value holds a late value.
bool bind_is_late(json_t *value);
