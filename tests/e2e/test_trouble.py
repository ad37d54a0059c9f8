# SPDX-License-Identifier: MIT
"""Builds that are stopped, killed, met by another, or run out of disk: nothing that was made is lost."""
import json
import pathlib
import resource
import shutil
import signal

import pytest

from films import TALK, many_shots
from media import png
from project import Project, finish, read_until

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def many(make_project):
    return make_project({"film.yaml": many_shots(12)})


def done_of(events):
    return {e["id"] for e in events if e["event"] == "step-done" and not e["cached"]}


def go_on(project, done):
    """The next build makes the rest, and only the rest."""
    project.check_store()
    assert not list((project.folder / "out").rglob("*.mp4")), "a deliverable that is not whole"
    rest = project.build()
    assert rest.end["status"] == "built"
    assert not rest.ran & done, f"made twice: {rest.ran & done}"
    assert (project.folder / "out/draft/many.mp4").is_file()
    assert project.build().end["ran"] == 0


def test_one_interrupt_lets_running_steps_end(many):
    running = many.start("build", "film.yaml", "--events", "-", "-j", 1)
    events = read_until(running, "step-done", 3)
    running.send_signal(signal.SIGINT)
    out, err = finish(running)
    events += [json.loads(line) for line in out.splitlines()]
    assert running.returncode == 130, err
    assert events[-1]["event"] == "build-end" and events[-1]["status"] == "interrupted"
    started = {e["id"] for e in events if e["event"] == "step-start"}
    assert started == {e["id"] for e in events if e["event"] in ("step-done", "step-failed")}, "a running step did not end"
    go_on(many, done_of(events))


def test_two_interrupts(many):
    running = many.start("build", "film.yaml", "--events", "-")
    events = read_until(running, "step-done", 2)
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGINT)
    finish(running)
    assert running.returncode == 130
    go_on(many, done_of(events))


@pytest.mark.parametrize("after", [1, 7, 30])
def test_killed(many, after):
    running = many.start("build", "film.yaml", "--events", "-")
    events = read_until(running, "step-done", after)
    running.kill()
    finish(running)
    go_on(many, done_of(events))


def test_second_builder_waits(many):
    """The first is held still, so that the second cannot but find it there."""
    first = many.start("build", "film.yaml", "--events", "-")
    read_until(first, "step-start")
    first.send_signal(signal.SIGSTOP)
    try:
        second = many.start("build", "film.yaml", "--events", "-")
        said = second.stderr.readline()
        assert str(first.pid) in said, f"it does not say whom it waits for: {said!r}"
        assert second.poll() is None
    finally:
        first.send_signal(signal.SIGCONT)
    finish(first)
    out, err = finish(second)
    assert (first.returncode, second.returncode) == (0, 0), err
    assert json.loads(out.splitlines()[-1])["ran"] == 0


def test_full_disk(make_project):
    """No file may grow past a limit, which is what a full disk is to the program that writes."""
    project = make_project({"film.yaml": TALK})

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = project.run("build", "film.yaml", preexec_fn=small)
    assert done.returncode == 1, done.stderr
    assert done.stderr.strip(), "it says nothing"
    assert not list((project.folder / "out").rglob("*.mp4"))
    project.check_store()
    project.build()


def test_failed_step_is_told_at_its_line_and_the_rest_is_kept(make_project):
    film = ("c41: 1\ntitle: Half\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n      - {shot: good, image: a house, seconds: 1}\n"
            "      - {shot: bad, image: {file: bad.png}, seconds: 1}\n      - {shot: fine, image: a tree, seconds: 1}\n")
    project = make_project({"film.yaml": film, "bad.png": png(100)[:-40]})
    build = project.build("film.yaml", "--keep-going", code=2) # it is the film that names the file
    assert [e for e in build.of("step-failed") if e["final"]]
    assert "film.yaml:8:" in build.err
    assert {"a/good/image", "a/fine/image"} <= build.ran, "what does not depend on it goes on"
    project.write("bad.png", png(100))
    mended = project.build()
    assert not mended.ran_models, mended.ran


@pytest.mark.parametrize("args", [["bild", "film.yaml"], ["build"], ["build", "--nonsense", "film.yaml"], ["build", "film.yaml", "-j"],
                                  ["build", "film.yaml", "-j", "many"], ["graph", "film.yaml", "--format", "png"], ["check"],
                                  ["show"], ["build", "film.yaml", "--to", "nothing-such"]],
                         ids=" ".join)
def test_wrong_use(make_project, args):
    project = make_project({"film.yaml": TALK})
    done = project.run(*args)
    assert done.returncode == 64, done.stderr
    assert done.stderr.strip() and not done.stdout
    assert not (project.folder / ".c41").exists()


def test_version_and_help(make_project):
    project = make_project()
    nothing = project.run()
    assert nothing.returncode == 64 and "usage" in nothing.stdout + nothing.stderr
    assert project.run("--version").stdout.startswith("c41 ")
    help = project.run("help")
    assert help.returncode == 0 and "build" in help.stdout
    assert project.run("build", "--help").returncode == 0


def test_no_film(make_project):
    project = make_project()
    done = project.run("build", "nowhere.yaml")
    assert done.returncode == 2 and "nowhere.yaml" in done.stderr


def test_a_module_that_is_missing_loses_nothing(program, environment, tmp_path):
    """The first steps run before the event loop is loaded: they end and count, and nothing else begins."""
    ours = tmp_path / "program"
    ours.mkdir()
    for name in ("c41", "c41-media.so"):
        shutil.copy(program.parent / name, ours / name)
    project = Project(ours / "c41", tmp_path / "project", {**environment, "C41_DATA": str(ROOT)},
                      {"film.yaml": many_shots(3)})
    broken = project.build("film.yaml", "-j", "2", code=1)
    assert "c41-net.so is missing: it is a part of c41" in broken.err
    assert 1 <= len(broken.ran) <= 2 and not broken.of("step-failed")
    shutil.copy(program.parent / "c41-net.so", ours / "c41-net.so")
    rest = project.build()
    assert rest.end["status"] == "built" and not rest.ran & broken.ran
