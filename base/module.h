// SPDX-License-Identifier: MIT
// Modules: the parts of c41 that are loaded on first use (media.h, loop.h). Each exports one
// symbol. They stay loaded until the program ends: what libraries leave in threads and exit
// handlers is theirs.
#pragma once

struct err;

// Loads DIR/NAME.so and returns its symbol; NULL with *err that says what is missing and what to
// do.
const void *module_load(const char *dir, const char *name, const char *symbol, struct err *err);
