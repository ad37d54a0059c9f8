# SPDX-License-Identifier: MIT
"""What a build finds in its deliverables while it makes them, without decoding them: it is what `c41 qc` finds, it is
told after every build, and --strict makes a failure of it."""
import json
import math
import random
import re

import pytest

from media import loudness, samples_wav, tool, wav

FILM = """\
c41: 1
title: Found
format: 160x90@24
opens: {fade: 1.5}
scenes:
  - id: hall
    shots:
      - {shot: title, card: A title, seconds: 3}
      - {shot: dark, file: dark.mp4, seconds: 3}
      - {shot: night, file: night.mp4, seconds: 3}
      - {shot: ice, file: ice.mp4, seconds: 4, transition: {fade: 1}}
      - {shot: walk, file: walk.mp4, seconds: 2, transition: {fade: 1.5}}
"""
SOUND = ["-f", "lavfi", "-i", "sine=440:r=48000:d=5", "-c:a", "aac"]
# Of dark.mp4 the last 0.6 s of the shot are black, of night.mp4 the first 0.7 s: together they are more than a second.
PICTURES = {
    "dark.mp4": "testsrc2=s=160x90:r=24:d=5,drawbox=c=black:t=fill:enable='gte(n,58)'",
    "night.mp4": "testsrc2=s=160x90:r=24:d=5,drawbox=c=black:t=fill:enable='lt(n,17)'",
    "ice.mp4": "testsrc2=s=160x90:r=24:d=1,loop=119:1:0",
    "walk.mp4": "testsrc2=s=160x90:r=24:d=5",
}
WITHIN = 2 / 24
SAID = ["  warning  00:00:05:10  5.417 s  hall/dark: the picture is black for 1.29 s",
        "  warning  00:00:09:00  9.000 s  hall/ice: the picture stands still for 3.50 s"]


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM})
    for name, picture in PICTURES.items():
        tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, *SOUND, "-t", "5", "-pix_fmt", "yuv420p",
             project.folder / name)
    project.first = project.build()
    return project


@pytest.fixture
def project(built, tmp_path):
    return built.copy(tmp_path / "copy")


def findings(build):
    return [f for d in build.end["deliverables"] for f in d["facts"].get("findings", [])]


def lines(build):
    return [line for line in build.err.splitlines() if re.match(r"  (warning|error) ", line)]


def test_faults_are_told_with_the_shot(built):
    assert [(f["check"], f["shot"], f["severity"]) for f in findings(built.first)] == \
        [("black", "hall/dark", "warning"), ("frozen", "hall/ice", "warning")]
    black, frozen = findings(built.first)
    assert (black["start"], black["end"]) == (pytest.approx(130 / 24), pytest.approx(161 / 24))
    assert black["timecode"] == "00:00:05:10"
    assert frozen["start"] == pytest.approx(9, abs=WITHIN) and frozen["end"] == pytest.approx(12.5, abs=WITHIN)
    assert lines(built.first) == SAID


def test_it_is_what_qc_finds(built):
    done = built.run("qc", "film.yaml", "--json")
    [file] = json.loads(done.stdout)
    mine, its = findings(built.first), file["findings"]
    assert [(f["check"], f["shot"]) for f in its] == [(f["check"], f["shot"]) for f in mine]
    for one, other in zip(mine, its):
        assert one["start"] == pytest.approx(other["start"], abs=WITHIN)
        assert one["end"] == pytest.approx(other["end"], abs=WITHIN)


def test_a_build_that_has_nothing_to_do_tells_them_again(project):
    for _ in range(3):  # the last goes by the fingerprint
        build = project.build()
        assert not build.ran and lines(build) == SAID


def test_strict_is_a_failure(project):
    for _ in range(3):
        build = project.build("film.yaml", "--strict", code=4)
        assert not build.ran and len(findings(build)) == 2 and len(lines(build)) == 2
    assert not project.build("film.yaml").ran


