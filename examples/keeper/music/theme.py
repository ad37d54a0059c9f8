#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays theme.flac, the few bars at the end of The Keeper: a small harmonium and one bell.

    python3 theme.py && ffmpeg -i theme.wav -compression_level 12 theme.flac

Ours, as the film is; nothing in it was recorded.
"""
import array
import math
import wave

RATE = 22050
BEAT = 1.12  # seconds

# (beats, chord, melody) in MIDI numbers: D minor that ends in D major, for she sleeps.
BARS = [
    (2, (50, 57, 62, 65), 69),
    (2, (46, 58, 62, 65), 70),
    (2, (43, 58, 62, 67), 70),
    (2, (45, 57, 61, 64), 69),
    (4, (50, 57, 62, 66), 74),
]


def hertz(note):
    return 440 * 2 ** ((note - 69) / 12)


def reed(out, note, start, length, level):
    """A reed: few overtones, slow to speak, with a slow beat against its own neighbour."""
    attack, release = 0.5, 0.9
    end = length + release
    for partial, strength in ((1, 1), (2, 0.45), (3, 0.22), (4, 0.08)):
        for detune in (-0.35, 0.35):
            step = 2 * math.pi * (hertz(note) * partial + detune) / RATE
            for i in range(int(end * RATE)):
                t = i / RATE
                swell = min(1, t / attack) * min(1, max(0, (end - t) / release))
                out[int(start * RATE) + i] += level * strength * swell * swell * (3 - 2 * swell) * math.sin(step * i)


def bell(out, note, start, level):
    for partial, strength, fall in ((1, 1, 1.1), (2.01, 0.35, 1.9), (2.99, 0.12, 3.5)):
        step = 2 * math.pi * hertz(note) * partial / RATE
        for i in range(int(3.5 * RATE)):
            t = i / RATE
            out[int(start * RATE) + i] += level * strength * min(1, t / 0.008) * math.exp(-fall * t) * math.sin(step * i)


def main():
    seconds = sum(beats for beats, _, _ in BARS) * BEAT + 3
    out = array.array("d", bytes(8 * int(seconds * RATE)))
    at = 0.0
    for beats, chord, melody in BARS:
        for note in chord:
            reed(out, note, at, beats * BEAT, 0.05)
        bell(out, melody, at + BEAT, 0.16)
        at += beats * BEAT
    with wave.open("theme.wav", "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(array.array("h", (round(8000 * math.tanh(x)) for x in out)).tobytes())


main()
