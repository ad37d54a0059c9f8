# SPDX-License-Identifier: MIT
"""reference.py SHOTS FOLDER [whole]: writes the reference film: one scene file for ten shots, each shot eight steps
(image, board, voice, timing, track, lipsync, mix, cut), and one file delivered for each scene; or, for "whole", one with
subtitles for all of them."""
import pathlib
import sys

SIZES = ["wide", "full", "medium", "close-up"]
FILM = """c41: 1
title: The Reference
format: 64x48@24
style: 35 mm film still
include: [scenes/*.yaml]
cast:
  ana: {looks: a pilot in her thirties}
  joe: {looks: an old man with a dog}
locations:
  deck: {looks: the open deck of a ferry}
deliver: [DELIVER]
"""
DELIVER = {"scenes": "{preset: web, each: scene, subtitles: none}", "whole": "web"}
SCENE = """- id: scene-{scene:05d}
  location: deck
  cast: [ana, joe]
  shots:
"""
SHOT = """  - shot: s{shot}
    size: {size}
    seconds: 4
    image: Ana and Joe at the rail, wave number {number} of the long crossing
    say: {{ana: This is line number {number} of many.}}
"""


def scene(number):
    shots = [SHOT.format(shot=i, size=SIZES[i % 4], number=number * 10 + i) for i in range(10)]
    return SCENE.format(scene=number) + "".join(shots)


def main(shots, folder, deliver="scenes"):
    root = pathlib.Path(folder)
    (root / "scenes").mkdir(parents=True, exist_ok=True)
    (root / "film.yaml").write_text(FILM.replace("DELIVER", DELIVER[deliver]))
    for number in range(shots // 10):
        (root / "scenes" / f"{number:05d}.yaml").write_text(scene(number))


main(int(sys.argv[1]), *sys.argv[2:])
