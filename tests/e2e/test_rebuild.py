# SPDX-License-Identifier: MIT
"""What runs again after a change: exactly what depends on it."""
import json
import re
import shutil
import struct
import wave

import pytest

from conftest import ROOT
from events import check_stream
from films import TALK


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": TALK})
    project.build()
    return project


@pytest.fixture
def talk(built, tmp_path):
    """The film, built; each test has a copy of its own."""
    return built.copy(tmp_path / "talk")


def test_nothing_changed(talk):
    again = talk.build()
    assert [e["event"] for e in again.events] == ["build-start", "build-end"]
    assert again.end["ran"] == 0


def test_lost_deliverable_comes_back_without_a_step(talk):
    (talk.folder / "out/draft/talk.mp4").unlink()
    again = talk.build()
    assert (talk.folder / "out/draft/talk.mp4").is_file()
    assert not again.ran


def test_lost_artifact_is_made_again(talk):
    lost = next(p for p in (talk.folder / ".c41/browse/film").rglob("*") if "voice" in str(p) and p.is_file()).resolve()
    lost.unlink()
    (talk.folder / "out/draft/talk.mp4").unlink()
    talk.build()
    assert (talk.folder / "out/draft/talk.mp4").is_file()
    talk.check_store()


def test_line_over_a_clip_of_fixed_length(talk):
    """The shot stays as long as it was, so the clip that a model would make is the same: only sound, and what shows it."""
    talk.change("film.yaml", "Nobody came at all.", "Nobody came at any time.")
    again = talk.build()
    assert again.ran == {"hall/walk/voice/nobody", "hall/walk/timing", "hall/walk/mix", "hall/walk/cut/web", "hall/walk/board",
                         "film/web"}


def test_line_with_lip_sync(talk):
    """A longer line: its voice, the clip in which she speaks, and what stands after; no picture, nobody else's clip."""
    talk.change("film.yaml", "Are you coming with us?", "Are you coming with us to the old house by the river, or not?")
    again = talk.build()
    assert again.ran == {"hall/ask/voice/ask", "hall/ask/timing", "hall/ask/track/ann", "hall/ask/lipsync", "hall/ask/cut/web",
                         "hall/ask/mix", "hall/ask/board", "film/web"}


