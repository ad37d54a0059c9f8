// SPDX-License-Identifier: MIT
// The table of c41-model: the program's own drivers, and one that stands in for models.
#include "runtime/service.h"

extern const struct driver driver_model;

const struct driver *const drivers[] = {
    &driver_comfyui, &driver_command, &driver_draft,  &driver_local, &driver_model,
    &driver_ollama,  &driver_openai,  &driver_speech, NULL,
};
