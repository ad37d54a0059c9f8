// SPDX-License-Identifier: MIT
// libyaml's complaints, as words for people who write films.
#pragma once

#include <stdint.h>

#include "base/diag.h"

struct yaml_fault {
    const char *problem, *context;   // libyaml's words; either may be NULL
    uint32_t problem_at, context_at; // bytes of the source
    struct span comment;             // the last " #" right behind a plain scalar; source 0: none
    bool comment_in_flow;            // it was inside {…} or […]
};

void yaml_fault_say(const struct yaml_fault *fault, struct diag *d, uint32_t source);
