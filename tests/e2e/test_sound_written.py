# SPDX-License-Identifier: MIT
"""Sound as the film says it: how beds and cues step back, where music begins, beds of places that come again."""
import json

import pytest

import media

FILM = """\
c41: 1
title: Ducks
format: 128x72@24
%s
locations:
  hall: {looks: a hall, sound: {file: bed.wav}}
  roof: {looks: a roof, sound: {file: bed.wav, duck: 3}}
  cave: {looks: a cave, sound: {file: bed.wav, duck: false, level: -6}}
scenes:
%s
deliver: [{preset: stems, mix: false}]
"""
SHOT = "{shot: s, file: a.png, seconds: 5, say: [{narrator: words, file: words.wav, at: 2}]}" # until 3.5
SCENE = "  - {id: %s, location: %s, shots: [" + SHOT + "]}\n"
FILES = {"a.png": media.png(90), "words.wav": media.samples_wav(media.noise(1.5, 0.5, seed=5)),
         "bed.wav": media.samples_wav(media.noise(2.5, 0.5, rate=44100), rate=44100), # one channel, another rate
         "music.wav": media.wav(20, 400)}


def scenes(*locations):
    return "".join(SCENE % (f"{name}-{i}", name) for i, name in enumerate(locations)).rstrip("\n")


def stem(project, name):
    return media.Master(project.folder / f"out/ducks-{name}.wav")


@pytest.mark.parametrize("film, bys", [
    ("", (6, 3, 0)),
    ("duck: 12", (12, 3, 0)),
    ("duck: {by: 9, attack: 0.5, release: 1}", (9, 3, 0)),
    ("duck: false", (0, 3, 0)),
])
def test_beds_step_back_as_film_and_bed_say(make_project, film, bys):
    """Noise: its level wavers by itself."""
    project = make_project({"film.yaml": FILM % (film, scenes("hall", "roof", "cave")), **FILES})
    project.build()
    effects = stem(project, "effects")
    levels = []
    for i, by in enumerate(bys):
        before, during = effects.level(5 * i + 0.5, 5 * i + 1.4), effects.level(5 * i + 2, 5 * i + 3.5)
        assert before - during == pytest.approx(by, abs=0.8), i
        levels.append(before)
    assert levels[0] == pytest.approx(levels[1], abs=0.8) and levels[0] - levels[2] == pytest.approx(6, abs=0.8)


def test_cues_step_back_as_they_say(make_project):
    """A tone: to a tenth of a dB. Levels are before, shortly before, while and shortly after somebody speaks."""
    cues = {"": (0, 0, -6, -2.5), "duck: true": (0, 0, -6, -2.5), "duck: false": (0, 0, 0, 0), "duck: 20": (0, 0, -20, -5.2),
            "duck: {by: 12, attack: 0.6}": (0, -4.1, -12, -4.1), "duck: {release: 1.2}": (0, 0, -6, -5.5)}
    for written, wanted in cues.items():
        music = f"music:\n  - {{file: music.wav, level: 0, fade: 0{', ' + written if written else ''}}}"
        project = make_project({"film.yaml": FILM % (music, scenes("hall")), **FILES}, folder=f"film-{len(written)}")
        project.build()
        made = stem(project, "music")
        told = [made.level(t - 0.0125, t + 0.0125) for t in (0.5, 1.7, 2.8, 3.7)]
        assert [level - told[0] for level in told] == pytest.approx(wanted, abs=0.15), written


def test_cues_begin_where_they_are_told(make_project):
    """Of the same tone, which is in phase with itself only where it is exactly in its place."""
    music = """music:
  - {file: music.wav, in: 1.5, out: 3.25, from: hall-1/s, at: 0.5, level: -3, fade: {in: 0, out: 0.25}, duck: false}"""
    project = make_project({"film.yaml": FILM % (music, scenes("hall", "hall")), **FILES})
    project.build()
    made = stem(project, "music").samples[::2]
    start, length = round(5.5 * 48000), round(1.75 * 48000)
    assert not any(made[:start]) and not any(made[start + length:])
    assert made[start + 1] and any(made[start + length - 100:])
    # The period of the tone is 120 samples; `in` is a whole number of them.
    tone = media.array.array("h", media.wav(1, 400)[44:])
    middle = made[start + 4800:start + 48000]
    factor = max(middle) / max(tone)
    assert max(abs(a - factor * tone[i % 120]) for i, a in enumerate(middle)) < 0.001 * max(middle)
    assert max(abs(a - b) for a, b in zip(made, made[1:])) < 0.06 * max(middle), "a click"


def test_a_place_that_comes_again_sounds_again(make_project):
    """Hall, roof, hall: no hole and no seam at either cut, and as loud the second time."""
    project = make_project({"film.yaml": FILM % ("duck: false", scenes("hall", "cave", "hall").replace(SHOT, "{shot: s, file: a.png, seconds: 3}")),
                            **FILES})
    project.build()
    effects = stem(project, "effects")
    levels = [effects.level(t, t + 0.1) for t in (i / 10 for i in range(5, 85))]
    outer = levels[:20] + levels[60:]
    assert max(outer) - min(outer) < 3 and min(levels) > max(levels) - 10
    assert effects.level(0.5, 2.5) == pytest.approx(effects.level(6.5, 8.5), abs=0.6)


def test_two_beds_at_once(make_project):
    """The place's and the scene's: both are heard, each at its level. Loud music keeps the gain of the mix where it is."""
    film = FILM % ("music: [{file: music.wav, level: 10, duck: false}]", scenes("hall").replace(SHOT, "{shot: s, file: a.png, seconds: 4}"))
    project = make_project({"film.yaml": film, **FILES})
    project.build()
    alone = stem(project, "effects").level(0.5, 3.5)
    project.write("film.yaml", film.replace("location: hall,", "location: hall, sound: {file: music.wav, level: -40},"))
    project.build()
    assert stem(project, "effects").level(0.5, 3.5) == pytest.approx(alone, abs=0.5)
    project.change("film.yaml", "level: -40}", "level: 10}")
    project.build()
    assert stem(project, "effects").level(0.5, 3.5) > alone + 4


def test_what_is_not_said_is_in_no_key(make_project):
    """A film that says nothing of ducking has the conform that it always had."""
    project = make_project({"film.yaml": FILM % ("music: [{file: music.wav}]", scenes("hall")), **FILES})
    [conform] = [s for s in json.loads(project.graph())["steps"] if s["kind"] == "conform"]
    assert conform["params"]["music"] == [{"music": 0, "from": 0, "to": 0, "level": -18, "fade": 1}]
    assert conform["params"]["beds"] == [{"bed": 0, "from": 0, "to": 0, "level": 0, "fade": 0.4}]


@pytest.mark.parametrize("cue, says", [
    ("in: 3, out: 2", "`out` lies before `in`"),
    ("duck: -6", "found -6"),
    ("fade: {in: -1}", "at least 0"),
    ("duck: {depth: 6}", "depth"),
])
def test_cues_that_cannot_be(make_project, cue, says):
    project = make_project({"film.yaml": FILM % (f"music:\n  - {{file: music.wav, {cue}}}", scenes("hall")), **FILES})
    project.refuse("check", "film.yaml", says=says)
