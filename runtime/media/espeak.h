// SPDX-License-Identifier: MIT
// The espeak-ng program: text on its standard input, a WAV on its standard output, never a shell.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

struct err;
struct pcm;
struct voice;

// Says text into out. *found tells whether the program is on this machine; without it out is left
// alone and true is returned.
bool espeak_say(struct pcm *out, const char *text, const char *language, const struct voice *voice,
                const atomic_bool *cancelled, bool *found, struct err *err);
