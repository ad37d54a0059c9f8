// SPDX-License-Identifier: MIT
// Scripts that a machine has no fonts for: what people are told, instead of silent boxes.
#pragma once

#include <stdint.h>

struct media_job;

// Notes which script letter is of, and where its fonts are to be had; nothing for 0.
void scripts_note(const struct media_job *job, uint32_t letter);
