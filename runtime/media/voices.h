// SPDX-License-Identifier: MIT
// Who sounds how in the draft: a steady voice for each character, from what the film says of it.
#pragma once

#include <jansson.h>
#include <stdbool.h>

// A voice of the draft studio, and how this line is said with it.
struct voice {
    const char *flite;      // libav's name for it
    const char *espeak;     // espeak-ng's variant: "m3"
    double pitch;           // factor on the voice's own
    double tempo;           // factor on its pace
    double level;           // dB over an ordinary line
    bool same_throat;       // the pitch moves without the vowels: the same person's size
    bool quaver;            // of age
    double low_hz, high_hz; // what a radio or a wall leaves of it; 0: all
};

// From a speak step's params: voice.name and voice.design first, then who; each line's direction
// and speed on top.
struct voice voice_for(const json_t *params);
