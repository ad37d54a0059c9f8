# SPDX-License-Identifier: MIT
"""The keeper, end to end: built once at full size, and once small and without beds to hear the dialogue alone. Where
sanitizers watch, $C41_KEEPER_PIXELS makes the first one small as well."""
import json
import os
import re

import pytest

import media

PIXELS = os.environ.get("C41_KEEPER_PIXELS", "1920x1080")


def resize(text, pixels):
    return re.sub(r"pixels: \d+x\d+", f"pixels: {pixels}", text)


@pytest.fixture(scope="module")
def keeper(copy_example):
    project = copy_example("keeper")
    project.write("film.yaml", resize(project.read("film.yaml"), PIXELS))
    return project, project.build()


@pytest.fixture(scope="module")
def film(keeper):
    return media.File(keeper[0].folder / "out/draft/the-keeper.mp4")


@pytest.fixture(scope="module")
def voices(copy_example):
    """The same words and nothing else to hear: no bed, no spot sound, no music."""
    project = copy_example("keeper")
    text = resize(project.read("film.yaml"), "256x144")
    text = re.sub(r", sound: \"[^\"]*\"|^ +sound: .*\n", "", text, flags=re.M)
    text = re.sub(r"^music:\n(  .*\n)+", "", text, flags=re.M)
    assert "sound:" not in text and "music:" not in text
    project.write("film.yaml", text)
    return project, project.build()


def test_the_stream_of_events_is_complete(keeper):
    build = keeper[1]
    assert build.end["status"] == "built" and build.end["failed"] == 0
    assert build.of("build-start")[0]["steps"] == len({e["id"] for e in build.of("step-done")})
    kinds = {e["kind"] for e in build.of("step-done")}
    assert {"image", "edit", "speak", "timing", "track", "lipsync", "animate", "ambience", "card", "cut", "join", "mix",
            "conform"} <= kinds
    assert [d["path"] for d in build.end["deliverables"]] == [f"out/draft/the-keeper.{kind}" for kind in ("mp4", "srt", "vtt")]


def test_says_that_it_is_a_draft(keeper, film):
    assert re.search(r"draft", keeper[1].out + keeper[1].err)
    assert "draft" in json.dumps(film.format["tags"]).lower()


def test_picture_and_sound(film):
    video, sound = film.stream("video"), film.stream("audio")
    assert (video["codec_name"], video["width"], video["height"], video["pix_fmt"]) == ("h264", *map(int, PIXELS.split("x")), "yuv420p")
    assert video["avg_frame_rate"] == video["r_frame_rate"] == "24/1"
    assert {video[k] for k in ("color_space", "color_primaries", "color_transfer")} == {"bt709"}
    assert video["color_range"] == "tv" and video["sample_aspect_ratio"] == "1:1"
    assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "48000", 2)
    assert 65 <= film.seconds <= 95
    assert float(video["start_time"]) == 0 and float(sound["start_time"]) == 0
    assert abs(float(video["duration"]) - float(sound["duration"])) < 0.05


def test_plays_while_it_loads(film):
    order = media.boxes(film.path)
    assert order.index("moov") < order.index("mdat")


def test_every_frame_decodes_and_none_is_missing(film):
    media.decode(film.path)
    picture = media.packets(film.path, "v:0")
    step = 1 / film.fps
    assert [pts for pts, _ in picture] == [i * step for i in range(len(picture))]
    assert all(length == step for _, length in picture)
    assert film.frames == len(picture) == round(float(film.stream("video")["duration"]) * film.fps)
    sound = media.packets(film.path, "a:0")
    assert all(abs(a + length - b) < 1e-6 for (a, length), (b, _) in zip(sound, sound[1:]))


