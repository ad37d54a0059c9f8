// SPDX-License-Identifier: MIT
// The drivers of this program. A file of its own, so that a program of the tests can be linked with
// another table.
#include "runtime/service.h"

const struct driver *const drivers[] = {
    &driver_comfyui, &driver_command, &driver_draft,  &driver_local,
    &driver_ollama,  &driver_openai,  &driver_speech, NULL,
};
