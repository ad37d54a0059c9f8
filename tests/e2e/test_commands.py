# SPDX-License-Identifier: MIT
"""Every command, as a person types it: what it prints, where, and how it exits."""
import json
import re

import pytest

FILM = """\
c41: 1
title: Two Waves
format: 64x64@8
style: soft light
cast: {ana: {looks: a pilot}}
scenes:
  - scene: EXT. SEA - DAY
    id: sea
    shots:
      - {shot: a, size: wide, image: Ana and a wave, seconds: 1}
      - {shot: b, image: a second wave, seconds: 1.5}
"""


@pytest.fixture
def film(tmp_path):
    (tmp_path / "film.yaml").write_text(FILM)
    return tmp_path


WRONG_USE = [
    ([], "usage: c41 COMMAND"),
    (["biuld"], 'unknown command "biuld"\nhelp: did you mean "build"?'),
    (["help", "plam"], 'did you mean "plan"?'),
    (["build"], "which film?"),
    (["build", "film.yaml", "--drfat"], "did you mean --draft?"),
    (["build", "film.yaml", "--jobs", "0"], "a whole number from 1"),
    (["build", "film.yaml", "--to", "imag"], 'did you mean "image"?'),
    (["build", "film.yaml", "--use", "image"], "write KIND=PRESET"),
    (["list", "film.yaml", "--kind", "imagd"], 'did you mean "image"?'),
    (["graph", "film.yaml", "--format", "svg"], "--format json or --format dot"),
    (["graph", "film.yaml", "--pass", "none"], "the passes are"),
    (["show", "film.yaml", "sea/a/imaeg"], 'did you mean "sea/a/image"?'),
    (["show", "film.yaml", "sea/*", "pier/*"], 'no step is called "pier/*"'),
    (["list", "film.yaml", "sea/a/imaeg"], 'did you mean "sea/a/image"?'),
    (["list", "film.yaml", "--scene", "sae"], 'did you mean "sea"?'),
    (["plan", "film.yaml", "--only", "sea/c/*"], 'no step is called "sea/c/*"'),
    (["build", "film.yaml", "--only", "sea/a/imaeg"], 'did you mean "sea/a/image"?'),
    (["build", "film.yaml", "--kind", "speak"], 'the film has no step of kind "speak"'),
    (["bless", "film.yaml"], "which step?"),
    (["bless", "film.yaml", "sea/a/imaeg"], 'did you mean "sea/a/image"?'),
    (["bless", "film.yaml", "sea/a/image"], "nothing of this film was made yet"),
    (["check", "film.yaml", "--draft=yes"], "takes no value"),
    (["schema", "fim"], 'did you mean "film"?'),
    (["trust", "nowhere"], "name the folder of a project"),
    (["exec"], "exec takes one file"),
    (["gc"], "has no folder .c41"),
    (["gc", "--keep", "much"], "a size such as 500M"),
    (["gc", "--free", "-1"], "a size such as 500M"),
    (["gc", "--yes"], "--yes to what?"),
    (["gc", "--older", "yesterday"], "a whole number from 0"),
    (["du", "a", "b"], "du takes one folder"),
    (["du"], "has no folder .c41"),
    (["verify", "a", "b"], "verify takes one folder"),
    (["verify", "--jobs", "0"], "a whole number from 1"),
]


@pytest.mark.parametrize("words, told", WRONG_USE, ids=lambda value: "_".join(value) if isinstance(value, list) else "")
def test_wrong_use_is_told_and_exits_64(c41, film, words, told):
    done = c41(*words, cwd=film, code=64)
    assert told in done.stderr + (done.stdout if not words else "")
    assert not (film / ".c41").exists()


def test_help_and_version(c41):
    assert re.fullmatch(r"c41 \d+\.\d+\.\d+\n", c41("--version").stdout)
    listed = c41("--help").stdout
    commands = re.findall(r"^  (\w+) {2,}", listed, re.M)
    assert commands == sorted(commands) and "exec" not in commands
    for command in commands:
        assert c41(command, "--help").stdout == c41("help", command).stdout
    assert c41("help").stdout == listed


def test_check_says_how_much_film_there_is(c41, film):
    done = c41("check", "film.yaml", cwd=film)
    assert re.fullmatch(r"film\.yaml: 1 scene, 2 shots, \d+ steps\n", done.stdout) and done.stderr == ""


def test_a_missing_film_is_the_films_fault(c41, film):
    assert 'there is no film "flim.yaml"' in c41("check", "flim.yaml", cwd=film, code=2).stderr


def test_graph(c41, film):
    graph = json.loads(c41("graph", "film.yaml", cwd=film).stdout)
    assert "sea/a/image" in [step["id"] for step in graph["steps"]]
    assert c41("graph", "film.yaml", "--format", "dot", cwd=film).stdout.startswith("digraph")
    for name in ("film", "use", "rules", "graph"):
        assert c41("graph", "film.yaml", "--pass", name, cwd=film).stdout, name


