# SPDX-License-Identifier: MIT
"""The scheduler on traces of films, on a simulated clock: how near it comes to the lower bound, when
the first scene is done, and that its plan is one that machines can follow."""
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "tests/fixtures/sched"))
import foresight
import schedsim

SOONEST = [  # shots, GPUs, seed, noise, how near to the bound
    (20, 1, 1, 0, 1.05),
    (100, 1, 1, 0, 1.03),
    (100, 1, 2, 0.2, 1.03),
    (100, 2, 7, 0.2, 1.05),
    (100, 4, 1, 0, 1.08),
    (100, 4, 2, 0.2, 1.08),
    (1000, 4, 1, 0.2, 1.02),
]


def bench(program, tmp_path, trace, *options):
    path, plan = tmp_path / "trace.json", tmp_path / "plan.json"
    path.write_text(json.dumps(trace))
    out = subprocess.run(
        [program.parent / "tests/bench/sched_bench", *options, "-p", plan, path], check=True, capture_output=True, text=True
    ).stdout
    return {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}, json.loads(plan.read_text())


def first_scene(trace, run):
    scenes = {t["scene"] for t in trace["tasks"]} - {None}
    return min(max(run.done[t["id"]] for t in trace["tasks"] if t["scene"] == n) for n in scenes)


@pytest.mark.parametrize("waiting", ["0", "1"])
@pytest.mark.parametrize("shots,gpus,seed,noise,near", SOONEST)
def test_soonest_scene(program, tmp_path, shots, gpus, seed, noise, near, waiting):
    trace = schedsim.make(shots, gpus, seed, noise)
    film = schedsim.Film(trace)
    ours, plan = bench(program, tmp_path, trace, "-w", waiting)
    replayed = schedsim.check_plan(film, plan)
    assert ours["makespan"] == pytest.approx(replayed.t, abs=1)
    assert ours["first_scene"] == pytest.approx(first_scene(trace, replayed), abs=1)
    assert replayed.t <= near * film.bound()
    assert ours["first_scene"] <= first_scene(trace, schedsim.fifo(film))


@pytest.mark.parametrize("shots,gpus,seed,near", [(100, 1, 2, 1.01), (100, 4, 2, 1.03), (1000, 4, 1, 1.01)])
def test_shortest_night(program, tmp_path, shots, gpus, seed, near):
    trace = schedsim.make(shots, gpus, seed, 0.2)
    ours, plan = bench(program, tmp_path, trace, "-n")
    assert schedsim.check_plan(schedsim.Film(trace), plan).t <= near * schedsim.Film(trace).bound()


def test_unequal_gpus(program, tmp_path):
    """How fast they are is only learned on the way."""
    ours, _ = bench(program, tmp_path, schedsim.make(100, 4, 2, 0.2), "-s", "1.5,1,0.7,0.5")
    assert ours["over_bound"] <= 1.08


def test_picks_at_random_times(program, tmp_path):
    """Somebody picks each still within four hours; the machines are busy meanwhile."""
    ours, _ = bench(program, tmp_path, schedsim.make(1000, 4, 1, 0.2), "-k", "3")
    assert ours["over_bound"] <= 1.02


@pytest.mark.parametrize("shots,gpus", [(100, 1), (100, 4), (1000, 4)])
def test_the_estimate_is_near(program, tmp_path, shots, gpus):
    """Once another film of its sort was built, what a film takes is known beforehand to a tenth."""
    known = foresight.means(schedsim.make(shots, gpus, 5, 0.2))
    trace = foresight.expecting(schedsim.make(shots, gpus, 6, 0.2), known)
    foreseen, _ = bench(program, tmp_path, foresight.as_foreseen(trace), "-w", "1")
    took, _ = bench(program, tmp_path, trace, "-w", "1")
    assert foreseen["makespan"] == pytest.approx(took["makespan"], rel=0.1)
