// SPDX-License-Identifier: MIT
// A folder of its own for a test that needs files.
#pragma once

enum { SCRATCH_BYTES = 64 };

// Makes a new folder; its path goes to path.
void scratch_make(char path[SCRATCH_BYTES]);

// Removes it with all that is in it.
void scratch_remove(const char *path);
