# SPDX-License-Identifier: MIT
"""SIGKILL at a hundred random instants of a real build. The seed is printed; C41_SEED gives it again."""
import concurrent.futures
import os
import random
import shutil
import statistics
import subprocess
import time

import pytest

from crash import check_next_build, told, tree

KILLS = 100

# Less than crash.TINY, for it is built two hundred times; with a step that runs in a process of its own.
FILM = """\
c41: 1
title: Tiny
format: 64x48@12
scenes:
  - id: one
    shots:
      - {shot: a, image: a house, seconds: 0.5, say: {narrator: "One."}}
      - {shot: b, image: a tree, seconds: 0.5, video: the tree bends}
"""


def kill_at(project, events, instant):
    """Whether the kill came before the end of the build."""
    running = project.start("build", "film.yaml", "--events", events)
    try:
        running.wait(timeout=instant)
    except subprocess.TimeoutExpired:
        running.kill()
    running.communicate()
    assert running.returncode in (0, -9), running.returncode
    return running.returncode == -9


@pytest.mark.long
def test_a_hundred_kills(make_project):
    seed = int(os.environ.get("C41_SEED", random.randrange(2**32)))
    print(f"C41_SEED={seed}")
    draw = random.Random(seed)
    took = []
    for n in range(3):
        first = make_project({"film.yaml": FILM}, folder=f"undisturbed-{n}")
        begun = time.monotonic()
        first.build()
        took.append(time.monotonic() - begun)
    whole, seconds = tree(first), statistics.median(took)

    def one(n, instants):
        """The kill, at the first of the instants that lies before the end, and the build after it."""
        for instant in instants:
            where = f"C41_SEED={seed}, kill {n} after {instant:.4f} of {seconds:.4f} s"
            project = make_project({"film.yaml": FILM}, folder=f"killed-{n}")
            events = project.folder.parent / f"killed-{n}.jsonl"
            events.unlink(missing_ok=True)
            if kill_at(project, events, instant):
                done = told(events)
                check_next_build(project, done, whole, where)
                shutil.rmtree(project.folder)
                return len(done)
            shutil.rmtree(project.folder)
        raise AssertionError(f"C41_SEED={seed}: every build of kill {n} ended before its instant")

    plans = [[draw.uniform(0, seconds) for _ in range(20)] for _ in range(KILLS)]
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        done = list(both.map(one, range(KILLS), plans))
    assert len(done) == KILLS
    assert len(set(done)) > 3, f"C41_SEED={seed}: they all fell in the same place: {done}"
