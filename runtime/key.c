// SPDX-License-Identifier: MIT
#include "runtime/key.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/bind.h"

static json_t *list_inputs(const struct step *step, const struct artifact *const *inputs,
                           const bool *kept)
{
    json_t *list = json_array();
    char hex[DIGEST_HEX_BYTES];

    for (size_t i = 0; i < step->n_inputs; i++)
        if (kept[i] && step->inputs[i].mode == EDGE_USE)
            json_array_append_new(list, json_pack("{s:s, s:s}", "name", step->inputs[i].name,
                                                  "digest", digest_hex(&inputs[i]->digest, hex)));
    return list;
}

char *key_preimage(const struct step *step, const char *driver, const json_t *request,
                   const struct artifact *const *inputs, const bool *kept, json_t *prints)
{
    struct buf text = {0};
    json_t *whole = json_object();

    json_object_set_new(whole, "kind", json_string(step->kind->name));
    json_object_set_new(whole, "version", json_integer(step->kind->version));
    json_object_set_new(whole, "driver", json_string(driver));
    json_object_set_new(whole, "inputs", list_inputs(step, inputs, kept));
    json_object_set(whole, "request", (json_t *)(uintptr_t)request);
    if (prints)
        json_object_set(whole, "fingerprints", prints);
    json_canonical(whole, &text);
    json_decref(whole);
    return buf_take(&text);
}

void key_of(const char *preimage, char hex[DIGEST_HEX_BYTES])
{
    struct digest d = digest_of(preimage, strlen(preimage));

    digest_hex(&d, hex);
}

// Whether binding hands the word on as the film says it.
static bool is_plain(const json_t *preset, const char *name, json_t *value, bool as_they_stand)
{
    const json_t *rule = json_object_get(json_object_get(preset, "params"), name);

    if (bind_is_late(value))
        return false;
    return as_they_stand || (json_is_string(value) && rule && !json_object_get(rule, "form") &&
                             !json_object_get(rule, "values"));
}

char *key_foresee(const struct step *step, const json_t *preset, bool as_they_stand,
                  const char *before)
{
    json_t *whole = json_loads(before, 0, NULL), *request = json_object_get(whole, "request");
    json_t *params = as_they_stand ? request : json_object_get(request, "params");
    json_t *written, *value;
    struct buf text = {0};
    const char *name;

    if (!json_is_object(params)) {
        json_decref(whole);
        return NULL;
    }
    written = step_params(step);
    json_object_foreach(written, name, value)
        if (is_plain(preset, name, value, as_they_stand))
            json_object_set(params, name, value);
    json_decref(written);
    json_canonical(whole, &text);
    json_decref(whole);
    return buf_take(&text);
}
