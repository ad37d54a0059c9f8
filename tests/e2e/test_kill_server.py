# SPDX-License-Identifier: MIT
"""The ComfyUI server is killed and started again at a hundred instants of a build on two machines: its queue and its
history are gone, its files are there. What it had saved is fetched, what it had not is sent once more, and nothing else
is. The seed is printed; C41_SEED gives it again."""
import concurrent.futures
import os
import random
import time

import pytest

from two_machines import Stage, Undisturbed, check, mac  # noqa: F401

KILLS = 100
AT_ONCE = 20  # each waits for ten seconds before it gives up a prompt


@pytest.mark.long
def test_a_hundred_kills_of_the_server(make_project, tmp_path, mac):  # noqa: F811
    seed = int(os.environ.get("C41_SEED", random.randrange(2**32)))
    print(f"C41_SEED={seed}")
    undisturbed = Undisturbed(make_project, tmp_path, mac)

    def one(n):
        draw = random.Random(f"{seed} {n}")
        after, down = draw.uniform(0, undisturbed.seconds), draw.choice([0, draw.uniform(0, 3)])
        stage = Stage(make_project, tmp_path, mac, f"killed-{n}")
        running = stage.start()
        time.sleep(after)
        stage.restart(down)
        check(stage, running, undisturbed, f"C41_SEED={seed}, kill {n} after {after:.3f} s, down for {down:.3f} s")
        stage.close()
        return sum(stage.lost.values())

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        lost = list(pool.map(one, range(KILLS)))
    assert len(lost) == KILLS and len(set(lost)) > 1, f"C41_SEED={seed}: they all fell in the same place"
