# SPDX-License-Identifier: MIT
"""A step gives the same bytes each time, whatever the memory held before that it is made in. Encoders and filters of other
people are among what makes them."""
import pytest

import media

# 17 macroblocks wide: a multiple of 8 or 16 leaves no rest for code that takes so many at once.
FILM = """\
c41: 1
title: Odd
format: 270x480@24
cast: {narrator: {voice: {design: an old woman}}}
scenes:
  - shots:
      - {file: moving.mp4, seconds: 1.4}
      - {card: A, say: {narrator: In October the keeper went out.}}
deliver:
  - {name: h264, preset: archive, video: h264}
  - {name: hevc, preset: archive, video: hevc}
  - {name: av1, preset: archive}
  - {name: prores, preset: prores-master, pixels: 270x480}
  - {name: dnxhr, preset: dnxhr-master, pixels: 270x480}
  - {name: mp4, preset: web}
"""


def made_in(project, filled):
    """{step: digests} of a build whose memory is filled with a byte before it is used."""
    project.environment = {**project.environment, "MALLOC_PERTURB_": str(filled)}
    build = project.build()
    return {e["id"]: [o["digest"] for o in e["outputs"]] for e in build.of("step-done")}


def check_same(one, other):
    assert one.keys() == other.keys()
    assert [step for step in one if one[step] != other[step]] == []


def test_every_codec(make_project, tmp_path):
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=270x480:r=24,noise=alls=20:allf=t", "-t", "1.5",
               "-c:v", "libx264", "-preset", "ultrafast", "-crf", "10", tmp_path / "moving.mp4")
    files = {"film.yaml": FILM, "moving.mp4": (tmp_path / "moving.mp4").read_bytes()}
    check_same(*(made_in(make_project(files, folder=f"filled-{filled}"), filled) for filled in (85, 170)))


@pytest.mark.long
def test_a_whole_film(copy_example):
    """Every kind of the draft, 17 macroblocks wide."""
    made = []
    for filled in (85, 170):
        project = copy_example("keeper")
        project.change("film.yaml", "pixels: 1920x1080", "pixels: 272x152")
        made.append(made_in(project, filled))
    check_same(*made)