def test_strict_is_content_with_a_clean_film(project):
    for name in ("dark.mp4", "night.mp4", "ice.mp4"):
        (project.folder / name).write_bytes((project.folder / "walk.mp4").read_bytes())
    for _ in range(3):
        build = project.build("film.yaml", "--strict")
        assert findings(build) == [] and lines(build) == []


def test_shots_are_called_as_they_are_now(project):
    project.change("film.yaml", "shot: ice", "shot: frost")
    build = project.build()
    assert not build.ran
    assert [f["shot"] for f in findings(build)] == ["hall/dark", "hall/frost"]


def test_footage_without_sound_may_be_silent(project):
    mute = project.folder / "mute.mp4"
    tool("ffmpeg", "-v", "error", "-i", project.folder / "walk.mp4", "-an", "-c", "copy", mute)
    for name in PICTURES:
        (project.folder / name).write_bytes(mute.read_bytes())
    assert findings(project.build()) == []
    assert json.loads(project.run("qc", "film.yaml", "--json").stdout)[0]["findings"] == []


SPOT = """\
c41: 1
title: Spot
format: 160x90@24
scenes: [{id: hall, shots: [{shot: bell, card: A bell, sound: {file: bell.wav}, seconds: 8}, {shot: walk, file: walk.mp4}]}]
"""


def test_a_shot_outlasts_its_sound(make_project):
    """A bell of a second in a shot of 8 s is all that is asked for; footage that falls silent is not."""
    project = make_project({"film.yaml": SPOT, "bell.wav": wav(1, 440)})
    for still_heard, expected in ((9, []), (1, [("silent", "hall/walk")])):
        tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", PICTURES["walk.mp4"], "-f", "lavfi", "-i",
             "sine=440:r=48000:d=5", "-af", f"volume=0:enable='gte(t,{still_heard})'", "-t", "5", "-pix_fmt", "yuv420p",
             "-c:a", "aac", project.folder / "walk.mp4")
        assert [(f["check"], f["shot"]) for f in findings(project.build())] == expected
        done = project.run("qc", "film.yaml", "--strict", "--json")
        assert done.returncode == (4 if expected else 0)
        assert [(f["check"], f["shot"]) for f in json.loads(done.stdout)[0]["findings"]] == expected


def test_an_edit_is_judged_alone(project):
    project.change("film.yaml", "shot: ice, file: ice.mp4", "shot: ice, file: walk.mp4")
    build = project.build()
    assert "hall/dark/cut/web" not in build.ran
    assert [f["check"] for f in findings(build)] == ["black"]


def test_a_loudness_out_of_reach_is_told_once(make_project):
    """Clicks: what makes them loud is their peaks, which have a ceiling."""
    clicks = [28000 if i % 24000 < 100 else 0 for i in range(6 * 48000)]
    project = make_project({"film.yaml": """\
c41: 1
title: Loud
format: 160x90@24
scenes: [{shots: [{card: One, seconds: 6}]}]
music: [{file: clicks.wav}]
deliver: [{preset: web, loudness: -3}]
""", "clicks.wav": samples_wav(clicks)})
    build = project.build()
    [found] = findings(build)
    assert found["check"] == "loudness" and found["severity"] == "error"
    assert build.err.count("LUFS") == 2 and "where -3.0 are asked for" in build.err  # in the film's line, and the finding


def test_knocks_over_little_else_are_brought_to_their_loudness(make_project):
    """Bursts of noise, whose peaks lie between samples: turning them down makes the film softer, which is made up for."""
    chance = random.Random(5)
    sound = [chance.randint(-29000, 29000) if i % 48000 < 960 else round(1000 * math.sin(i / 17)) for i in range(12 * 48000)]
    project = make_project({"film.yaml": """\
c41: 1
title: Knocks
format: 160x90@24
scenes: [{shots: [{card: One, seconds: 12}]}]
music: [{file: knocks.wav, level: 0, fade: 0}]
deliver: [{preset: web}]
""", "knocks.wav": samples_wav(sound)})
    build = project.build()
    measured = loudness(project.folder / build.end["deliverables"][0]["path"])
    assert findings(build) == []
    assert measured.lufs == pytest.approx(-14, abs=0.3) and measured.peak <= -0.9