def record(project, name, milliseconds):
    """A voice that was recorded: a hum at 48 kHz, of exactly so many milliseconds."""
    with wave.open(str(project.folder / name), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", 9000 * (i // 120 % 2) - 4500) for i in range(48 * milliseconds)))


def test_a_voice_a_few_milliseconds_longer(make_project):
    """As many frames as before: no clip is made anew but the one in which she speaks. One more frame: all are."""
    project = make_project({"film.yaml": TALK.replace("        seconds: 3\n", "").replace("line: nobody", "line: nobody\n            file: a.wav").replace(
        "line: ask", "line: ask\n            file: a.wav")})
    record(project, "a.wav", 1000)
    project.build()
    record(project, "a.wav", 1007)
    ran = project.build().ran
    assert {"hall/ask/timing", "hall/walk/timing", "hall/walk/mix", "film/web"} <= ran
    assert {s for s in ran if s.endswith(("/video", "/lipsync", "/image"))} == {"hall/ask/lipsync"}
    record(project, "a.wav", 1061)
    assert {s for s in project.build().ran if s.endswith(("/video", "/lipsync", "/image"))} == {"hall/ask/lipsync", "hall/walk/video"}


def test_same_bytes_stop_the_change(talk):
    """The style is in the words of every picture, but the draft does not draw it: pictures run, and nothing after them."""
    talk.change("film.yaml", "style: ink on paper", "style: oil on canvas")
    again = talk.build()
    kinds = {e["kind"] for e in again.of("step-done") if not e["cached"]}
    assert {"image"} <= kinds <= {"image", "animate", "lipsync"}
    assert not [s for s in again.ran if re.search(r"/(cut|mix|voice|timing)\b|^film/", s)], again.ran


def test_back_again_costs_nothing(talk):
    talk.change("film.yaml", "I am not.", "I am.")
    assert talk.build().ran
    talk.change("film.yaml", "I am.", "I am not.")
    assert not talk.build().ran


@pytest.mark.parametrize("change", [
    ("c41: 1\n", "# What this is about\nc41: 1\n\n"),
    ("title: Talk\nformat: 256x144@24\n", "format: 256x144@24\ntitle: Talk\n"),
    ("  ann: {looks: a woman in red}\n", "  ann:\n    looks: 'a woman in red'   # by hand\n"),
    ("        size: close-up\n        image: Bob in a doorway\n", "        image: Bob in a doorway\n        size: close-up\n"),
    ("format: 256x144@24", "format: {pixels: 256x144, fps: 24}"),
    ("note: he means it", "note: he does not mean it"),
], ids=["comment", "order of keys", "style of YAML", "order of keys in a shot", "long form", "note"])
def test_what_is_no_change(talk, change):
    talk.change("film.yaml", *change)
    again = talk.build()
    assert again.end["ran"] == 0, again.ran


def test_about_of_a_preset(make_project, tmp_path):
    data = tmp_path / "data"
    for name in ("stdlib", "presets"):
        shutil.copytree(ROOT / name, data / name)
    project = make_project({"film.yaml": TALK})
    there = {"C41_DATA": str(data)}
    project.build(environment=there)
    for preset in (data / "presets").rglob("*.yaml"):
        preset.write_text(re.sub(r"^about: .*$", "about: another remark", preset.read_text(), flags=re.M))
    assert project.build(environment=there).end["ran"] == 0


RENDERS_IDLE = {
    "shot inserted": [("      - shot: walk\n", "      - shot: new\n        image: a clock\n        seconds: 1\n      - shot: walk\n")],
    "shot renamed": [("- shot: answer", "- shot: reply\n        was: answer")],
    "scene renamed": [("id: hall\n", "id: corridor\n    was: hall\n")],
    "scene inserted": [("  - scene: EXT. STREET", "  - scene: INT. ATTIC\n    id: attic\n    shots:\n"
                        "      - {image: an attic, seconds: 1}\n  - scene: EXT. STREET")],
}


@pytest.mark.parametrize("changes", RENDERS_IDLE.values(), ids=RENDERS_IDLE.keys())
def test_renders_are_kept(talk, changes):
    for old, new in changes:
        talk.change("film.yaml", old, new)
    again = talk.build()
    assert {s for s in again.ran_models if not s.startswith(("hall/new/", "attic/"))} == set()


def test_shots_in_another_order(talk):
    text = talk.read("film.yaml")
    shots = re.split(r"(?m)^(?=      - shot: )", text[:text.index("  - scene: EXT.")])
    rest = text[text.index("  - scene: EXT."):]
    talk.write("film.yaml", "".join([shots[0], shots[3], shots[1], shots[2], rest]))
    assert talk.build().ran == {"film/web"}


def test_scenes_in_another_order(talk):
    text = talk.read("film.yaml")
    head, first, second = re.split(r"(?m)^(?=  - scene: )", text)
    talk.write("film.yaml", head + second + first)
    assert talk.build().ran == {"film/web"}


def test_unnamed_shots_keep_their_renders(make_project):
    film = "c41: 1\ntitle: Plain\nformat: 256x144@24\nscenes:\n  - shots:\n      - image: a house\n        seconds: 1\n      - image: a tree\n        seconds: 1\n"
    project = make_project({"film.yaml": film})
    project.build()
    project.change("film.yaml", "      - image: a house\n", "      - {image: a bird, seconds: 1}\n      - image: a house\n")
    again = project.build()
    assert len([s for s in again.ran_models]) == 1, again.ran


def test_events_on_stdout(make_project):
    project = make_project({"film.yaml": TALK})
    done = project.run("build", "film.yaml", "--events", "-")
    assert done.returncode == 0
    check_stream([json.loads(line) for line in done.stdout.splitlines()])
