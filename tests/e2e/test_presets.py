# SPDX-License-Identifier: MIT
"""The presets that come with the program: deliverables are files as they say, recipes are films, the
draft studio names what the draft makes."""
import pathlib
import re

import pytest

from media import File, decode

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "presets"

# What ffprobe calls the streams of each platform's file, and its ending and size where they are its own.
H264, PRORES = ("mp4", "h264", "yuv420p", "aac"), ("mov", "prores", "yuv422p10le", "pcm_s24le")
PLATFORMS = {
    "archive": ("mkv", "av1", "yuv420p", "opus", None),
    "atsc-a85": (*PRORES, None),
    "broadcast-r128": (*PRORES, None),
    "discord": (*H264, (1280, 720)),
    "dnxhr-master": ("mov", "dnxhd", "yuv422p10le", "pcm_s24le", None),
    "prores-master": (*PRORES, None),
    "reels": (*H264, (1080, 1920)),
    "review": (*H264, (960, 540)),
    "square": (*H264, (1080, 1080)),
    "tiktok": (*H264, (1080, 1920)),
    "web": (*H264, None),
    "web-av1": ("mp4", "av1", "yuv420p", "aac", None),
    "x": (*H264, None),
    "youtube": (*H264, None),
}

SOUND_ALONE = ["me", "podcast", "stems"] # test_stems.py
PREVIEWS = ["gif", "stills", "stills-jpeg", "webp"] # test_deliver.py

FILM = """\
c41: 1
title: Everywhere
format: 320x180@24
scenes:
  - id: a
    shots:
      - {shot: b, image: A lighthouse, seconds: 0.5, sound: wind}
deliver: [%s]
"""


def test_platforms(make_project):
    assert sorted([*PLATFORMS, *SOUND_ALONE, *PREVIEWS]) == sorted(path.stem for path in (PRESETS / "deliver").glob("*.yaml"))
    project = make_project({"film.yaml": FILM % ", ".join(PLATFORMS)})
    build = project.build("film.yaml")
    assert build.code == 0, build.err
    for name, (ending, codec, pixels, sound, size) in PLATFORMS.items():
        made = File(project.folder / f"out/draft/everywhere-{name}.{ending}")
        picture, audio = made.stream("video"), made.stream("audio")

        assert (picture["codec_name"], picture["pix_fmt"]) == (codec, pixels), name
        assert (picture["width"], picture["height"]) == (size or (320, 180)), name
        assert (audio["codec_name"], audio["sample_rate"]) == (sound, "48000"), name
        assert made.frames == 12, name
        decode(made.path)


RECIPES = {
    "clip": ["prompt=a boat in the rain"],
    "picture": ["prompt=a boat: in the rain", "takes=2"],
    "talking-head": ["who=a keeper in her sixties", "text=The sea sends nobody."],
    "voice": ["text=The light went out at nine."],
}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_recipe(make_project, name):
    """A recipe compiles with the values that it must be given, and asks for the first that is missing."""
    path = PRESETS / "recipes" / f"{name}.yaml"
    project = make_project({"recipe.yaml": path.read_text(encoding="utf-8")})
    done = project.run("check", "recipe.yaml", *RECIPES[name])
    assert done.returncode == 0 and "warning" not in done.stderr, done.stderr
    done = project.run("check", "recipe.yaml")
    missing = RECIPES[name][0].split("=")[0]
    assert done.returncode == 2 and f'the param "{missing}" has no value' in done.stderr
    # The line above a recipe is a command that people copy.
    usage = path.read_text(encoding="utf-8").splitlines()[1]
    assert usage.startswith(f"# c41 render {name} ")
    assert {word.split("=")[0] for word in RECIPES[name]} - {"takes"} <= set(re.findall(r"(\w+)=", usage))


def test_recipes_are_all_tried():
    assert sorted(RECIPES) == sorted(path.stem for path in (PRESETS / "recipes").glob("*.yaml"))
