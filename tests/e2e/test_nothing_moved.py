# SPDX-License-Identifier: MIT
"""A build that finds nothing moved says so at once; and everything that can move is noticed."""
import os
import shutil

import pytest

from conftest import ROOT

FILM = """c41: 1
title: Still
format: 64x48@24
include: [scenes/*.yaml]
theme: theme.txt
hooks: film.lua
cast:
  ana: {looks: a pilot, voice: {clone: ana.wav}}
"""
SCENE = """- id: one
  shots:
    - shot: a
      seconds: 1
      image: {prompt: a lamp, takes: 2, pick: 1}
    - {shot: b, seconds: 1, image: {file: plate.png}}
    - {shot: c, card: "The end", seconds: 1}
"""
OTHER = """- id: two
  shots:
    - {shot: a, seconds: 1, image: a boat}
"""
HOOK = """local on = require "c41.on"
on.shot(function(shot)
  shot.note = c41.read("notes.txt")
end)
"""


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, "scenes/a.yaml": SCENE, "film.lua": HOOK, "notes.txt": "dark",
                           "project.yaml": "style: 35 mm\n", "theme.txt": "family: Inter\n"})
    shutil.copy(ROOT / "docs/keeper.png", project.folder / "plate.png")
    shutil.copy(ROOT / "examples/keeper/music/theme.flac", project.folder / "ana.wav")
    project.build()
    return project


@pytest.fixture
def still(built, tmp_path):
    """The film, found to be as it was in a folder of its own. The first build there may not trust files that were
    written so shortly before it that they could change again unseen."""
    project = built.copy(tmp_path / "still")
    assert not project.build().ran
    assert not project.build().ran
    return project


def is_still(project, *args):
    """Whether the build goes by its fingerprint: it does not open the ledger, which is made unreadable."""
    ledger = project.folder / ".c41/ledger.db"
    kept = ledger.read_bytes()
    ledger.write_bytes(b"no ledger at all")
    try:
        done = project.run("build", "film.yaml", *args)
    finally:
        ledger.write_bytes(kept)
    return done.returncode == 0 and "nothing to do: " in done.stderr


def test_it_goes_by_the_fingerprint(still):
    assert is_still(still)
    again = still.build()
    assert [e["event"] for e in again.events] == ["build-start", "build-end"]
    assert again.end["ran"] == 0 and again.end["deliverables"][0]["facts"]["seconds"] == 3
    assert again.end["cached"] == again.of("build-start")[0]["steps"]
    assert "out/draft/still.mp4" in again.err and "is current" in again.err


def test_a_moved_folder(still, tmp_path):
    os.rename(still.folder, tmp_path / "elsewhere")
    still.folder = tmp_path / "elsewhere"
    assert is_still(still), "no path of the fingerprint leads out of the folder"


def replace(project, name, old, new):
    """Changes bytes at equal size and with the old time of change."""
    path = project.folder / name
    before = path.stat()
    text = path.read_bytes()
    assert len(old) == len(new) and old in text, name
    path.write_bytes(text.replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


MOVES = {
    "film": lambda p: replace(p, "film.yaml", b"Still", b"Stilt"),
    "project": lambda p: replace(p, "project.yaml", b"35", b"16"),
    "scene": lambda p: replace(p, "scenes/a.yaml", b"a lamp", b"a pump"),
    "hook": lambda p: replace(p, "film.lua", b"note =", b"text ="),
    "text that a hook reads": lambda p: replace(p, "notes.txt", b"dark", b"dusk"),
    "asset": lambda p: replace(p, "plate.png", b"IEND", b"IENd"),
    "asset that no step takes": lambda p: replace(p, "ana.wav", b"fLaC", b"fLaD"),
    "theme": lambda p: replace(p, "theme.txt", b"Inter", b"Serif"),
    "a file that matches the glob": lambda p: p.write("scenes/b.yaml", OTHER),
    "a scene that goes": lambda p: (p.folder / "scenes/a.yaml").unlink(),
    "picks that come": lambda p: p.write("film.picks.yaml", "one/a/image: {take: 2}\n"),
    "a studio that comes": lambda p: p.write("studio.yaml", "c41: 1\nmachines: {}\n"),
    "a preset of the project": lambda p: p.write("presets/image/draft.yaml", "preset: draft\nkind: image\n"),
    "a deliverable that goes": lambda p: (p.folder / "out/draft/still.mp4").unlink(),
    "a deliverable that was touched up": lambda p: replace(p, "out/draft/still.mp4", b"ftyp", b"ftyq"),
    "an artifact that goes": lambda p: next(q for q in (p.folder / ".c41/store").rglob("*.png")).unlink(),
    "the links for people": lambda p: shutil.rmtree(p.folder / ".c41/browse"),
    "another film of the title": lambda p: p.write("b.yaml", "c41: 1\ntitle: Other\n"),
}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_moves_is_noticed(still, move):
    assert is_still(still)
    move(still)
    assert not is_still(still)


@pytest.mark.parametrize("folder", [None, "more/two"], ids=["no folder yet", "a folder without it"])
def test_a_file_where_a_glob_looked_in_vain(still, folder):
    """What a glob could match, had a folder that is already there a file of the name."""
    still.change("film.yaml", "include: [scenes/*.yaml]", "include: [scenes/*.yaml, more/*/scene.yaml]")
    still.write("more/one/scene.yaml", OTHER)
    if folder:
        (still.folder / folder).mkdir(parents=True)
    still.build()
    assert is_still(still)
    still.write("more/two/scene.yaml", OTHER.replace("id: two", "id: three"))
    assert not is_still(still)


def test_options_have_fingerprints_of_their_own(still):
    assert not is_still(still, "--draft"), "never built so"
    still.build("film.yaml", "--draft")
    assert is_still(still, "--draft") and is_still(still) and is_still(still, "-j", "1")
    assert not is_still(still, "--use", "image=draft")
    assert not is_still(still, "--only", "one/*")


def test_a_preset_of_the_user_that_hides_ours(still, tmp_path):
    home = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    still.environment = {**still.environment, **home}
    still.build()
    assert is_still(still)
    mine = tmp_path / "config/c41/presets/image/draft.yaml"
    mine.parent.mkdir(parents=True)
    shutil.copy(ROOT / "presets/image/draft.yaml", mine)
    assert not is_still(still)
    still.build()
    assert is_still(still)
    mine.unlink()
    assert not is_still(still)


def test_warnings_are_said_each_time(still):
    still.change("scenes/a.yaml", "prompt: a lamp", "prompt: a lamp at sea")
    still.change("scenes/a.yaml", "shot: b, seconds: 1,", "shot: b, seconds: 1, lipsync: true,")
    first = still.build()
    assert "nobody speaks in this picture" in first.err
    assert is_still(still)
    assert still.build().err.count("nobody speaks in this picture") == 1


def test_a_failed_build_leaves_none(still):
    still.change("scenes/a.yaml", "file: plate.png", "file: broken.png")
    still.write("broken.png", b"\x89PNG\r\n\x1a\n and nothing else")
    still.build(code=2)
    assert not is_still(still)
    assert "broken.png is damaged" in still.build(code=2).err


def test_after_an_edit_and_back(still):
    still.change("scenes/a.yaml", "a lamp", "a pump")
    still.build()
    assert is_still(still)
    still.change("scenes/a.yaml", "a pump", "a lamp")
    assert not is_still(still)
    assert not still.build().ran_models
    assert is_still(still)
