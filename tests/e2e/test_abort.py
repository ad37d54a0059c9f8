# SPDX-License-Identifier: MIT
"""The build ends, as by SIGKILL, at each step that the store, the ledger and what follows them take. Done with
c41-abort, which is the program with an end linked into those places; the build after it is made by the program."""
import collections
import copy
import re

import pytest

from conftest import ROOT
from crash import TINY, check_next_build, told, tree
from project import Project

# What lands together is committed together, so only one by one a build always comes by as often.
ONE_BY_ONE = ("-j", 1)

POINTS = sorted({name for folder in ("base", "runtime") for path in (ROOT / folder).glob("**/*.c")
                 for name in re.findall(r'abort_point\("([a-z-]+)"\)', path.read_text())})


@pytest.fixture(scope="module")
def undisturbed(program, environment, tmp_path_factory):
    """The c41-abort beside the program, what a build leaves, and how often it comes by each place."""
    ender = program.parent / "tests/abort/c41-abort"
    assert ender.is_file(), f"there is no {ender}: it is built where cmocka is found"
    project = Project(ender, tmp_path_factory.mktemp("undisturbed") / "project", environment, {"film.yaml": TINY})
    notes = project.folder.parent / "notes"
    project.build("film.yaml", *ONE_BY_ONE, environment={"C41_ABORT_NOTES": str(notes)})
    return ender, tree(project), collections.Counter(notes.read_text().split())


def test_installed_program_has_no_such_places(make_project):
    project = make_project({"film.yaml": TINY})
    notes = project.folder.parent / "notes"
    build = project.build("film.yaml", "--to", "image",
                          environment={"C41_ABORT": "store-written:1", "C41_ABORT_NOTES": str(notes)})
    assert len(build.ran) == 3 and not notes.exists()


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_ends_there(make_project, undisturbed, point):
    ender, whole, counts = undisturbed
    assert counts[point], f"a build does not come by {point}"
    # How often settle comes by depends on the disk: the first is the one that is sure.
    last = 1 if point.startswith("settle-") else counts[point]
    for time in sorted({1, (last + 1) // 2, last}):
        where = f"{point}:{time}"
        project = make_project({"film.yaml": TINY}, folder=f"project-{time}")
        events = project.folder.parent / f"{time}.jsonl"
        ending = copy.copy(project)
        ending.program = ender
        done = ending.run("build", "film.yaml", *ONE_BY_ONE, "--events", events, environment={"C41_ABORT": where})
        assert done.returncode == -9, f"{where}: {done.stderr}"
        check_next_build(project, told(events), whole, where)
        assert project.build().end["ran"] == 0, where


def test_what_is_recorded_is_not_made_again(make_project, undisturbed):
    """The narrow place: recorded and committed, but told to nobody yet."""
    ender, whole, counts = undisturbed
    project = make_project({"film.yaml": TINY})
    events = project.folder.parent / "killed.jsonl"
    ending = copy.copy(project)
    ending.program = ender
    assert ending.run("build", "film.yaml", *ONE_BY_ONE, "--events", events,
                      environment={"C41_ABORT": "ledger-committed:5"}).returncode == -9
    recorded, said = 5, told(events)
    rest = check_next_build(project, said, whole, "ledger-committed:5")
    assert len(said) == recorded - 1
    assert len(rest.ran) + recorded == counts["ledger-put"]
