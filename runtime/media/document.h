// SPDX-License-Identifier: MIT
// Facts of files that are words or numbers: JSON, text, LoRAs.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct err;

// Sets *facts to a new object when the file at fd is JSON, text or safetensors; leaves it alone
// when it is something else. Returns false with *err when the file cannot be read.
bool document_facts(int fd, const char *name, json_t **facts, struct err *err);
