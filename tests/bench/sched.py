# SPDX-License-Identifier: MIT
"""sched.py SCHED_BENCH: see sched.sh."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures/sched"))
import schedsim

# shots, GPUs, seed, noise, and what the bench is told besides.
FILMS = [
    (20, 1, 1, 0, []),
    (100, 1, 1, 0, []),
    (100, 1, 2, 0.2, []),
    (100, 2, 7, 0.2, []),
    (100, 4, 1, 0, []),
    (100, 4, 2, 0.2, []),
    (1000, 4, 1, 0.2, []),
    (100, 4, 2, 0.2, ["-w", "1"]),
    (100, 4, 2, 0.2, ["-n"]),
    (100, 4, 2, 0.2, ["-s", "1.5,1,0.7,0.5"]),
    (1000, 4, 1, 0.2, ["-k", "3"]),
]


def figures(bench, trace, options):
    out = subprocess.run([bench, *options, trace], check=True, capture_output=True, text=True).stdout
    return {line.split()[0]: float(line.split()[1]) for line in out.splitlines()}


def fifo(trace):
    film = schedsim.Film(trace)
    run = schedsim.fifo(film)
    first = min(
        max(run.done[t["id"]] for t in trace["tasks"] if t["scene"] == scene)
        for scene in {t["scene"] for t in trace["tasks"]} - {None}
    )
    return run.t / film.bound(), first


def show(bench, folder, shots, gpus, seed, noise, options):
    trace = schedsim.make(shots, gpus, seed, noise)
    path = folder / "trace.json"
    path.write_text(json.dumps(trace))
    ours, (theirs, first) = figures(bench, path, options), fifo(trace)
    print(
        f"{shots:5} shots {gpus} GPUs noise {noise:3} {' '.join(options):18}"
        f" {ours['over_bound']:.3f} of the bound, first scene {ours['first_scene'] / 60:4.0f} min,"
        f" {ours['loads']:4.0f} loads; first in, first out {theirs:.3f}, {first / 60:4.0f} min"
    )


def show_many(bench, folder):
    """A million steps and a thousand services, and half as many steps: memory and time are linear."""
    for shots in (85000, 170000):
        trace = schedsim.make(shots, 900, 1, 0.2)
        trace["classes"]["cpu"]["machines"] = trace["classes"]["local"]["machines"] = 50
        path = folder / "many.json"
        path.write_text(json.dumps(trace))
        ours = figures(bench, path, [])
        print(
            f"{len(trace['tasks'])} steps, 1000 services: {ours['scheduler']:.1f} s of CPU,"
            f" {ours['memory'] / 2**20:.0f} MiB"
        )


def main():
    with tempfile.TemporaryDirectory() as folder:
        for film in FILMS:
            show(sys.argv[1], pathlib.Path(folder), *film)
        show_many(sys.argv[1], pathlib.Path(folder))


main()
