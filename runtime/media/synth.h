// SPDX-License-Identifier: MIT
// Sound from nothing: noise in bands, tones, showers of grains, murmuring voices. What a layer is
// made of is data (ambience recipes); the same layer and seed give the same samples.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pcm;

enum layer_source {
    LAYER_WHITE, // noise between low and high
    LAYER_PINK,
    LAYER_BROWN,
    LAYER_TONE,   // a sine at low; harmonic, and without a seam in a loop
    LAYER_PUFFS,  // grains of noise, each around a pitch between low and high
    LAYER_CHIRPS, // grains of a sine
    LAYER_BELLS,  // grains of a struck bell's partials
    LAYER_MURMUR, // `rate` people talking, no words
};

struct layer {
    enum layer_source source;
    float level;     // dB: RMS of noise, tones and murmur; the peak of a loud grain
    float low, high; // Hz

    // A slow swell: level * (1 - depth + depth * wave^power), starting lag seconds late.
    float swell_hz, swell_depth, swell_power, swell_lag;

    // Grains. Layers of one recipe with one rate strike together.
    float rate;          // a second
    float steady;        // from 0, by chance, to 1, like a clock
    float attack, decay; // seconds
    float sweep;         // octaves that a grain's pitch moves
    unsigned burst;      // grains that follow one another (0 is 1), gap seconds apart
    float gap, delay;    // delay: after the strike
};

// What is asked of a layer beside its own data.
struct synth {
    uint64_t seed;   // of the recipe: the same for all its layers
    unsigned number; // of the layer in it
    double period;   // seconds: swells and tones go round in it a whole number of times; 0: no loop
};

// Adds the layer to all of out (two channels).
void synth_add(struct pcm *out, const struct layer *layer, const struct synth *synth);
