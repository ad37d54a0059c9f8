# SPDX-License-Identifier: MIT
"""The ledger, the disk or the folder is not as it should be: one message that says what would help, nothing lost, and
the next build goes on."""
import contextlib
import os
import shutil
import sqlite3
import subprocess

import pytest

from crash import TINY, check_ledger, tree
from project import finish, read_until
from test_bad_files import stranger  # noqa: F401: a fixture

STEPS = 15  # of TINY


@pytest.fixture(scope="module")
def shared(make_shared):
    project = make_shared({"film.yaml": TINY})
    assert len(project.build().ran) == STEPS
    return project, tree(project)


@pytest.fixture
def built(shared, tmp_path):
    """A project that is built, and what is in it."""
    return shared[0].copy(tmp_path / "built"), shared[1]


def ledger_of(project):
    return project.folder / ".c41/ledger.db"


def refused(project, *says, **more):
    """A build that fails with one error, which says all of this; it runs nothing."""
    build = project.build(code=1, **more)
    errors = [line for line in build.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, build.err
    for words in says:
        assert words in errors[0]
    assert not build.ran
    return errors[0]


def edit(project):
    """So that one image and what follows from it must run."""
    project.change("film.yaml", "a house", "a barn")


@pytest.mark.parametrize("size", ["half", 4096, 100, 0])
def test_truncated_ledger(built, size):
    project, whole = built
    kept = ledger_of(project).read_bytes()
    os.truncate(ledger_of(project), len(kept) // 2 if size == "half" else size)
    refused(project, "ledger.db is damaged", "build again", "the store keeps its files")
    assert {n: whole[n] for n in whole if n.startswith((".c41/store/", "out/"))}.items() <= tree(project).items()
    ledger_of(project).rename(project.folder / "aside.db")  # what the message says
    assert len(project.build().ran) == STEPS
    (project.folder / "aside.db").unlink()
    assert tree(project) == whole
    ledger_of(project).write_bytes(kept)  # or a copy of it
    assert project.build().end["ran"] == 0


def test_damaged_page_is_not_taken_for_a_step_that_never_ran(built):
    project, whole = built
    kept = ledger_of(project).read_bytes()
    with open(ledger_of(project), "r+b") as ledger:
        ledger.seek(4096)
        ledger.write(b"\xa5" * (len(kept) - 4096))
    refused(project, "ledger.db is damaged")
    ledger_of(project).write_bytes(kept)
    assert project.build().end["ran"] == 0 and tree(project) == whole


def test_newer_ledger(built):
    project, whole = built
    with contextlib.closing(sqlite3.connect(ledger_of(project), isolation_level=None)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = 99")
    refused(project, "newer c41", "build with that one")
    assert tree(project) == whole
    with contextlib.closing(sqlite3.connect(ledger_of(project), isolation_level=None)) as db:
        db.execute(f"PRAGMA user_version = {version}")
    assert project.build().end["ran"] == 0


def test_ledger_locked_by_another_program(built):
    project, _ = built
    edit(project)
    other = sqlite3.connect(ledger_of(project), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = project.run("build", "film.yaml")
    other.close()
    assert said.returncode == 1
    assert "locked by another program" in said.stderr and "build again" in said.stderr
    assert project.build().end["status"] == "built"
    check_ledger(project)


def test_damaged_artifact_is_not_handed_out(built):
    project, whole = built
    made = project.folder / "out/draft/tiny.mp4"
    before = made.read_bytes()
    name = next(n for n in whole if n.startswith(".c41/store/") and whole[n] == whole["out/draft/tiny.mp4"])
    artifact = project.folder / name
    artifact.chmod(0o644)
    artifact.write_bytes(before[:-20] + bytes(20))
    made.unlink()
    refused(project, name, "damaged", "build again")
    assert not made.exists() and not list(made.parent.glob("*.part"))
    assert len(list((project.folder / ".c41/quarantine").iterdir())) == 1
    assert project.build().ran == {"film/web"}
    assert made.read_bytes() == before


def test_read_only_project(stranger, shared):  # noqa: F811
    project, who = stranger
    shutil.copytree(shared[0].folder, project.folder, symlinks=True, dirs_exist_ok=True)
    writable = [path for path in [project.folder, *project.folder.rglob("*")] if path.is_dir()]
    for path in writable:
        path.chmod(0o555)
    before = tree(project)
    done = project.run("build", "film.yaml", **who)
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("error: ") == 1 and ".c41" in done.stderr and "writ" in done.stderr, done.stderr
    assert project.run("list", "film.yaml", **who).returncode == 0, "reading needs no writing"
    assert tree(project) == before
    for path in writable:
        path.chmod(0o755)


def test_moved_project(built, tmp_path):
    project, whole = built
    project.folder = project.folder.rename(tmp_path / "elsewhere")
    build = project.build()
    assert build.end["ran"] == 0 and tree(project) == whole
    edit(project)
    assert "one/a/image" in project.build().ran


NETFS = {"nfs": "another machine's", "no-memory": "cannot share memory", "no-locks": "no locks"}


def on_network(project, kind):
    """The environment in which the project's disk is like that; ASan wants to come first, and need not."""
    shim = project.program.parent / "tests/standin/netfs.so"
    assert shim.is_file(), f"there is no {shim}"
    return {"LD_PRELOAD": str(shim), "NETFS": kind,
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"}


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the network file system is loaded before the program")
@pytest.mark.parametrize("kind", ["nfs", "no-memory"])
def test_network_file_system(built, make_project, kind):
    """From nothing, and with a ledger that another file system has seen."""
    project, whole = built
    new = make_project({"film.yaml": TINY}, folder="new")
    there = on_network(project, kind)
    build = new.build(environment=there)
    assert NETFS[kind] in build.err and len(build.ran) == STEPS
    left = tree(new)
    left.pop(".c41/ledger.db-shm", None)
    assert left == whole
    assert new.build(environment=there).end["ran"] == 0
    edit(project)
    build = project.build(environment=there)
    assert NETFS[kind] in build.err and "one/a/image" in build.ran and "one/b/image" not in build.ran
    assert not (project.folder / ".c41/ledger.db-wal").exists()
    check_ledger(project)
    shutil.rmtree(project.folder / ".c41/built")  # else the ledger is not even opened
    assert project.build().end["ran"] == 0, "and back on a disk"
    with contextlib.closing(sqlite3.connect(ledger_of(project), isolation_level=None)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="the network file system is loaded before the program")
def test_file_system_without_locks(built):
    project, whole = built
    refused(project, "cannot be locked", "mount it with locks", environment=on_network(project, "no-locks"))
    assert project.build().end["ran"] == 0 and tree(project) == whole


@pytest.fixture
def small_disk(program, environment, tmp_path):
    """A project on a disk that is soon full, and a way to make it larger."""
    from project import Project
    if os.geteuid() != 0 or not shutil.which("mount") or os.uname().sysname != "Linux":
        pytest.skip("only root mounts a small disk; test_trouble.py has the limit of a process instead")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m", "none", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no mounting here: {mounted.stderr.strip()}")
    yield (Project(program, disk / "project", environment),
           lambda: subprocess.run(["mount", "-o", "remount,size=400m", str(disk)], check=True))
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.long
def test_full_disk(small_disk):
    """Its stems do not fit. What was made before is kept, and is not made again when there is room."""
    project, enlarge = small_disk
    project.write("film.yaml", TINY.replace("a house, seconds: 1", "a house, seconds: 90"))
    build = project.build("film.yaml", "-j", "1", code=1)
    errors = [line for line in build.err.splitlines() if "No space left" in line or "disk is full" in line]
    assert len(errors) == 1, build.err
    assert build.ran, "nothing was made before"
    project.check_store()
    assert not list((project.folder / "out").rglob("*.mp4"))
    enlarge()
    rest = project.build()
    assert not rest.ran & build.ran and rest.end["status"] == "built"
    check_ledger(project)
    assert not [p for p in (project.folder / ".c41/store/tmp").rglob("*")]


def test_room_is_asked_for_beforehand(small_disk):
    """As much as a guess says; as what such steps have left, once some of them are there."""
    project, _ = small_disk
    shots = "".join(f"      - {{shot: s{i}, image: house {i}, seconds: 1}}\n" for i in range(6))
    project.write("film.yaml", "c41: 1\ntitle: Small\nformat: 64x36@24\nscenes:\n" +
                  "".join(f"  - id: {scene}\n    shots:\n{shots}" for scene in ("one", "two")))
    refused = project.build(code=1)
    assert "free some space; nothing was begun" in refused.err and not project.made()
    project.build("film.yaml", "--only", "one/s0/*")
    assert project.build().end["status"] == "built"


def test_lock_dies_with_its_builder(make_project):
    """The first is held still, so that the second cannot but wait for it; then it is killed."""
    project = make_project({"film.yaml": TINY})
    first = project.start("build", "film.yaml", "--events", "-")
    read_until(first, "step-start")
    first.send_signal(19)  # SIGSTOP
    second = project.start("build", "film.yaml", "--events", "-")
    said = second.stderr.readline()
    assert f"process {first.pid} on" in said and "builds film" in said, said
    first.kill()
    finish(first)
    out, err = finish(second)
    assert second.returncode == 0, err
    assert '"status":"built"' in out.splitlines()[-1].replace(" ", "")
    check_ledger(project)
