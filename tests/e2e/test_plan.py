# SPDX-License-Identifier: MIT
"""What `c41 plan` foresees of a build on two machines, none of which is asked."""
import datetime
import json
import re

import pytest

from project import Project

STUDIO = """c41: 1
machines:
  mac:
    services:
      voices: {driver: speech, url: "http://mac.invalid:8000", dialect: mlx-audio}
  gpu:
    gpus: 1
    services:
      comfy: {driver: comfyui, url: "http://gpu.invalid:8188"}
use: {image: z-image, animate: wan-2.2-i2v, lipsync: humo, speak: qwen3-tts, ambience: mmaudio}
"""
SCENE = """  - id: {0}
    shots:
      - {{shot: wide, image: "a lamp, {0}", video: it flickers}}
      - {{shot: close, cast: [ann], image: "Ann, {0}", say: {{ann: "Here, {0}."}}}}
"""


@pytest.fixture
def film(program, environment, tmp_path):
    """Of a person who has paused nothing."""
    scenes = "".join(SCENE.format(name) for name in ("one", "two", "three"))
    return Project(program, tmp_path / "project", {**environment, "XDG_STATE_HOME": str(tmp_path / "state")}, {
        "film.yaml": "c41: 1\ntitle: Lamps\ncast:\n  ann: {looks: grey, voice: Ryan}\nscenes:\n" + scenes,
        "studio.yaml": STUDIO,
    })


def plan(film, *options):
    return json.loads(film.run("plan", "film.yaml", "--studio", "studio.yaml", "--json", *options).stdout)


def machine(told, name):
    return next(m for m in told["machines"] if m["name"] == name)


def test_models_are_loaded_in_this_order(film):
    told = plan(film)
    gpu = machine(told, "gpu")
    assert gpu["model_loads"] == len(gpu["models"]) and gpu["models"][0] == "z-image"
    assert set(gpu["models"]) == {"z-image", "wan-2.2-i2v", "humo"}
    assert machine(told, "mac")["models"] == ["qwen3-tts"]
    where = {step["id"]: step["machine"] for step in told["steps"]}
    assert where["one/wide/image"] == "gpu" and where["one/close/voice/ann-here-one"] == "mac" and where["film/web"] == "here"


def test_the_night_has_fewer_loads(film):
    soonest, shortest = plan(film), plan(film, "--prefer", "shortest-night")
    assert machine(shortest, "gpu")["model_loads"] == 3 < machine(soonest, "gpu")["model_loads"]
    assert shortest["finish_seconds"] < soonest["finish_seconds"]


def test_the_end_and_what_decides_it(film):
    told = plan(film)
    low, high = told["finish_range"]
    assert low < told["finish_seconds"] < high  # nothing was measured yet
    assert told["finish_seconds"] >= machine(told, "gpu")["seconds"] + 30 * machine(told, "gpu")["model_loads"]
    assert told["decided_by"][-1] == "film/web" and told["decided_by"][0].endswith("/image")
    text = film.run("plan", "film.yaml", "--studio", "studio.yaml").stdout
    assert " model loads: z-image, " in text and "\ndecided by " in text
    assert re.search(r"done in about .* \(.* to .*\), at ", text)


def test_what_else_it_may_prefer(film):
    run = film.run("plan", "film.yaml", "--prefer", "shortest")
    assert run.returncode == 64
    assert '--prefer is soonest-scene or shortest-night, not "shortest"' in run.stderr


def test_a_machine_that_rests_begins_later(film):
    """Hours by the clock here, and a pause."""
    opens = datetime.datetime.now() + datetime.timedelta(hours=2)
    hours = f"{opens:%H:%M}-{opens + datetime.timedelta(hours=6):%H:%M}"
    soon = plan(film)["finish_seconds"]
    film.write("studio.yaml", STUDIO.replace("    gpus: 1", f"    gpus: 1\n    hours: {hours}"))
    assert plan(film)["finish_seconds"] == pytest.approx(soon + 7200, abs=120)
    film.write("studio.yaml", STUDIO)
    film.run("pause", "gpu", "--for", "3h", "--studio", "studio.yaml")
    assert plan(film)["finish_seconds"] == pytest.approx(soon + 3 * 3600, abs=120)
    film.run("resume", "gpu", "--studio", "studio.yaml")
    assert plan(film)["finish_seconds"] == pytest.approx(soon, abs=1)
