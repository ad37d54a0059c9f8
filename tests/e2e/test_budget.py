# SPDX-License-Identifier: MIT
"""Files of at most so many bytes: one quality for the whole film, found by trying."""
import json

import pytest

import media

FILM = """\
c41: 1
title: Small
format: 160x90@24
scenes:
  - id: a
    shots:
%s
music: [{file: noise.wav, level: 0}]
deliver:
  - {name: clip, preset: discord, pixels: 160x90, max-bytes: %d, audio: {codec: aac, bitrate: %d}%s}
"""
SHOTS, SECONDS = 5, 4


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Clips full of detail that moves, and a noise."""
    folder = tmp_path_factory.mktemp("sources")
    for i in range(SHOTS):
        media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"mandelbrot=size=160x90:rate=24:start_scale={0.5 / (i + 1)}:end_pts=200",
                   "-t", SECONDS, "-vf", f"noise=alls=8:allf=t:all_seed={i}", "-c:v", "libx264", "-crf", 12, "-preset", "veryfast",
                   folder / f"s{i}.mp4")
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=c=pink:r=48000:d=20:a=0.3", "-ac", "2", folder / "noise.wav")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def film(budget, bitrate, more=""):
    shots = "".join(f"      - {{shot: s{i}, file: s{i}.mp4{', transition: {dissolve: 0.5}' if i == 1 else ''}}}\n" for i in range(SHOTS))
    return FILM % (shots.rstrip(), budget, bitrate, more)


def chosen(build):
    """{crf, bytes: how large the film should come out}"""
    return json.loads(build.output("film/clip/quality").read_text())


def quality(build):
    return chosen(build)["crf"]


def encoded(build):
    """Shots and joins that the film itself is made of, without trials; a trial that is as good is as well."""
    return {step for step in build.ran if step.endswith(("cut/clip", "join/clip"))}


@pytest.mark.parametrize("budget, bitrate", [(300_000, 32_000), (1_000_000, 96_000)])
def test_just_below(make_project, sources, budget, bitrate):
    project = make_project({"film.yaml": film(budget, bitrate), **sources})
    build = project.build()
    path = project.folder / "out/small.mp4"
    assert 20 < quality(build) < 51, "the best and the worst are no choice"
    assert 0.85 * budget <= path.stat().st_size <= budget
    assert media.File(path).frames == SHOTS * SECONDS * 24
    media.decode(path)


def test_sound_that_is_all_noise(make_project, sources, tmp_path):
    """It takes no more than its bitrate, which is what it was counted at."""
    white = tmp_path / "white.wav"
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=c=white:r=48000:d=20:a=0.3", "-ac", "2", white)
    project = make_project({"film.yaml": film(650_000, 192_000), **sources, "noise.wav": white.read_bytes()})
    project.build()
    path = project.folder / "out/small.mp4"
    sound = media.File(path).stream("audio")
    assert 0.8 * 192_000 <= int(sound["bit_rate"]) <= 192_000
    assert path.stat().st_size <= 650_000


@pytest.mark.long
def test_an_edit_encodes_its_shot(make_project, sources):
    """And its trials: nothing else that has a picture is touched, and the file stays below."""
    project = make_project({"film.yaml": film(600_000, 64_000), **sources})
    # Half of the twentieth of the bytes that is between two qualities is left: the edit saves a tenth of that.
    budget = round(chosen(project.build())["bytes"] / 0.97 * 1.02)
    project.write("film.yaml", film(budget, 64_000))
    first = project.build()
    project.change("film.yaml", "file: s3.mp4", "file: s3.mp4, in: 0.1, seconds: 3.9")
    again = project.build()
    assert quality(again) == quality(first), "this edit is too large for what is tested here"
    assert {s for s in again.ran if "/cut/" in s or "/join/" in s} <= \
        {"a/s3/cut/clip"} | {f"a/s3/cut/clip/{t}" for t in ("guess", "trial-1", "trial-2", "trial-3", "trial-4")}
    assert "a/s3/cut/clip/trial-1" in again.ran
    assert (project.folder / "out/small.mp4").stat().st_size <= budget


@pytest.mark.long
def test_ample_room_is_the_best_quality(make_project, sources):
    """A short film is made as well as the preset says, and that trial is the film."""
    project = make_project({"film.yaml": film(9_000_000, 64_000), **sources})
    build = project.build()
    assert quality(build) == 20 and not encoded(build)
    assert "film/clip" in build.ran


@pytest.mark.long
@pytest.mark.parametrize("each, names", [("shot", ["a-s0", "a-s4"]), ("scene", ["a"])])
def test_each_file_has_its_own(make_project, sources, each, names):
    project = make_project({"film.yaml": film(200_000 if each == "shot" else 700_000, 48_000, f", each: {each}"), **sources})
    project.build()
    for name in names:
        size = (project.folder / f"out/small/{name}.mp4").stat().st_size
        assert size <= (200_000 if each == "shot" else 700_000), name


@pytest.mark.long
def test_footage_is_not_passed_through(make_project, sources):
    """An earlier deliverable has the right headers, and too many bytes."""
    project = make_project({"film.yaml": film(9_000_000, 64_000), **sources})
    project.build()
    large = (project.folder / "out/small.mp4").rename(project.folder / "large.mp4")
    shots = film(0, 0).split("shots:\n")[1].split("music")[0]
    budget = large.stat().st_size // 3
    project.write("film.yaml", film(budget, 32_000).replace(shots, "      - {shot: s0, file: large.mp4}\n"))
    build = project.build()
    assert 0.8 * budget <= (project.folder / "out/small.mp4").stat().st_size <= budget, quality(build)


def test_too_small_for_the_film(make_project, sources):
    """Told before the film is encoded, at the place of the number; no file is handed out."""
    project = make_project({"film.yaml": film(60_000, 32_000), **sources})
    build = project.build(code=2)
    assert "film.yaml:14:" in build.err and "may have 60000: make it shorter" in build.err, build.err
    assert not encoded(build) and not list((project.folder / "out").rglob("*.mp4"))


def test_without_a_quality_the_file_is_weighed(make_project, sources):
    """A master has none to choose: it is too large or it is not."""
    text = film(500_000, 64_000).replace("preset: discord", "preset: prores-master").replace(", audio: {codec: aac, bitrate: 64000}", "")
    project = make_project({"film.yaml": text, **sources})
    build = project.build(code=2)
    assert "prores has no quality to choose" in build.err and "and may have 500000" in build.err, build.err
    assert not list((project.folder / "out").rglob("*.mov"))
    project.change("film.yaml", "500000", "900000000")
    project.build()
    assert (project.folder / "out/small.mov").stat().st_size > 500_000
