# SPDX-License-Identifier: MIT
"""What steps take is kept without what they waited for behind others and without the loading of their models, which is
known by itself: so that what the next ones take is foreseen."""
import json
import sqlite3

import pytest

from comfy import ComfyUI

STUDIO = """c41: 1
machines:
  gpu:
    gpus: 1
    services:
      comfy: {{driver: comfyui, url: "{url}"}}
use: {{image: z-image, animate: wan-2.2-i2v}}
"""
SHOT = "      - {{shot: s{0}, image: a lamp number {0}, seconds: 1, video: it sways}}\n"
FILM = "c41: 1\ntitle: Lamps\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n" + "".join(SHOT.format(i) for i in range(4))
ARGS = ("film.yaml", "--studio", "studio.yaml")
LOAD, STEP = 1.5, 0.15  # seconds


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = ComfyUI(tmp_path_factory.mktemp("server"), "0.21.0", step_seconds=STEP).start()
    server.load_seconds = LOAD
    yield server
    server.stop()


def ask(project, sql):
    with sqlite3.connect(project.folder / ".c41/ledger.db") as db:
        return db.execute(sql).fetchall()


@pytest.mark.long
def test_loading_is_known_by_itself(make_project, server):
    project = make_project({"film.yaml": FILM, "studio.yaml": STUDIO.format(url=server.url)})
    build = project.build(*ARGS)
    loads = dict(ask(project, "SELECT model, seconds FROM loads"))
    assert set(loads) == {"z-image", "wan-2.2-i2v"}
    assert max(loads.values()) >= LOAD * 0.9  # a socket that opens late hears no begin
    took = ask(project, "SELECT seconds FROM results WHERE kind IN ('image', 'animate')")
    assert len(took) == 8
    assert sum(seconds for seconds, in took) + sum(loads.values()) <= build.end["seconds"] + 0.1, "no second is counted twice"


@pytest.mark.long
def test_what_was_learned_is_foreseen(make_project, server):
    """Another film of the same sort, after a first one: its plan says what it takes."""
    project = make_project({"film.yaml": FILM, "studio.yaml": STUDIO.format(url=server.url)}, "again")
    project.build(*ARGS)
    project.write("film.yaml", FILM.replace("number", "with the number"))
    plan = json.loads(project.run("plan", *ARGS, "--json").stdout)
    gpu = next(m for m in plan["machines"] if m["name"] == "gpu")
    assert gpu["models"] == ["z-image", "wan-2.2-i2v"] and gpu["steps"] == 8
    known = dict(ask(project, "SELECT kind, avg(seconds) FROM results WHERE kind IN ('image', 'animate') GROUP BY kind"))
    assert gpu["seconds"] == pytest.approx(4 * known["image"] + 4 * known["animate"], rel=0.01)
    assert plan["finish_seconds"] >= gpu["seconds"] + sum(s for s, in ask(project, "SELECT seconds FROM loads"))