def test_what_has_to_be_made_and_what_was(c41, film):
    plan = c41("plan", "film.yaml", cwd=film).stdout
    assert plan.startswith("Two Waves: 0 current, 0 stale, ") and "makes out/draft/two-waves.mp4" in plan
    assert c41("list", "film.yaml", "sea/*", "--kind", "image", cwd=film).stdout == (
        "missing  image  sea/a/image\nmissing  image  sea/b/image\n")
    assert c41("show", "film.yaml", cwd=film).stdout.count("missing") == 2
    assert not (film / "out").exists()

    done = c41("build", "film.yaml", cwd=film)
    assert done.stdout == "" and "out/draft/two-waves.mp4" in done.stderr

    assert " 0 stale, 0 missing, 0 blocked\n" in c41("plan", "film.yaml", cwd=film).stdout
    assert c41("list", "film.yaml", "--stale", cwd=film).stdout == ""
    shown = c41("show", "film.yaml", cwd=film).stdout
    assert "length: 2.5 s" in shown and "made: out/draft/two-waves.mp4" in shown
    rows = json.loads(c41("list", "film.yaml", "--json", "--scene", "sea", cwd=film).stdout)
    assert {row["status"] for row in rows} == {"current"} and {row["scene"] for row in rows} == {"sea"}


def test_show_tells_where_words_come_from_and_artifacts_are(c41, film):
    c41("build", "film.yaml", "--to", "image", cwd=film)
    shown = c41("show", "film.yaml", "sea/a/image", cwd=film).stdout
    assert re.search(r"^  film\.yaml:10:\d+  wide shot$", shown, re.M)
    assert re.search(r"^  film\.yaml:4:8 +soft light$", shown, re.M)
    path = re.search(r"^  image  (\.c41/store/\S+\.png)$", shown, re.M).group(1)
    assert (film / path).read_bytes().startswith(b"\x89PNG")


def test_one_kind_alone(c41, film):
    c41("build", "film.yaml", "--to", "image", cwd=film)
    statuses = dict(reversed(line.split()[::2]) for line in c41("list", "film.yaml", cwd=film).stdout.splitlines())
    assert {step for step, status in statuses.items() if status == "current"} >= {"sea/a/image", "sea/b/image"}
    assert not (film / "out").exists()


SELECTIONS = [
    (["sea/a/image"], ["sea/a/image"]),
    (["sea/a/image", "sea/b/*"], ["sea/a/image", "sea/b/image"]),
    (["*", "--kind", "image"], ["sea/a/image", "sea/b/image"]),
    (["--scene", "sea", "--kind", "image", "--stale"], ["sea/b/image"]),
]


@pytest.mark.parametrize("words, taken", SELECTIONS, ids=lambda value: "_".join(value))
def test_commands_take_the_same_selection(c41, film, words, taken):
    c41("build", "film.yaml", "--only", "sea/a/image", cwd=film)
    listed = [line.split()[-1] for line in c41("list", "film.yaml", *words, cwd=film).stdout.splitlines()]
    shown = re.findall(r"^(\S+/\S+)$", c41("show", "film.yaml", *words, cwd=film).stdout, re.M)
    assert shown == listed and [step for step in listed if step.endswith("/image")] == taken


def test_only_several_and_of_one_scene(c41, film):
    done = c41("build", "film.yaml", "--only", "*/a/*", "--only", "sea/b/image", "--kind", "image", "--scene", "sea",
               "--dry-run", cwd=film)
    assert re.findall(r"^image +(\S+)", done.stderr, re.M) == ["sea/a/image", "sea/b/image"]


def test_events_on_standard_output(c41, film):
    lines = c41("build", "film.yaml", "--events", "-", "-q", cwd=film).stdout.splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events[0] == "build-start" and events[-1] == "build-end"


def test_strict_builds_no_draft(c41, film):
    assert "animate" not in c41("build", "film.yaml", "--strict", cwd=film, code=4).stderr
    assert not (film / "out").exists()


def test_new_writes_a_film_once(c41, tmp_path):
    assert "c41 build the-lamp/film.yaml" in c41("new", "the-lamp", cwd=tmp_path).stdout
    film = tmp_path / "the-lamp/film.yaml"
    assert 'title: "The Lamp"' in film.read_text() and "SPDX" not in film.read_text()
    assert c41("check", film, cwd=tmp_path).stderr == ""
    assert "is there already" in c41("new", "the-lamp", cwd=tmp_path, code=64).stderr
    assert "cannot name a film" in c41("new", "../up", cwd=tmp_path, code=64).stderr


@pytest.mark.parametrize("name", ["film", "picks", "preset", "project", "studio", "theme"])
def test_schema_is_json(c41, name):
    assert json.loads(c41("schema", name).stdout)["$schema"].endswith("2020-12/schema")


def test_trust_names_what_it_trusts(c41, film):
    assert "nothing is trusted" in c41("trust", cwd=film).stdout
    (film / "studio.yaml").write_text("c41: 1\n")
    assert "c41 trust" in c41("check", "film.yaml", cwd=film).stderr
    assert "studio.yaml" in c41("trust", film).stdout
