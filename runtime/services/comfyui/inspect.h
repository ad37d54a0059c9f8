// SPDX-License-Identifier: MIT
// What a ComfyUI server says of itself, for `c41 studio` and `c41 check`.
#pragma once

#include <jansson.h>

struct inspection;

void comfyui_inspect(struct inspection *i);
void comfyui_compare(const struct inspection *i, const json_t *preset, json_t *list);
