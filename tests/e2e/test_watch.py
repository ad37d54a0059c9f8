# SPDX-License-Identifier: MIT
"""c41 watch: a real process that builds on every save, through everything that a director does meanwhile."""
import os
import queue
import re
import shutil
import signal
import threading
import time

import pytest

from conftest import ROOT
from films import many_shots
from test_nothing_moved import MOVES, OTHER, built, still  # noqa: F401 (fixtures)

PATIENCE = 60
DONE = r"^(draft: |nothing to do|interrupted in)"  # the last line of a build: all of these are drafts
FILM = """c41: 1
title: Watched
format: 64x48@24
include: [scenes/*.yaml]
"""
SCENE = """- id: one
  shots:
    - {shot: a, seconds: 1, image: a lamp}
    - {shot: b, seconds: 1, image: {file: plate.png}}
"""


class Watch:
    """A running `c41 watch`, and what it says."""

    def __init__(self, project, *args):
        # Whoever runs the tests may ignore what hangs up a terminal (nohup does).
        self.running = project.start("watch", *args, start_new_session=True,
                                     preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL))
        self.said, self.lines = [], queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.running.stderr:
            self.lines.put(line)
        self.lines.put(None)

    def until(self, pattern):
        """The lines up to the first that is meant."""
        heard, deadline = [], time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"never said {pattern!r}:\n{''.join(self.said)}")
            assert line is not None, f"ended before {pattern!r}:\n{''.join(self.said)}"
            self.said.append(line)
            heard.append(line)
            if re.search(pattern, line):
                return "".join(heard)

    def end(self, number=signal.SIGINT):
        """Asks it to end; returns the exit code and what it still said."""
        self.running.send_signal(number)
        code = self.running.wait(PATIENCE)
        rest = list(iter(lambda: self.lines.get(timeout=PATIENCE), None))
        return code, "".join(rest)


@pytest.fixture
def watch():
    """A function that starts one; none outlives its test."""
    started = []

    def start(project, *args):
        started.append(Watch(project, *args))
        return started[-1]
    yield start
    for one in started:
        if one.running.poll() is None:
            one.running.send_signal(signal.SIGINT)
            one.running.wait(PATIENCE)


@pytest.fixture
def project(make_project):
    project = make_project({"film.yaml": FILM, "scenes/a.yaml": SCENE})
    shutil.copy(ROOT / "docs/keeper.png", project.folder / "plate.png")
    return project


def test_a_day_of_edits(project, watch):
    w = watch(project, "film.yaml")
    assert re.search("^watching 3 files of film.yaml; Ctrl-C ends$", w.until("^watching"), re.M)
    w.until(DONE)

    project.change("scenes/a.yaml", "a lamp", "a pump")
    heard = w.until(DONE)
    assert "changed: scenes/a.yaml\n" in heard and "one/a/image" in heard and "one/b" not in heard

    project.change("scenes/a.yaml", "shot: a,", "shot: a, sizes: wide,")
    heard = w.until("help: ")
    assert "changed: scenes/a.yaml\n" in heard and 'scenes/a.yaml:3:' in heard and 'did you mean "size"?' in heard

    project.change("scenes/a.yaml", "sizes: wide", "size: wide")
    assert "one/a/image" in w.until(DONE)

    project.write("scenes/b.yaml", OTHER)
    heard = w.until(DONE)
    assert "changed: scenes/b.yaml (new)\n" in heard and "two/a/image" in heard and "one/a" not in heard

    project.write("plate.png", (ROOT / "docs/keeper.png").read_bytes() + b"more")
    assert "changed: plate.png\n" in w.until(DONE)

    (project.folder / "out/draft/watched.mp4").unlink()
    assert "changed: out/draft/watched.mp4 (gone)\n" in w.until(DONE)
    assert (project.folder / "out/draft/watched.mp4").exists()

    (project.folder / "scenes/b.yaml").unlink()
    assert "changed: scenes/b.yaml (gone)\n" in w.until(DONE)
    assert w.end() == (130, "")
    assert "nothing to do" in project.build("film.yaml", "--draft").err, "watch leaves what build finds"


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_what_a_fingerprint_notices(still, watch, move):
    w = watch(still, "film.yaml", "--full")
    w.until(DONE)
    move(still)
    w.until("^changed: ")


def test_what_is_wrong_at_first(make_project, watch):
    """All that was looked for in vain is waited for, the folder of a glob too."""
    project = make_project({"film.yaml": FILM})
    w = watch(project, "film.yaml")
    heard = w.until("^watching")
    assert 'film.yaml:4:11: error: no file matches "scenes/*.yaml"' in heard and "watching 1 file of" in heard
    project.write("scenes/a.yaml", SCENE)
    assert "plate.png" in w.until("error: ")
    shutil.copy(ROOT / "docs/keeper.png", project.folder / "plate.png")
    assert "changed: plate.png (new)\n" in w.until(DONE)
    os.rename(project.folder / "film.yaml", project.folder / "kept.yaml")
    assert "changed: film.yaml (gone)\n" in w.until('there is no film "film.yaml"')
    os.rename(project.folder / "kept.yaml", project.folder / "film.yaml")
    assert "changed: film.yaml (new)\n" in w.until(DONE)


