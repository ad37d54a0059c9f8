# SPDX-License-Identifier: MIT
"""`c41 qc FILM`: a deliverable against what its film asks for."""
import json
import re
import subprocess

import pytest

import films
from media import tool

FILM = """\
c41: 1
title: Judged
format: 320x180@24
scenes:
  - id: hall
    shots:
      - {shot: title, card: A title, seconds: 3}
      - {shot: plate, file: plate.mp4, seconds: 4}
      - {shot: end, card: The end, seconds: 3}
"""


@pytest.fixture(scope="module")
def built(make_shared):
    """A card, a moving plate that is black from 1.0 to 2.5 s of it, and another card."""
    project = make_shared({"film.yaml": FILM})
    tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i",
         "testsrc2=s=320x180:r=24:d=5,drawbox=c=black:t=fill:enable='between(n,24,59)'", "-f", "lavfi", "-i",
         "sine=440:r=48000:d=5", "-pix_fmt", "yuv420p", "-c:a", "aac", project.folder / "plate.mp4")
    project.build()
    return project


def qc(project, *args):
    done = subprocess.run([project.program, "qc", "--json", *map(str, args)], cwd=project.folder, env=project.environment,
                          capture_output=True, text=True, timeout=120)
    return done.returncode, json.loads(done.stdout or "[]"), done.stderr


def only(built):
    [path] = (built.folder / "out").glob("*.mp4")
    return path


def test_what_the_film_asks_for_is_no_finding(built):
    _, [file], _ = qc(built, only(built))
    assert {"frozen", "black"} <= {f["check"] for f in file["findings"]}
    code, [held], err = qc(built, "film.yaml", "--strict")
    assert (code, err) == (4, "")
    [black] = [f for f in held["findings"] if f["check"] == "black"]
    assert "frozen" not in {f["check"] for f in held["findings"]}
    assert black["shot"] == "hall/plate" and black["timecode"] == "00:00:04:00"
    assert black["start"] == pytest.approx(4, abs=1 / 24) and black["end"] == pytest.approx(5.5, abs=1 / 24)


def test_loudness_is_the_films(built):
    _, [file], _ = qc(built, "film.yaml")
    assert not {"loudness", "true-peak"} & {f["check"] for f in file["findings"]}
    _, [file], _ = qc(built, "film.yaml", "--loudness", -30)
    [loud] = [f for f in file["findings"] if f["check"] == "loudness"]
    assert "-30.0 are asked for" in loud["text"]


def test_frames_are_the_plans(built, tmp_path):
    project = built.copy(tmp_path / "copy")
    path = only(project)
    tool("ffmpeg", "-v", "error", "-i", path, "-t", "9", "-c:v", "libx264", "-c:a", "aac", tmp_path / "short.mp4")
    path.unlink()
    path.write_bytes((tmp_path / "short.mp4").read_bytes())
    _, [file], _ = qc(project, "film.yaml")
    assert file["findings"][0] | {"check": "plan", "text": "216 frames, where the film has 240"} == file["findings"][0]


def test_a_film_that_is_not_built(built, tmp_path):
    project = built.copy(tmp_path / "copy")
    project.write("film.yaml", FILM.replace("The end", "An end"))
    code, files, err = qc(project, "film.yaml")
    assert (code, files) == (1, []) and "not built as it stands now" in err


def test_a_film_that_is_wrong(built, tmp_path):
    project = built.copy(tmp_path / "copy")
    project.write("film.yaml", FILM.replace("card:", "crad:"))
    code, files, err = qc(project, "film.yaml")
    assert (code, files) == (2, []) and "crad" in err


def spoken(make_shared, film):
    """A film that is built, with music under its words."""
    project = make_shared({"film.yaml": film})
    tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i",
         "aevalsrc='0.2*sin(2*PI*220*t)+0.2*sin(2*PI*277*t)*sin(9*t)':s=48000:d=20", project.folder / "theme.wav")
    project.build()
    [project.film] = (project.folder / "out/draft").glob("*.mp4")
    return project


