# SPDX-License-Identifier: MIT
"""out/ and browse/ hold no second copy of what is large, and nothing that is done to them harms the store."""
import os
import shutil
import subprocess

import pytest

LARGE = """\
c41: 1
title: Large
format: 1920x1080@24
deliver: [prores-master]
scenes:
  - id: one
    shots: [{shot: a, image: a boat on the sea, seconds: 1}]
"""
SMALL = LARGE.replace("1920x1080@24", "64x64@8").replace("[prores-master]", "[web]")


@pytest.fixture(scope="module")
def large(make_shared):
    project = make_shared({"film.yaml": LARGE})
    project.build()
    return project


def shares_blocks(folder):
    """Whether the file system can give a file the blocks of another."""
    (folder / "from").write_bytes(bytes(4096))
    return subprocess.run(["cp", "--reflink=always", folder / "from", folder / "to"], capture_output=True).returncode == 0


@pytest.mark.long
def test_a_large_deliverable_takes_no_second_room(large):
    out = large.folder / "out/draft/large.mov"
    same = [p for p in (large.folder / ".c41/store").rglob("*.mov") if p.samefile(out)]
    assert same or shares_blocks(large.folder)
    if same:
        assert not os.stat(out).st_mode & 0o222, "it can be written into as it stands"
    assert out.stat().st_size >= 16 << 20


@pytest.mark.long
def test_links_for_people_are_links(large):
    files = [p for p in (large.folder / ".c41/browse").rglob("*") if not p.is_dir()]
    assert files and all(p.is_symlink() and p.exists() for p in files)


def spoil(path):
    """Writes into the file itself, as root or after chmod."""
    path.chmod(0o644)
    with open(path, "r+b") as f:
        f.seek(5000)
        f.write(b"edited in place")


@pytest.mark.long
@pytest.mark.parametrize("film, name, step", [(LARGE, "large.mov", "film/prores-master"), (SMALL, "large.mp4", "film/web")])
def test_a_deliverable_that_is_written_into_harms_nothing(large, make_project, film, name, step):
    project = make_project({"film.yaml": film})
    if film == LARGE:  # with all that was built, but for the master
        shutil.rmtree(project.folder)
        shutil.copytree(large.folder, project.folder, symlinks=True)
        shutil.rmtree(project.folder / "out")
    project.build()
    out = project.folder / "out/draft" / name
    whole = out.read_bytes()
    linked = os.stat(out).st_nlink > 1
    spoil(out)
    said = project.run("verify", "--quick").stdout
    assert "0 damaged, 0 missing" in said
    again = project.build()
    assert out.read_bytes() == whole and project.check_store()
    assert again.ran == ({step} if linked else set())
    if linked:
        assert "was the store's own file" in again.err
        kept = next((project.folder / ".c41/quarantine").iterdir())
        assert b"edited in place" in kept.read_bytes()
    assert not project.build().ran


def test_verify_tells_an_altered_deliverable(make_project):
    project = make_project({"film.yaml": SMALL})
    project.build()
    out = project.folder / "out/draft/large.mp4"
    out.write_bytes(out.read_bytes() + b"more")
    for args in (("verify",), ("verify", "--quick")):
        done = project.run(*args)
        assert done.returncode == 0 and "altered     out/draft/large.mp4: not what was handed out" in done.stdout
    project.build()
    assert "altered" not in project.run("verify").stdout


@pytest.mark.long
def test_verify_finds_the_store_spoilt_by_a_link(large, tmp_path):
    project = large.copy(tmp_path / "copy")
    out = project.folder / "out/draft/large.mov"
    store = next((project.folder / ".c41/store").rglob("*.mov"))
    out.unlink()
    os.link(store, out)
    project.build()
    spoil(out)
    done = project.run("verify")
    assert done.returncode == 1 and "film/prores-master" in done.stdout and "1 damaged" in done.stdout
    assert project.build().ran == {"film/prores-master"}
    assert project.run("verify").returncode == 0