def test_a_file_that_may_not_be_read(project, watch):
    """It is told once, and read when it may be."""
    if os.geteuid() == 0:
        project.change("scenes/a.yaml", "a lamp", "a lamp\0")
    else:
        (project.folder / "scenes/a.yaml").chmod(0)
    w = watch(project, "film.yaml")
    w.until("error: ")
    w.until("^watching")
    (project.folder / "scenes/a.yaml").unlink()
    project.write("scenes/a.yaml", SCENE)
    assert w.until(DONE).count("changed: ") == 1


def test_a_hook_that_never_comes_back(project, watch):
    project.write("film.yaml", FILM + "hooks: film.lua\n")
    project.write("film.lua", '(("a"):rep(40)):find((".-"):rep(40) .. "b")\n')
    w = watch(project, "film.yaml")
    assert "film.lua:1" in w.until("error: ")
    w.until("what film.yaml depends on is not known: all files of its project are watched")
    project.write("film.lua", "")
    assert "changed: film.lua\n" in w.until(DONE)
    project.change("scenes/a.yaml", "a lamp", "a pump")
    w.until(DONE)


def test_saves_by_rename_and_in_several_goes(project, watch):
    w = watch(project, "film.yaml")
    w.until(DONE)
    project.write("scenes/.a.new", SCENE.replace("a lamp", "a pump"))
    os.replace(project.folder / "scenes/.a.new", project.folder / "scenes/a.yaml")
    assert "changed: scenes/a.yaml\n" in w.until(DONE)
    until = time.monotonic() + 0.7
    with open(project.folder / "scenes/a.yaml", "w") as file:
        text = SCENE.replace("a lamp", "a ship")
        while time.monotonic() < until:  # an editor that takes its time, and begins with nothing
            file.seek(0)
            file.truncate()
            file.flush()
            file.write(text[:-30])
            file.flush()
        file.write(text[-30:])
    heard = w.until(DONE)
    assert "error" not in heard and heard.count("changed: ") == 1


def test_a_save_while_it_builds(make_project, watch):
    """What was being made is kept, nothing else begins, and the newest text is built."""
    project = make_project({"film.yaml": many_shots(12)})
    w = watch(project, "film.yaml", "-j", "1")
    first = w.until(r"^\[3/")
    project.change("film.yaml", "picture number 11 ", "picture number eleven ")
    first += w.until("^interrupted in")
    assert "the film has changed: what is being made ends first, and is kept" in first
    w.until("^changed: film.yaml$")
    second = w.until(DONE)
    made = [set(re.findall(r"^\[\d+/\d+\] \w+ +(\S+)", text, re.M)) for text in (first, second)]
    assert made[0] and made[1] and not made[0] & made[1], "nothing twice"
    assert "all/s11/image" in made[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_while_it_builds(make_project, watch, number):
    project = make_project({"film.yaml": many_shots(12)})
    w = watch(project, "film.yaml", "-j", "1")
    w.until(r"^\[1/")
    code, rest = w.end(number)
    assert code == 130 and "interrupted in" in rest
    assert project.check_store()


def test_the_third_time_it_ends_at_once(make_project, watch):
    project = make_project({"film.yaml": many_shots(40, seconds=20)})
    w = watch(project, "film.yaml")
    w.until(r"^\[1/")
    for _ in range(2):
        w.running.send_signal(signal.SIGINT)
        w.until("")
    assert w.end()[0] == 130


def test_several_films(make_project, watch):
    project = make_project({"a.yaml": many_shots(1).replace("Many", "Ay"), "b.yaml": many_shots(1).replace("Many", "Bee")})
    w = watch(project, "a.yaml", "b.yaml")
    w.until(DONE)
    w.until(DONE)
    project.change("b.yaml", "picture number 0", "picture number one")
    heard = w.until(DONE)
    assert "changed: b.yaml\n" in heard and "out/draft/bee.mp4" in heard


def test_one_picture_of_it(project, watch):
    w = watch(project, "film.yaml", "--to", "image")
    assert "conform" not in w.until(DONE)
    project.change("scenes/a.yaml", "a lamp", "a pump")
    assert "one/a/image" in w.until(DONE)


def test_wrong_use(project):
    assert "which film?" in project.run("watch").stderr
    assert 'there is no film "flim.yaml"' in project.run("watch", "flim.yaml").stderr
    done = project.run("watch", "film.yaml", "--use", "image")
    assert done.returncode == 64 and "names no preset" in done.stderr