@pytest.fixture(scope="module")
def talk(make_shared):
    """A film in which three people speak, over rain and music."""
    return spoken(make_shared, films.TALK + "music:\n  - {file: theme.wav, level: -16}\n")


AGAIN = """\
c41: 1
title: Again
format: 256x144@24
music: [{file: theme.wav, level: -8}]
scenes: [{id: hall, shots: [{shot: no, card: No, seconds: 5, say: [%s]}]}]
""" % ", ".join(f'{{narrator: "No!", gap: {gap}}}' for gap in (0, 0.01, 0.02, 0.02, 0.15, 0.15))


@pytest.fixture(scope="module")
def again(make_shared):
    """One word, again and again."""
    return spoken(make_shared, AGAIN)


def remade(talk, tmp_path, *args):
    """A copy whose deliverable is made anew, picture from input 0 and sound from input 1, with args between."""
    project = talk.copy(tmp_path / "copy")
    path = project.folder / talk.film.relative_to(talk.folder)
    tool("ffmpeg", "-v", "error", "-i", talk.film, *args, "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac",
         tmp_path / "film.mp4")
    path.unlink()
    path.write_bytes((tmp_path / "film.mp4").read_bytes())
    _, [file], err = qc(project, "film.yaml")
    assert err == ""
    return [f for f in file["findings"] if f["check"] == "sync"]


def test_lines_are_heard_when_they_are_seen(talk, tmp_path):
    _, [file], _ = qc(talk, "film.yaml")
    assert file["findings"] == []
    assert remade(talk, tmp_path, "-i", talk.film) == []


def shifted(ms):
    if ms > 0:
        return ["-af", f"adelay={ms}:all=1"]
    return ["-af", f"atrim=start={-ms / 1000},asetpts=PTS-STARTPTS"]


@pytest.mark.parametrize("ms", [-300, -60, 40, 500])
def test_lines_that_are_heard_late_or_early(talk, tmp_path, ms):
    found = remade(talk, tmp_path, "-i", talk.film, *shifted(ms))
    assert [f["shot"] for f in found if "heard" in f["text"]] == ["hall/ask", "hall/walk", "hall/answer"]
    for line, finding in zip(("Are you coming with us?", "Nobody came at all.", "I am not."), found):
        told = re.fullmatch(rf'"{re.escape(line)}" is heard (\d+) ms (after|before) it is seen', finding["text"])
        assert told, finding
        assert int(told[1]) == pytest.approx(abs(ms), abs=1) and told[2] == ("after" if ms > 0 else "before")


@pytest.mark.parametrize("ms", [0, -60, 40, 130])
def test_words_that_are_said_again(again, tmp_path, ms):
    found = remade(again, tmp_path, "-i", again.film, *shifted(ms))
    assert [f["text"] for f in found] == ([f'"No!" is heard {abs(ms)} ms {"after" if ms > 0 else "before"} it is seen'] * 6 if ms else [])


def test_a_line_that_is_not_heard(talk, tmp_path):
    found = remade(talk, tmp_path, "-i", talk.folder / "theme.wav", "-shortest")
    assert [f["text"] for f in found] == [f'"{line}" is not heard where it should be' for line in
                                         ("Are you coming with us?", "Nobody came at all.", "I am not.")]


SOUNDS = {"podcast.m4a", "stems.wav", "stems-dialogue.wav", "stems-effects.wav", "stems-music.wav"}


def test_sound_alone_is_judged_for_what_applies(talk, tmp_path):
    project = talk.copy(tmp_path / "copy")
    project.write("film.yaml", project.read("film.yaml") + "deliver: [web, podcast, stems]\n")
    project.build()
    _, files, err = qc(project, "film.yaml")
    assert err == "" and [f["findings"] for f in files] == [[]] * len(files)
    sounds = [f for f in files if "picture" not in f["facts"]]
    assert {f["file"].split("talk-")[1] for f in sounds} == SOUNDS and len(files) == 1 + len(SOUNDS)
    _, files, _ = qc(project, "film.yaml", "--true-peak", -60)
    assert [[f["check"] for f in file["findings"]] for file in files] == [["true-peak"]] * len(files)
