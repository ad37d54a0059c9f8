# SPDX-License-Identifier: MIT
"""gc and verify beside others: people at a terminal, builds of the same project, a sudden end."""
import fcntl
import os
import pty
import random
import shutil
import subprocess
import time

import pytest

from project import finish
from vault import FILM, MANY, stored, told, with_models


@pytest.fixture
def vault(make_studio_project):
    return with_models(make_studio_project({"film.yaml": FILM}))


def on_terminal(project, answer, *args):
    """Runs a command with a terminal of its own on which somebody types the answer; returns what was shown."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(project.command(*args), cwd=project.folder, env=project.environment, stdin=theirs,
                               stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the terminal's other side is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    assert running.wait() == 0, shown
    return shown.decode()


def test_gc_asks_on_a_terminal(vault):
    vault.build()
    vault.change("film.yaml", "a boat", "a ship")
    vault.build()
    before = stored(vault)
    for answer in ("n\n", "\n"):
        assert "remove them? [y/N]" in on_terminal(vault, answer, "gc", "--keep", "0")
        assert stored(vault) == before
    on_terminal(vault, "y\n", "gc", "--keep", "0")
    assert stored(vault) < before and not vault.build().ran


def test_verify_shows_how_far_it_is_on_a_terminal(vault):
    vault.build()
    n = len(stored(vault))
    assert f"{n} of {n} artifacts" in on_terminal(vault, "", "verify")


def test_gc_waits_for_a_build_and_says_for_whom(vault):
    vault.build()
    lock = open(vault.folder / ".c41/lock", "r+")
    fcntl.lockf(lock, fcntl.LOCK_EX)
    lock.write("c41 (process 7 on mac) builds film")
    lock.truncate()
    lock.flush()
    assert "could go: 0 artifacts" in told(vault.run("gc")), "who only looks need not wait"
    running = vault.start("gc", "--keep", "0")
    assert running.stderr.readline() == "waiting for c41 (process 7 on mac) builds film\n"
    assert running.poll() is None
    lock.close()
    out, _ = finish(running)
    assert "to go: 0 artifacts" in out


def test_gc_killed_at_any_instant_leaves_a_valid_store(vault):
    seed = int(os.environ.get("C41_SEED", random.randrange(1 << 32)))
    print("seed", seed)
    chance = random.Random(seed)
    vault.write("film.yaml", MANY)
    vault.build()
    vault.write("film.yaml", MANY.replace("picture ", "painting "))
    vault.build()
    whole = vault.folder.parent / "whole"
    shutil.copytree(vault.folder, whole, symlinks=True)
    begun = time.monotonic()
    told(vault.run("gc", "--keep", "0", "--yes"))
    took = time.monotonic() - begun
    for _ in range(20):
        shutil.rmtree(vault.folder)
        shutil.copytree(whole, vault.folder, symlinks=True)
        running = vault.start("gc", "--keep", "0", "--yes")
        try:
            running.wait(chance.uniform(0, took))
        except subprocess.TimeoutExpired:
            running.kill()
        finish(running)
        vault.check_store()
        assert not vault.build().ran, "something that is needed has gone"
        assert "0 damaged, 0 missing" in told(vault.run("verify"))
        told(vault.run("gc", "--keep", "0", "--yes"))
        assert "could go: 0 artifacts" in told(vault.run("gc"))
