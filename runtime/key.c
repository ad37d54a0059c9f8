// SPDX-License-Identifier: MIT
#include "runtime/key.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"

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
                   const struct artifact *const *inputs, const bool *kept)
{
    struct buf text = {0};
    json_t *whole = json_object();

    json_object_set_new(whole, "kind", json_string(step->kind->name));
    json_object_set_new(whole, "version", json_integer(step->kind->version));
    json_object_set_new(whole, "driver", json_string(driver));
    json_object_set_new(whole, "inputs", list_inputs(step, inputs, kept));
    json_object_set_new(whole, "request", json_deep_copy(request));
    json_canonical(whole, &text);
    json_decref(whole);
    return buf_take(&text);
}

void key_of(const char *preimage, char hex[DIGEST_HEX_BYTES])
{
    struct digest d = digest_of(preimage, strlen(preimage));

    digest_hex(&d, hex);
}
