# SPDX-License-Identifier: MIT
"""Pictures and sounds where shots meet: transitions, seams of beds, places of lines."""
import json
import re
import statistics

import pytest

import media

# Two greys from files: no draft draws anything over them, so what one measures is what the transition did.
FILM = """\
c41: 1
title: Greys
format: 256x144@24
scenes:
  - id: a
    shots:
      - {{shot: dark, file: dark.png, seconds: 2{transition}}}
      - {{shot: light, file: light.png, seconds: 2}}
"""
DARK, LIGHT = 40, 200


def build_greys(make_project, transition):
    project = make_project({"film.yaml": FILM.format(transition=transition), "dark.png": media.png(DARK), "light.png": media.png(LIGHT)})
    project.build()
    path = project.folder / "out/greys.mp4"
    media.decode(path)
    assert media.File(path).frames == 96, "a transition moves nothing"
    return media.greys(path)


def test_cut(make_project):
    greys = build_greys(make_project, "")
    assert all(abs(g - DARK) <= 2 for g in greys[:48]) and all(abs(g - LIGHT) <= 2 for g in greys[48:])


def test_dissolve(make_project):
    greys = build_greys(make_project, ", transition: {dissolve: 0.5}")
    assert all(abs(g - DARK) <= 2 for g in greys[:42]) and all(abs(g - LIGHT) <= 2 for g in greys[54:])
    mixed = greys[41:55]
    assert all(a < b for a, b in zip(mixed[:-1], mixed[1:])), mixed
    for i, grey in enumerate(greys[42:54], 1):
        assert abs(grey - (DARK + (LIGHT - DARK) * i / 13)) <= 5, (i, grey)


def test_fade_goes_through_black(make_project):
    greys = build_greys(make_project, ", transition: {fade: 1}")
    assert all(abs(g - DARK) <= 2 for g in greys[:35]) and all(abs(g - LIGHT) <= 2 for g in greys[61:])
    assert min(greys[46:50]) <= 8, greys[36:60]
    down, up = greys[36:47], greys[49:60]
    assert all(a >= b for a, b in zip(down, down[1:])) and all(a <= b for a, b in zip(up, up[1:]))


def test_wipe(make_project):
    greys = build_greys(make_project, ", transition: {wipe: 0.5}")
    assert all(abs(g - DARK) <= 2 for g in greys[:42]) and all(abs(g - LIGHT) <= 2 for g in greys[54:])
    assert all(a <= b for a, b in zip(greys[41:54], greys[42:55])) and DARK + 40 < greys[48] < LIGHT - 40


def test_film_opens_from_black(make_project):
    project = make_project({"film.yaml": FILM.format(transition="").replace("scenes:", "opens: {fade: 0.5}\nscenes:"),
                            "dark.png": media.png(LIGHT), "light.png": media.png(LIGHT)})
    project.build()
    greys = media.greys(project.folder / "out/greys.mp4")
    assert greys[0] < 30 and all(a <= b + 1 for a, b in zip(greys[:12], greys[1:13])) and abs(greys[14] - LIGHT) <= 3


def test_film_opens_from_a_colour_and_ends_in_one(make_project):
    project = make_project({"film.yaml": FILM.format(transition="").replace("scenes:", "opens: {fade: 0.5, color: white}\nscenes:")
                            .replace("light.png, seconds: 2", "light.png, seconds: 2, transition: {fade: 1, color: '#3c3c3c'}"),
                            "dark.png": media.png(DARK), "light.png": media.png(LIGHT)})
    project.build()
    greys = media.greys(project.folder / "out/greys.mp4")
    assert len(greys) == 96
    for n in range(12):
        assert abs(greys[n] - (255 + (DARK - 255) * (n + .5) / 12)) <= 5, (n, greys[n])
    assert all(abs(g - DARK) <= 2 for g in greys[13:48]) and all(abs(g - LIGHT) <= 2 for g in greys[49:72])
    for n in range(24):
        assert abs(greys[72 + n] - (LIGHT + (60 - LIGHT) * (n + .5) / 24)) <= 5, (n, greys[72 + n])


