# SPDX-License-Identifier: MIT
"""big_film.py SHOTS: prints a film of so many shots, twenty to a scene, half of them with dialogue."""
import sys

SIZES = ["wide", "full", "medium", "close-up"]
HEAD = """c41: 1
title: A Long Film
style: 35 mm film still
cast:
  ana: {looks: a pilot in her thirties, voice: {design: "a woman of thirty"}}
  joe: {looks: an old man with a dog}
locations:
  deck: {looks: the open deck of a ferry, sound: diesel engine}
scenes:"""


def shot(n):
    yield f"      - shot: s{n}"
    yield f"        size: {SIZES[n % 4]}"
    yield f"        image: Ana and Joe at the rail, wave number {n}"
    if n % 2:
        yield f"        say: {{ana: This is line number {n} of many.}}"
    elif n % 3 == 0:
        yield "        video: they turn to the sea"


def main(shots):
    print(HEAD)
    for n in range(shots):
        if n % 20 == 0:
            print(f"  - id: scene-{n // 20}\n    location: deck\n    cast: [ana, joe]\n    shots:")
        print("\n".join(shot(n)))


main(int(sys.argv[1]))
