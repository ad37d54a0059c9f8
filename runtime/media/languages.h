// SPDX-License-Identifier: MIT
// Names of languages, as people write them: "German", "de", "de-AT", "deu".
#pragma once

// The three letters of ISO 639-2 that containers want, or NULL. Never freed.
const char *language_code(const char *name);

// The same for MOV, where some have older letters.
const char *language_code_of_mov(const char *name);

// What espeak-ng calls it, or NULL when the table does not know it.
const char *language_for_espeak(const char *name);
