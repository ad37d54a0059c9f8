# SPDX-License-Identifier: MIT
"""Files that are not what their names say, or not the project's: refused at their place, with nothing made."""
import os
import pathlib
import re
import shutil
import tempfile

import pytest

import media
from project import Project

ROOT = pathlib.Path(__file__).resolve().parents[2]

FILM = """\
c41: 1
title: Bad
format: 256x144@24
scenes:
  - id: one
    shots:
      - shot: good
        image: a house
      - shot: bad
        {use}
"""
PICTURE, FOOTAGE, SOUND = "image: {file: FILE}", "file: FILE", "sound: {file: FILE}\n        image: a tree"
M3U8 = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
FFCONCAT = "ffconcat version 1.0\nfile '/etc/passwd'\n"
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n"
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'


def film(use, file):
    return FILM.replace("{use}", use.replace("FILE", file))


@pytest.mark.parametrize("use, name, content", [
    (PICTURE, "a.png", M3U8), (FOOTAGE, "a.mp4", M3U8), (SOUND, "a.wav", M3U8),
    (PICTURE, "a.png", FFCONCAT), (FOOTAGE, "a.mp4", FFCONCAT), (SOUND, "a.wav", FFCONCAT),
    (PICTURE, "a.png", SDP), (FOOTAGE, "a.mp4", SDP), (SOUND, "a.wav", SDP),
    (PICTURE, "a.png", SVG), (PICTURE, "a.png", ""), (SOUND, "a.wav", "just some text\n"),
    (SOUND, "a.wav", media.png(9)), (FOOTAGE, "a.mp4", media.wav(0.1)), (PICTURE, "a.png", media.wav(0.1)),
], ids=lambda v: v if isinstance(v, str) and v.startswith("a.") else "")
def test_not_such_a_file(make_project, use, name, content):
    project = make_project({"film.yaml": film(use, name), name: content})
    for command in ("check", "build"):
        message = project.refuse(command, "film.yaml", says=name)
        assert "film.yaml:10:" in message or "film.yaml:11:" in message, message


@pytest.mark.parametrize("use, name, content", [
    (PICTURE, "a.png", media.png(100)[:-40]),
    (SOUND, "a.wav", media.wav(0.5)[:30]),
], ids=["picture", "sound"])
def test_truncated(make_project, use, name, content):
    """What only decoding can tell fails the step: exit 1 or 2 at the film's line, and no deliverable."""
    project = make_project({"film.yaml": film(use, name), name: content})
    done = project.run("build", "film.yaml")
    assert done.returncode in (1, 2), done.stderr
    assert re.search(r"^film.yaml:(9|10):", done.stderr, re.M) and name in done.stderr, done.stderr
    assert not list((project.folder / "out").rglob("*.mp4"))


def test_missing(make_project):
    project = make_project({"film.yaml": film(PICTURE, "nowhere.png")})
    project.refuse("build", "film.yaml", place="film.yaml:10:23", says="nowhere.png")


def test_out_of_the_project(make_project, tmp_path):
    (tmp_path / "outside.png").write_bytes(media.png(50))
    for path in ("../outside.png", str(tmp_path / "outside.png"), "pictures/../../outside.png"):
        project = make_project({"film.yaml": film(PICTURE, path), "pictures/a.txt": ""})
        project.refuse("build", "film.yaml", place="film.yaml:10:23")


@pytest.mark.parametrize("whole_folder", [False, True])
def test_link_out_of_the_project(make_project, tmp_path, whole_folder):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.png").write_bytes(media.png(50))
    project = make_project({"film.yaml": film(PICTURE, "pictures/a.png")})
    if whole_folder:
        os.symlink(tmp_path / "elsewhere", project.folder / "pictures")
    else:
        (project.folder / "pictures").mkdir()
        os.symlink(tmp_path / "elsewhere/a.png", project.folder / "pictures/a.png")
    project.refuse("build", "film.yaml", place="film.yaml:10:23")


def test_link_within_the_project_is_fine(make_project):
    project = make_project({"film.yaml": film(PICTURE, "link.png"), "real/a.png": media.png(50)})
    os.symlink("real/a.png", project.folder / "link.png")
    assert project.run("check", "film.yaml").returncode == 0


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_no_file_at_all(make_project, make):
    project = make_project({"film.yaml": film(PICTURE, "a.png")})
    make(project.folder / "a.png")
    project.refuse("build", "film.yaml", place="film.yaml:10:23", says="a.png")


def copy_program(program, folder):
    """The program and its parts where everybody may go: the sources may lie in root's own home."""
    for path in [program, *program.parent.glob("c41-*.so")]:
        shutil.copy2(path, folder)
    for name in ("stdlib", "presets"):
        shutil.copytree(ROOT / name, folder / name)
    return folder / program.name, {"C41_DATA": str(folder)}


@pytest.fixture
def stranger(program, environment):
    """A project of somebody who is not root, whom file modes bind; and how to be them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="c41-stranger-"))
    who, place = {}, {}
    folder.chmod(0o755)
    if os.geteuid() == 0:
        who = {"user": 65534, "group": 65534, "extra_groups": []}
        program, place = copy_program(program, folder)
    project = Project(program, folder / "project", {**environment, **place, "HOME": str(folder)})
    if who:
        os.chown(project.folder, 65534, 65534)
    yield project, who
    project.folder.chmod(0o755)
    shutil.rmtree(folder)


def test_unreadable(stranger):
    project, who = stranger
    project.write("film.yaml", film(PICTURE, "a.png"))
    project.write("a.png", media.png(50)).chmod(0)
    project.refuse("build", "film.yaml", place="film.yaml:10:23", says="a.png", **who)


def test_unreadable_film(stranger):
    project, who = stranger
    project.write("film.yaml", film(PICTURE, "a.png")).chmod(0)
    done = project.run("build", "film.yaml", **who)
    assert done.returncode == 2 and "film.yaml" in done.stderr


def test_project_that_cannot_be_written(stranger):
    project, who = stranger
    project.write("film.yaml", "c41: 1\ntitle: Locked\nformat: 256x144@24\nscenes: [{id: a, shots: [{image: a door, seconds: 1}]}]\n")
    project.folder.chmod(0o555)
    if who:
        os.chown(project.folder, 0, 0)
    assert project.run("check", "film.yaml", **who).returncode == 0, "checking needs nothing written"
    done = project.run("build", "film.yaml", **who)
    assert done.returncode == 1, done.stderr
    assert ".c41" in done.stderr and "ermission" in done.stderr, done.stderr


def test_a_damaged_picture_that_is_found_late(make_project):
    """The first build finds it when the voice is there, the next at once: the film is wrong either way."""
    project = make_project({"film.yaml": """\
c41: 1
title: Late
format: 64x48@24
cast: {ana: {looks: a pilot}}
scenes:
  - id: one
    shots:
      - {shot: a, cast: [ana], image: {file: broken.png}, say: {ana: Hello.}}
"""})
    project.write("broken.png", b"\x89PNG\r\n\x1a\n and nothing else")
    first = project.build(code=2)
    assert "one/a/voice/ana-hello" in first.ran and "broken.png" in first.err
    assert "broken.png" in project.build(code=2).err