def test_chapters_are_the_scenes(keeper, film):
    assert len(film.chapters) == 3
    starts = {}
    for scene, start, _ in shots(*keeper)[0]:
        starts.setdefault(scene, start)
    assert [float(c["start_time"]) for c in film.chapters] == pytest.approx(list(starts.values()), abs=0.001)
    assert float(film.chapters[-1]["end_time"]) == pytest.approx(film.seconds, abs=0.05)
    assert all("LAMP ROOM" in c["tags"]["title"] or "QUILL ROCK" in c["tags"]["title"] for c in film.chapters)


def shots(project, build):
    """(scene, start in seconds, timing or None) of every shot in the order of the programme, as it was measured."""
    step = next(s for s in json.loads(project.graph())["steps"] if s["id"] == "film/web")
    timings = {i["name"]: i["step"] for i in step["inputs"] if i.get("step", "").endswith("/timing")}
    found, frames = [], 0
    for shot in step["params"]["shots"]:
        timing, length = None, shot["frames"]
        if isinstance(length, dict):
            timing = json.loads(build.output(timings[length["late"].split(".")[0]]).read_text())
            length = timing["frames"]
        found.append((shot["scene"], frames / 24, timing))
        frames += length
    return found, frames


def test_programme_is_as_long_as_its_shots(keeper, film):
    assert shots(*keeper)[1] == film.frames


def test_every_line_sounds_where_the_subtitles_say(voices):
    project, build = voices
    sound = media.Sound(project.folder / "out/draft/the-keeper.mp4")
    cues = media.cues(project.folder / "out/draft/the-keeper.srt")
    spoken = sorted((start + line["start"], start + line["end"]) for _, start, timing in shots(project, build)[0] if timing
                    for line in timing["lines"].values())
    assert len(spoken) == 17 and len(cues) >= len(spoken)
    for start, end, text in cues:
        assert sound.level(start, end) > -40, f"no voice in {start:.3f} to {end:.3f}: {text}"
        assert any(a - 0.05 <= start and start < b for a, b in spoken), f"nobody speaks at {start:.3f}: {text}"
    for start, end in spoken:
        first = sound.first(start - 0.1, end, -50)
        assert first is not None and abs(first - start) < 0.02, f"a line of {start:.3f} begins at {first}"
    # And where nobody speaks it is silent: without this the checks above could not fail.
    edges = [0, *[t for span in spoken for t in span], sound.seconds]
    for end, start in zip(edges[::2], edges[1::2]):
        if start - end > 0.3:
            assert sound.level(end + 0.1, start - 0.1) < -60, f"sound between the lines, {end:.3f} to {start:.3f}"


def test_nothing_is_silent_under_the_beds(keeper):
    sound = media.Sound(keeper[0].folder / "out/draft/the-keeper.mp4")
    quiet = [i / 10 for i, level in enumerate(sound.levels(0.1)) if level < -65]
    first, last = 1.0, sound.seconds - 1.5
    assert not [t for t in quiet if first < t < last], quiet


def test_subtitles_beside_it(keeper):
    folder = keeper[0].folder / "out/draft"
    srt, vtt = (folder / "the-keeper.srt"), (folder / "the-keeper.vtt").read_text()
    assert vtt.startswith("WEBVTT\n")
    cues = media.cues(srt)
    assert all(a < b and b <= c for (a, b, _), (c, _, _) in zip(cues, cues[1:]))
    assert all(max(map(len, text.splitlines())) <= 42 and len(text.splitlines()) <= 2 for _, _, text in cues)
    words = re.sub(r"\s+", " ", " ".join(text for _, _, text in cues))
    assert "I barred that door" in words and "She slept until noon." in words
    assert vtt.count("-->") == len(cues)


def test_second_build_does_nothing(keeper, record_property):
    project, first = keeper
    again = project.build()
    assert [e["event"] for e in again.events] == ["build-start", "build-end"]
    assert again.end["ran"] == 0 and again.end["status"] == "built"
    record_property("second_build_seconds", again.end["seconds"])
    print(f"second build: {again.end['seconds'] * 1000:.0f} ms by its own clock")
