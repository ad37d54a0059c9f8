# SPDX-License-Identifier: MIT
"""Footage that a shot takes far from its beginning, where a decoder starts in the middle: the frame that is asked for,
from any container, also where its key frames lean on what came before them; and damage there is damage."""
import pytest

import media

FILM = """\
c41: 1
title: Far
format: 160x90@25
scenes:
  - id: s
    shots:
      - {{shot: near, file: {name}, in: 3, seconds: 0.4, audio: drop}}
      - {{shot: far, file: {name}, in: 7, seconds: 0.4, audio: drop}}
deliver: [{{preset: prores-master, loudness: -23}}]
"""
# Frame n is 16 + n of luma.
COUNT = ["-f", "lavfi", "-i", "color=black:s=160x90:r=25:d=8,geq=lum='16+N':cb=128:cr=128"]
FOOTAGE = {
    "plain.mp4": ["-c:v", "libx264", "-qp", "4", "-g", "50"],
    "open.mkv": ["-c:v", "libx264", "-qp", "4", "-g", "250", "-bf", "3", "-x264-params", "open-gop=1:keyint=50"],
    "open.ts": ["-c:v", "libx264", "-qp", "4", "-g", "250", "-bf", "3", "-x264-params", "open-gop=1:keyint=50"],
    "closed.ts": ["-c:v", "libx264", "-qp", "4", "-g", "60", "-bf", "2"],
    "mpeg2.ts": ["-c:v", "mpeg2video", "-q:v", "2", "-g", "15", "-bf", "2"],
    "plain.avi": ["-c:v", "mpeg4", "-q:v", "1", "-g", "50"],
}


@pytest.mark.parametrize("name", FOOTAGE)
def test_the_frames_that_are_asked_for(make_project, name):
    project = make_project({"film.yaml": FILM.format(name=name)})
    media.tool("ffmpeg", "-v", "error", *COUNT, *FOOTAGE[name], project.folder / name)
    build = project.build()
    greys = media.greys(project.folder / build.end["deliverables"][0]["path"])
    assert [g * 219 / 255 for g in greys] == pytest.approx([*range(75, 85), *range(175, 185)], abs=0.4)
    assert "held" not in build.err


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_damage_there_is_damage(make_project, seed):
    project = make_project({"film.yaml": FILM.format(name="torn.mp4")})
    path = project.folder / "torn.mp4"
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=160x90:r=25:d=8,noise=alls=20:allf=t:all_seed={seed}", "-c:v", "libx264",
               "-g", "50", "-pix_fmt", "yuv420p", path)
    data = bytearray(path.read_bytes())
    spot = len(data) * 178 // 200  # within the far shot's frames
    data[spot:spot + 3000] = bytes(b ^ 0x5A for b in data[spot:spot + 3000])
    path.write_bytes(data)
    done = project.build(code=1)
    assert "torn.mp4" in done.err and "damaged" in done.err
