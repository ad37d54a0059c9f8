# SPDX-License-Identifier: MIT
"""Whoever decodes a deliverable sees and hears the same: Chromium, ffmpeg, and we ourselves."""
import json

import pytest

import chromium
from media import File, decode, loudness, tool

FPS = 24
FILM = """\
c41: 1
title: Players
format: 160x90@24
deliver:
  - {preset: web, pixels: 160x90}
  - {preset: youtube, pixels: 160x90}
  - {preset: discord, pixels: 160x90}
  - {preset: av1, pixels: 160x90}
  - {preset: prores-master, pixels: 160x90}
  - {preset: dnxhr-master, pixels: 256x120}
scenes:
  - id: hall
    shots:
      - {shot: red, file: red.mp4, seconds: 1}
      - {shot: green, file: green.mp4, seconds: 1.5, transition: {dissolve: 0.5}}
      - {shot: blue, file: blue.mp4, seconds: 2}
"""
AV1 = """\
preset: av1
kind: deliver
about: AV1 and AAC in MP4
container: {format: mp4, faststart: true}
encode: {codec: av1, preset: 10, crf: 40, pixel-format: yuv420p}
audio: {codec: aac, bitrate: 128000, rate: 48000}
loudness: -14
true-peak: -1
"""
COLOURS = {"red": "red", "green": "lime", "blue": "blue"}
FRAMES = 108
MASTERS = ("prores-master", "dnxhr-master")
PLAYED = ("web", "youtube", "discord", "av1")
# What is seen in the middle of each shot, and its strongest channel.
LOOKS = [(0.5, 0), (1.5, 1), (3.5, 2)]


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, "presets/deliver/av1.yaml": AV1})
    for name, colour in COLOURS.items():
        picture = f"color={colour}:s=160x90:r={FPS}:d=4[a];color=white:s=10x10:r={FPS}:d=4[b];[a][b]overlay=x=n"
        tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i",
             "aevalsrc='0.3*sin(2*PI*(300+200*t)*t)*(0.4+0.6*abs(sin(3*t)))':s=48000:d=4", "-pix_fmt", "yuv420p",
             "-c:a", "aac", project.folder / f"{name}.mp4")
    assert project.run("trust").returncode == 0
    project.first = project.build()
    project.paths = {d["name"]: project.folder / d["path"] for d in project.first.end["deliverables"]}
    return project


@pytest.fixture(scope="module")
def said(built):
    """What `c41 qc` measures of each deliverable, by its file."""
    done = built.run("qc", "film.yaml", "--json")
    return {file["file"]: file for file in json.loads(done.stdout)}


@pytest.mark.parametrize("name", PLAYED)
@pytest.mark.skipif(not chromium.program(), reason="Chromium is not installed: tests/run --all installs it")
def test_chromium_plays_it(built, tmp_path, name):
    told = chromium.play(built.paths[name], [at for at, _ in LOOKS], tmp_path)
    assert told["error"] is None
    assert told["duration"] == pytest.approx(FRAMES / FPS, abs=1 / FPS)
    assert (told["width"], told["height"]) == (160, 90)
    assert 0.3 <= told["played"] < FRAMES / FPS
    for (at, channel), look in zip(LOOKS, told["looks"], strict=True):
        assert look["at"] == pytest.approx(at, abs=0.001)
        assert look["seen"][channel] > 200 > 2 * max(c for i, c in enumerate(look["seen"]) if i != channel), (at, look)


@pytest.mark.parametrize("name", PLAYED + MASTERS)
def test_ffmpeg_decodes_it_without_a_fault(built, name):
    decode(built.paths[name])
    assert File(built.paths[name]).frames == FRAMES


def pictures(path):
    """A digest of each frame as it is shown, in order."""
    lines = tool("ffmpeg", "-v", "error", "-xerror", "-i", path, "-map", "0:v:0", "-f", "framemd5", "-").splitlines()
    return [line.split(",")[-1].strip() for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("name", PLAYED + MASTERS)
def test_the_film_is_its_segments(built, name):
    segments = [f"hall/red/cut/{name}", f"hall/green/cut/{name}", f"hall/green/join/{name}", f"hall/blue/cut/{name}"]
    apart = [picture for step in segments for picture in pictures(built.first.output(step, "cut"))]
    assert len(apart) == FRAMES
    assert pictures(built.paths[name]) == apart


@pytest.mark.parametrize("name", PLAYED + MASTERS)
def test_meters_agree(built, said, name):
    """ffmpeg's meter, ours in `c41 qc`, and what the build says of the deliverable."""
    file = said[str(built.paths[name].relative_to(built.folder))]
    [deliverable] = [d for d in built.first.end["deliverables"] if d["name"] == name]
    heard = loudness(built.paths[name])
    assert file["facts"]["sounds"][0]["lufs"] == pytest.approx(heard.lufs, abs=0.1)
    assert file["facts"]["sounds"][0]["range_lu"] == pytest.approx(heard.range_lu, abs=0.15)
    if "lufs" in deliverable["facts"]:
        assert deliverable["facts"]["lufs"] == pytest.approx(heard.lufs, abs=0.1)
    assert not deliverable["facts"].get("findings")
    assert file["findings"] == []
