# SPDX-License-Identifier: MIT
"""Footage that already is what the deliverable wants goes into it packet by packet; any other is encoded."""
import pytest

import media
import numbered
from numbered import Shot

RATE = 24


def digests(path, start=0, count=None):
    """Of each packet of picture, in decode order."""
    lines = media.tool("ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "framehash", "-hash", "md5", "-").splitlines()
    found = [line.rsplit(",", 1)[1].strip() for line in lines if not line.startswith("#")]
    return found[start:None if count is None else start + count]


def film(codec, container, sound, shots, encode=""):
    text = f"c41: 1\ntitle: Same\nformat: {numbered.WIDTH}x{numbered.HEIGHT}@{RATE}\nscenes:\n  - id: a\n    shots:\n"
    for i, (file, more) in enumerate(shots):
        text += f"      - {{shot: s{i}, file: {file}{more}}}\n"
    return text + f"deliver:\n  - {{name: out, preset: web, video: {codec}, audio: {sound}, file: out/film.{container}{encode}}}\n"


def untouched(built):
    return {e["id"] for e in built.of("step-done") if e["kind"] == "cut" and e["outputs"][0]["facts"].get("untouched")}


# As people have it: a deliverable of an earlier film.
@pytest.mark.parametrize("codec, container, sound", [("h264", "mp4", "aac"), ("hevc", "mp4", "aac"), ("av1", "mp4", "aac"), ("h264", "mkv", "flac"),
                                                     ("prores-lt", "mov", "pcm_s24le"), ("dnxhr-sq", "mov", "pcm_s24le")])
def test_an_earlier_deliverable(make_project, codec, container, sound):
    project = make_project({"film.yaml": film(codec, container, sound, [("a.mp4", ", seconds: 1"), ("b.mp4", ", seconds: 1")])})
    numbered.write_clip(project.folder / "a.mp4", 1, RATE, RATE)
    numbered.write_clip(project.folder / "b.mp4", 2, RATE, RATE)
    assert not untouched(project.build("film.yaml")), "these are of another encoder"
    (project.folder / f"out/film.{container}").rename(project.folder / f"earlier.{container}")
    name = f"earlier.{container}"
    project.write("film.yaml", film(codec, container, sound, [(name, ", in: 1, seconds: 1"), ("a.mp4", ", seconds: 0.5"), (name, ", seconds: 2")]))
    built = project.build("film.yaml")
    assert untouched(built) == {"a/s0/cut/out", "a/s2/cut/out"}
    made, earlier = project.folder / f"out/film.{container}", project.folder / name
    assert digests(made, 0, RATE) == digests(earlier, RATE, RATE) and digests(made, RATE + 12) == digests(earlier)
    numbered.check(made, [Shot(2, 0, RATE), Shot(1, 0, 12), Shot(1, 0, RATE), Shot(2, 0, RATE)])
    media.decode(made)


def test_any_part_of_footage_whose_frames_stand_alone(make_project):
    first = film("prores-hq", "mov", "pcm_s24le", [("a.mp4", ", seconds: 1")])
    project = make_project({"film.yaml": first})
    numbered.write_clip(project.folder / "a.mp4", 1, RATE, RATE)
    project.build("film.yaml")
    (project.folder / "out/film.mov").rename(project.folder / "earlier.mov")
    project.write("film.yaml", film("prores-hq", "mov", "pcm_s24le", [("earlier.mov", f", in: {7 / RATE:.6f}, seconds: {5 / RATE:.6f}")]))
    assert untouched(project.build("film.yaml"))
    assert digests(project.folder / "out/film.mov") == digests(project.folder / "earlier.mov", 7, 5)


# What is asked of a shot, or of the film, that its packets do not have.
UNLIKE = {
    "a part that begins between key frames": (", in: 0.5, seconds: 0.5", ""),
    "more than there is": (", seconds: 3", ""),
    "words over it": (", seconds: 1, text: HERE", ""),
    "a look": (", seconds: 1, look: {cdl: {slope: [1, 0.9, 1]}}", ""),
    "a fade": (", seconds: 1, transition: {fade: 0.5}", ""),
    "another size": (", seconds: 1", ", pixels: 128x72"),
    "another encoder": (", seconds: 1", ", video: hevc"),
}


@pytest.mark.parametrize("why", sorted(UNLIKE))
def test_what_is_encoded(make_project, why):
    shot, deliverable = UNLIKE[why]
    project = make_project({"film.yaml": film("h264", "mp4", "aac", [("a.mp4", ", seconds: 1")])})
    numbered.write_clip(project.folder / "a.mp4", 1, RATE, RATE)
    project.build("film.yaml")
    (project.folder / "out/film.mp4").rename(project.folder / "earlier.mp4")
    text = film("h264", "mp4", "aac", [("earlier.mp4", shot)], deliverable)
    project.write("film.yaml", text.replace("video: h264, ", "") if "video:" in deliverable else text)
    built = project.build("film.yaml")
    assert built.code == 0 and not untouched(built), built.err
    media.decode(project.folder / "out/film.mp4")


def test_a_part_that_begins_at_a_key_frame_and_ends_anywhere(make_project):
    """B-frames decide where it may end without being encoded; the film has its frames either way."""
    project = make_project({"film.yaml": film("h264", "mp4", "aac", [("a.mp4", ", seconds: 1")])})
    numbered.write_clip(project.folder / "a.mp4", 1, RATE, RATE)
    project.build("film.yaml")
    (project.folder / "out/film.mp4").rename(project.folder / "earlier.mp4")
    kept = 0
    for frames in range(1, RATE, 3):
        project.write("film.yaml", film("h264", "mp4", "aac", [("earlier.mp4", f", seconds: {frames / RATE:.6f}"), ("a.mp4", ", seconds: 0.5")]))
        kept += len(untouched(project.build("film.yaml")))
        numbered.check(project.folder / "out/film.mp4", [Shot(1, 0, frames), Shot(1, 0, 12)], f"{frames} frames")
        media.decode(project.folder / "out/film.mp4")
    assert kept > 0
