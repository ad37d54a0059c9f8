# SPDX-License-Identifier: MIT
"""Takes, and the director's choice among them."""
import pytest

FILM = """\
c41: 1
title: Takes
format: 256x144@24
scenes:
  - id: one
    shots:
      - shot: house
        image: {prompt: a house on a hill, takes: 3, pick: 1}
        seconds: 1
"""
IMAGE = "one/house/image"


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM})
    return project, project.build()


@pytest.fixture
def takes(built, tmp_path):
    project = built[0].copy(tmp_path / "takes")
    project.first = built[1]
    return project


def test_three_takes_and_a_pick(takes):
    made = {s for s in takes.first.ran if s.startswith(IMAGE)}
    assert made == {IMAGE} | {f"{IMAGE}/take-{n}" for n in (1, 2, 3)}


def test_pick_in_the_film(takes):
    takes.change("film.yaml", "pick: 1", "pick: 2")
    again = takes.build()
    assert not again.ran_models
    assert IMAGE in again.ran


def test_picks_file_wins(takes):
    takes.write("film.picks.yaml", f"{IMAGE}: {{take: 3, note: the roof}}\n")
    again = takes.build()
    assert not again.ran_models and IMAGE in again.ran
    third = [e for e in takes.first.of("step-done") if e["id"] == f"{IMAGE}/take-3"][0]["outputs"][0]["digest"]
    chosen = [e for e in again.of("step-done") if e["id"] == IMAGE][0]["outputs"][0]["digest"]
    assert chosen == third


def test_more_takes_by_reroll(takes):
    takes.write("film.picks.yaml", f"{IMAGE}: {{takes: 4}}\n")
    again = takes.build()
    assert {s for s in again.ran_models} == {f"{IMAGE}/take-4"}


def test_first_take_is_the_same_alone(make_project):
    project = make_project({"film.yaml": FILM.replace("{prompt: a house on a hill, takes: 3, pick: 1}", "a house on a hill")})
    project.build()
    project.write("film.yaml", FILM)
    again = project.build()
    assert again.ran_models == {f"{IMAGE}/take-2", f"{IMAGE}/take-3"}


def test_take_that_nobody_made(takes):
    takes.write("film.picks.yaml", f"{IMAGE}: {{take: 7}}\n")
    done = takes.run("build", "film.yaml")
    assert done.returncode == 2
    assert "film.picks.yaml:1:" in done.stderr and "7" in done.stderr


def test_ask_stands_in_and_strict_owes_a_pick(takes):
    takes.change("film.yaml", "pick: 1", "pick: ask")
    takes.build()
    assert takes.run("build", "film.yaml", "--strict").returncode == 4
