# SPDX-License-Identifier: MIT
"""What must hold after a build was killed, whenever that was: the next one ends with the same bytes, makes again only
what was running, and leaves nothing behind."""
import contextlib
import hashlib
import json
import os
import sqlite3

# One of each way to make something, in about a second.
TINY = """\
c41: 1
title: Tiny
format: 64x48@12
scenes:
  - id: one
    sound: rain
    shots:
      - {shot: a, image: a house, seconds: 1, say: {narrator: "One."}}
      - {shot: b, image: a tree, seconds: 1, video: the tree bends}
      - {shot: c, image: a road, seconds: 1, move: push-in}
"""

# These hold times; what the ledger says is looked at by itself.
BOOKS = {".c41/ledger.db", ".c41/lock", ".c41/status.json"}


def tree(project):
    """All that is in the project: the digest of each file, the target of each link."""
    found = {}
    for path in sorted(project.folder.rglob("*")):
        name = str(path.relative_to(project.folder))
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_file() and name not in BOOKS and not name.startswith(".c41/built/"):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        elif path.is_dir():
            found[name] = "folder"
    return found


def check_ledger(project):
    """Every row names artifacts that are what it says, and all of it is on the disk. Returns the steps with a row."""
    with contextlib.closing(sqlite3.connect(f"file:{project.folder / '.c41/ledger.db'}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        assert not db.execute("SELECT key FROM unsettled").fetchall()
        for digest, ext in db.execute("SELECT digest, ext FROM artifacts JOIN results ON id = result"):
            path = project.folder / f".c41/store/{digest[:2]}/{digest[2:]}.{ext}"
            assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path
        return {step for step, in db.execute("SELECT step FROM results")}


def told(path):
    """The ids of the steps that a killed build told as made. Its last line may be cut short."""
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    events = [json.loads(line) for line in lines if line.endswith("\n")]
    return {e["id"] for e in events if e["event"] == "step-done" and not e["cached"]}


def check_next_build(project, done, whole, where):
    """whole: what tree() gives after a build that nobody disturbed; done: what the killed build told as made."""
    rest = project.build()
    assert rest.end["status"] == "built", where
    assert not rest.ran & done, f"{where}: made again: {rest.ran & done}"
    found = tree(project)
    assert found.keys() == whole.keys(), f"{where}: gone {whole.keys() - found.keys()}, new {found.keys() - whole.keys()}"
    assert found == whole, f"{where}: {[name for name in whole if found[name] != whole[name]]}"
    check_ledger(project)
    return rest
