# SPDX-License-Identifier: MIT
"""SIGKILL at a hundred instants of a build on two machines, half of them at a request to the ComfyUI server: before it
sees it, after it did what was asked, within the answer. Then the server goes on, has finished, was started again, or is
out of reach for a while. Whatever happened: each prompt once. The seed is printed; C41_SEED gives it again."""
import concurrent.futures
import contextlib
import os
import random
import subprocess

import pytest

from comfy import Fault, wait_for
from two_machines import Stage, Undisturbed, check, mac  # noqa: F401

KILLS = 100
AT_ONCE = 12


def kill_in_time(stage, draw, seconds, fault):
    running = stage.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(timeout=draw.uniform(0, seconds))
    return running


def kill_at_request(stage, draw, seconds, fault):
    stage.comfy.faults.append(fault)
    running = stage.start()
    wait_for(lambda: fault.held.is_set() or running.poll() is not None)
    return running


# What becomes of the server once the build is dead.

def goes_on(stage, fault):
    fault.go.set()
    return stage.start()


def has_finished(stage, fault):
    fault.go.set()
    wait_for(lambda: not stage.comfy.engine.remaining)
    return stage.start()


def was_restarted(stage, fault):
    fault.lost = True
    fault.go.set()
    stage.restart()
    return stage.start()


def is_away(stage, fault):
    fault.go.set()
    stage.comfy.go_away()
    stage.events.unlink(missing_ok=True)
    running = stage.start()
    wait_for(lambda: stage.said("service") or running.poll() is not None)
    stage.comfy.come_back()
    return running


def answers_late(stage, fault):
    """What was held goes on only when the next build looks for it."""
    asked = stage.asked()
    running = stage.start()
    wait_for(lambda: stage.asked() >= asked + 2 or running.poll() is not None)
    fault.go.set()
    return running


@pytest.mark.long
def test_a_hundred_kills(make_project, tmp_path, mac):  # noqa: F811
    seed = int(os.environ.get("C41_SEED", random.randrange(2**32)))
    print(f"C41_SEED={seed}")
    undisturbed = Undisturbed(make_project, tmp_path, mac)

    def one(n):
        draw = random.Random(f"{seed} {n}")
        what = draw.choice(["hold", "hold-answer", "hold-body"])
        how = draw.choice([kill_in_time, kill_at_request])
        then = draw.choice([goes_on, has_finished, was_restarted, is_away, answers_late])
        for again in range(20):
            fault = Fault("^(?!/ws)", what, skip=draw.randrange(undisturbed.requests), lost=draw.random() < 0.5 and then != answers_late)
            where = f"C41_SEED={seed}, kill {n}: {how.__name__}, {what} after {fault.skip}, {then.__name__}"
            stage = Stage(make_project, tmp_path, mac, f"killed-{n}-{again}")
            running = how(stage, draw, undisturbed.seconds, fault)
            running.kill()
            running.communicate()
            if running.returncode == -9:
                check(stage, then(stage, fault), undisturbed, where)
                stage.close()
                return len(stage.comfy.accepted)
            stage.close()
        raise AssertionError(f"{where}: every build ended before it was killed")

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(list(pool.map(one, range(KILLS)))) == KILLS
