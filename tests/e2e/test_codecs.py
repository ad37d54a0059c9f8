# SPDX-License-Identifier: MIT
"""Every codec in every container that takes it, asked for over every preset of a picture: what the preset says of its own
encoder is nothing to another one. Seen by ffprobe."""
import pathlib
import re

import pytest

import media

PRESETS = pathlib.Path(__file__).resolve().parents[2] / "presets/deliver"
NAMES = sorted(path.stem for path in PRESETS.iterdir() if re.search(r"format: (mp4|mov|mkv)", path.read_text(encoding="utf-8")))

# How a codec is asked for, what it is to ffprobe, and the containers that take it.
CODECS = {
    "h264": ("h264", "mp4 mov mkv"),
    "x264": ("h264", "mkv"),
    "hevc": ("hevc", "mp4 mov mkv"),
    "av1": ("av1", "mp4 mkv"),
    "prores": ("prores", "mov mkv"),
    "prores-4444": ("prores", "mov"),
    "dnxhr-lb": ("dnxhd", "mov mkv"),
    "dnxhr-hqx": ("dnxhd", "mov"),
}
AUDIO = {"mp4": "aac", "mov": "pcm_s24le", "mkv": "flac"}
WANTED = [(codec, ending) for codec, (_, endings) in CODECS.items() for ending in endings.split()]

FILM = """\
c41: 1
title: Codecs
format: 256x144@25
scenes: [{shots: [{file: a.png, seconds: 0.16}, {file: b.png, seconds: 0.12}]}]
deliver:
"""


def test_all_presets_are_here():
    assert {"archive", "dnxhr-master", "prores-master", "reels", "web", "web-av1", "youtube"} <= set(NAMES)


@pytest.mark.long
@pytest.mark.parametrize("preset", NAMES)
def test_codecs_over_a_preset(make_project, preset):
    entries = [f"  - {{name: {codec}-{ending}, preset: {preset}, pixels: 256x144, video: {codec}, file: out/{codec}.{ending}, "
               f"audio: {AUDIO[ending]}, subtitles: none}}\n" for codec, ending in WANTED]
    project = make_project({"film.yaml": FILM + "".join(entries), "a.png": media.png(60), "b.png": media.png(200)})
    project.build()
    for codec, ending in WANTED:
        picture = media.File(project.folder / f"out/{codec}.{ending}").stream("video")
        assert (picture["codec_name"], int(picture["width"]), int(picture["height"])) == (CODECS[codec][0], 256, 144), (codec, ending)
