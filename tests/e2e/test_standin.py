# SPDX-License-Identifier: MIT
"""The driver that stands in for models: what it makes counts as rendered, and only the tests have it."""
import re

import pytest

from project import Project

FILM = """\
c41: 1
title: Models
format: 256x144@24
use: {image: stand-in, animate: stand-in, speak: stand-in, ambience: stand-in}
cast:
  ann: {looks: a woman in red}
scenes:
  - id: one
    sound: rain
    shots:
      - shot: house
        image: {prompt: a house on a hill, takes: 2, pick: 1}
        video: a door swings slowly
        seconds: 1
      - shot: ann
        image: Ann at a desk
        say: {ann: Are you coming?}
"""


def artifact(build, step):
    return build.output(step).read_bytes()


def test_makes_what_counts_as_rendered(make_studio_project):
    project = make_studio_project({"film.yaml": FILM})
    build = project.build()
    makers = {e["id"]: e["preset"] for e in build.of("step-start")}
    assert {makers[f"one/house/{name}"] for name in ("image/take-1", "image/take-2")} == {"stand-in"}
    assert artifact(build, "one/house/image/take-1") != artifact(build, "one/house/image/take-2")
    kinds = {e["kind"] for e in build.of("step-start") if e["preset"] == "stand-in"}
    assert kinds == {"image", "animate", "speak", "ambience"}
    assert build.of("step-done") and project.check_store()
    assert all(e["seconds"] == 90 for e in build.of("step-done") if makers.get(e["id"]) == "stand-in")
    assert not project.build().ran


def test_is_keyed_like_a_model(make_studio_project):
    """What the preset does not declare is in no key; the preset's own words are."""
    project = make_studio_project({"film.yaml": FILM})
    project.build()
    project.change("film.yaml", "image: Ann at a desk", "image: Ann at a desk\n        note: she waits")
    assert not project.build().ran_models


def test_no_two_renders_are_alike_where_it_varies(make_studio_project):
    project = make_studio_project({"film.yaml": FILM})
    preset = project.folder.parent / "home/.config/c41/presets/image/stand-in.yaml"
    preset.parent.mkdir(parents=True)
    preset.write_text("preset: stand-in\nkind: image\ndriver: model\nparams: {prompt: {}, seed: {}, pixels: {}, board: {}, "
                      "took: {default: 5}, varies: {default: true}}\n")
    project.environment["HOME"] = str(project.folder.parent / "home")
    first = artifact(project.build(), "one/ann/image")
    done = [p for p in (project.folder / ".c41/store").rglob("*.png") if p.read_bytes() == first]
    assert len(done) == 1
    done[0].unlink()
    again = project.build()
    assert "one/ann/image" in again.ran
    assert artifact(again, "one/ann/image") != first


def test_takes_of_words_that_are_written_are_judged(make_studio_project):
    """The judge is told the brief's words, which are there only when they have been written."""
    project = make_studio_project({"film.yaml": """\
c41: 1
title: Judged
format: 64x48@24
use: {image: stand-in, judge: stand-in}
scenes:
  - id: one
    shots:
      - {shot: a, image: {prompt: {write: a house, preset: stand-in}, takes: 2, pick: auto}, seconds: 1}
"""})
    build = project.build()
    assert {"one/a/image/words", "one/a/image/take-1/judge", "one/a/image/take-2/judge"} <= build.ran
    assert not project.build().ran


@pytest.mark.parametrize("data", ["ours", "with its presets"])
def test_the_program_itself_does_not_know_it(program, environment, model_data, tmp_path, data):
    told = {**environment, "C41_DATA": str(model_data)} if data != "ours" else environment
    project = Project(program, tmp_path / "project", told, {"film.yaml": FILM})
    done = project.run("build", "film.yaml")
    assert done.returncode == 2
    says = 'offers the preset "stand-in"' if data != "ours" else 'unknown image preset "stand-in"'
    assert re.search(says, done.stderr), done.stderr
    assert not project.made()