FADED = """c41: 1
title: Greys
format: 256x144@24
opens: {{fade: 2}}
scenes:
  - id: a
    shots:
      - {{shot: dark, file: light.png, seconds: 2, transition: {{dissolve: 1}}}}
      - {{shot: other, file: light.png, seconds: 2, transition: {{dissolve: 1}}}}
{scene}      - {{shot: light, file: light.png, seconds: 2, transition: {{fade: 2}}}}
"""


@pytest.mark.parametrize("scene", ["", "  - id: b\n    shots:\n"])
def test_a_fade_goes_on_through_a_transition(make_project, scene):
    """At both ends of the film, which is one grey: each frame is as bright as the fade alone makes it."""
    project = make_project({"film.yaml": FADED.format(scene=scene), "light.png": media.png(LIGHT)})
    project.build()
    greys = media.greys(project.folder / "out/greys.mp4")
    assert len(greys) == 144
    for n, grey in enumerate(greys):
        assert abs(grey - LIGHT * min(1, (n + .5) / 48, (144 - n - .5) / 48)) <= 4, (n, grey)


def test_a_fade_that_is_longer_than_its_shot_is_told(make_project):
    text = FADED.format(scene="").replace("fade: 2", "fade: 2.5")
    project = make_project({"film.yaml": text, "light.png": media.png(LIGHT)})
    assert "longer than the film" not in project.build().err, "transitions have the rest"
    project.write("film.yaml", text.replace("dissolve: 1", "dissolve: 0.5"))
    err = project.build().err
    for shot, line in (("first", 8), ("last", 10)):
        assert re.search(rf"film.yaml:{line}:\d+: warning: the fade of 2.50 s is 0.25 s longer than the film's {shot} shot", err), err


def test_a_fade_that_is_over_is_in_no_transition(make_project):
    text = FADED.format(scene="").replace("fade: 2", "fade: 1.5")
    project = make_project({"film.yaml": text, "light.png": media.png(LIGHT)})
    joins = [step for step in json.loads(project.graph())["steps"] if step["kind"] == "join"]
    assert len(joins) == 2 and not any("fades" in step["params"] for step in joins)
    project.change("film.yaml", "dark, file: light.png, seconds: 2", "dark, file: light.png, seconds: 1.9")
    joins = [step for step in json.loads(project.graph())["steps"] if step["kind"] == "join"]
    assert [step["params"].get("fades", {}).get("in") for step in joins] == [1.5, None]


def test_footage_is_heard_over_its_cuts(make_project, tmp_path):
    """A J cut and an L cut of footage: its sound begins half a second before its picture and ends a quarter after."""
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=4", "-f", "lavfi", "-i", "sine=440:d=4",
               "-c:v", "libx264", "-c:a", "flac", tmp_path / "loud.mkv")
    project = make_project({"film.yaml": """c41: 1
title: Over
format: 64x64@24
deliver: [archive]
scenes:
  - shots:
      - {shot: before, file: grey.png, seconds: 2}
      - {shot: loud, file: loud.mkv, in: 1, out: 2, head: -0.5, tail: -0.25}
      - {shot: after, file: grey.png, seconds: 1}
""", "grey.png": media.png(DARK), "loud.mkv": (tmp_path / "loud.mkv").read_bytes()})
    build = project.build()
    sound = media.Sound(project.folder / "out/over.mkv")
    heard = [i for i, x in enumerate(sound.samples) if abs(x) > 0.01]
    assert heard[0] / sound.RATE == pytest.approx(1.5, abs=0.01) and heard[-1] / sound.RATE == pytest.approx(3.25, abs=0.01)
    assert "the sound begins" not in build.err
    project.change("film.yaml", "in: 1, out: 2", "in: 0.25, out: 1.25")
    assert "the sound begins 0.5 s before the picture, and the file has 0.25 s there" in project.build().err


def test_footage_with_several_tracks_is_told(make_project, tmp_path):
    """A recorder writes each microphone as a track: one of them is heard, and the build says so at the shot."""
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=1", "-f", "lavfi", "-i", "sine=440:d=1", "-map", "0", "-map", "1",
               "-map", "1", "-c:v", "libx264", "-c:a", "flac", tmp_path / "two.mkv")
    project = make_project({"film.yaml": "c41: 1\ntitle: Two\nformat: 64x48@24\nscenes: [{id: a, shots: [{shot: b, file: two.mkv}]}]\n",
                            "two.mkv": (tmp_path / "two.mkv").read_bytes()})
    says = r"film\.yaml:4:\d+: warning: the footage has 2 tracks of sound, and one is heard: merge them"
    assert re.search(says, project.build().err)
    project.change("film.yaml", "file: two.mkv", "file: two.mkv, audio: drop")
    assert not re.search(says, project.build().err)


def test_join_is_made_once_for_both_shots(make_project):
    project = make_project({"film.yaml": FILM.format(transition=", transition: {dissolve: 0.5}"), "dark.png": media.png(DARK),
                            "light.png": media.png(LIGHT)})
    project.build()
    project.write("light.png", media.png(LIGHT - 30))
    again = project.build()
    assert "a/dark/join/web" in again.ran and "a/light/cut/web" in again.ran
    assert "a/dark/cut/web" not in again.ran, "the first shot's own frames have not changed"


@pytest.mark.parametrize("words", ["heavy rain", "wind on glass", "waves", "a quiet room", "city traffic", "forest", "an open fire",
                                   "a machine hums", "a crowd in a bar"])
def test_bed_has_no_seam(make_project, words):
    shots = "".join(f"      - {{shot: s{i}, image: a wall, seconds: {1.5 + i / 4}}}\n" for i in range(4))
    project = make_project({"film.yaml": f"c41: 1\ntitle: Bed\nformat: 128x72@24\nlocations:\n  here: {{looks: a place, sound: {words}}}\n"
                                         f"scenes:\n  - id: a\n    location: here\n    shots:\n{shots}"})
    build = project.build()
    assert len([e for e in build.of("step-done") if e["kind"] == "ambience"]) == 1, "one bed for all shots"
    sound = media.Sound(project.folder / "out/draft/bed.mp4")
    levels = sound.levels(0.05)[10:-10] # without the fades at both ends
    middle = statistics.median(levels)
    assert middle > -60, "there is no bed"
    seams = [1.5, 3.25, 5.25]
    near = [sound.level(t - 0.025, t + 0.025) for t in seams]
    assert min(near) > min(levels) - 3 and min(near) > middle - 15, (near, middle)
    # A click is a jump between samples such as the bed has nowhere else.
    jumps = [abs(a - b) for a, b in zip(sound.samples, sound.samples[1:])]
    at_seams = max(max(jumps[round((t - 0.002) * sound.RATE):round((t + 0.002) * sound.RATE)]) for t in seams)
    assert at_seams <= sorted(jumps)[-len(jumps) // 2000 - 1] * 2, at_seams


def test_seconds_that_are_too_short_grow(make_project):
    project = make_project({"film.yaml": "c41: 1\ntitle: Long\nformat: 128x72@24\nscenes:\n  - id: a\n    shots:\n"
                                         "      - shot: s\n        image: a wall\n        seconds: 1\n"
                                         "        say: {narrator: These are far too many words for a shot of one single second.}\n"})
    build = project.build()
    assert media.File(project.folder / "out/draft/long.mp4").seconds > 3
    assert re.search(r"^film.yaml:(9|10):\d+: warning: ", build.err, re.M), build.err


def test_recording_in_the_place_of_a_voice(make_project):
    """A line that is a file sounds from its instant on, to the sample (which survives AAC to a fraction of a millisecond)."""
    project = make_project({"film.yaml": "c41: 1\ntitle: Tone\nformat: 128x72@24\nscenes:\n  - id: a\n    shots:\n"
                                         "      - {shot: s, file: a.png, seconds: 3, say: [{narrator: beep, file: a.wav, at: 1.25}]}\n",
                            "a.png": media.png(90), "a.wav": media.wav(0.5)})
    project.build()
    sound = media.Sound(project.folder / "out/tone.mp4")
    assert sound.first(0, 3, -30) == pytest.approx(1.25, abs=0.002)
    assert sound.level(1.3, 1.7) > -30 and sound.level(0, 1.2) < -60 and sound.level(1.85, 2.9) < -60
