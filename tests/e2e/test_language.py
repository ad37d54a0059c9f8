# SPDX-License-Identifier: MIT
"""Every YAML block of the language page is what it says: it compiles without a warning beside the files
and presets of tests/fixtures/language."""
import json
import pathlib
import re
import shutil

import pytest

from project import Project

FIXTURES = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "language"
PAGE = (FIXTURES / "LANGUAGE.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.M | re.S)


def sort_of(block):
    """What a block is, by the key that only that sort has."""
    for key, sort in (("preset", "preset"), ("machines", "studio"), ("approved", "picks"), ("scenes", "film")):
        if re.search(rf"^{key}:", block, re.M):
            return sort
    raise ValueError(block)


def numbered(sort):
    return [pytest.param(block, id=f"block-{number}")
            for number, block in enumerate(BLOCKS, 1) if sort_of(block) == sort]


@pytest.fixture
def project(program, environment, tmp_path):
    folder = tmp_path / "film"
    shutil.copytree(FIXTURES, folder, ignore=shutil.ignore_patterns("LANGUAGE.md"))
    config = tmp_path / "config" / "c41"
    config.mkdir(parents=True)
    made = Project(program, folder, {**environment, "XDG_CONFIG_HOME": str(config.parent)})
    made.config = config
    return made


def check(project, film, *options):
    done = project.run("check", film, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr, done.stdout + done.stderr
    return done


def graph(project, film, *options):
    done = project.run("graph", film, "--format", "json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def step(graph, step_id):
    found = [s for s in graph["steps"] if s["id"] == step_id]
    assert len(found) == 1, sorted(s["id"] for s in graph["steps"])
    return found[0]


def test_the_page_has_every_sort():
    assert {sort_of(block) for block in BLOCKS} == {"film", "preset", "studio", "picks"}


@pytest.mark.parametrize("block", numbered("film"))
def test_film(project, block):
    project.write("keeper.yaml", block)
    check(project, "keeper.yaml")


def test_the_real_film(project):
    """The second block says much: a few of its steps, each as the page means it."""
    project.write("keeper.yaml", BLOCKS[1])
    steps = graph(project, "keeper.yaml")
    ids = [s["id"] for s in steps["steps"]]

    assert step(steps, "lamp-1/mara/lipsync/take-10")["preset"] == "humo"
    assert step(steps, "lamp-1/master/lipsync")["preset"] == "infinitetalk-two"
    assert {"lamp-1/mara/image/take-4", "lamp-1/tom/video", "lamp-1/master/voice/tom-room-4",
            "location/lamp-room/bed", "film/youtube", "film/master", "film/vertical"} <= set(ids)
    assert any(s.startswith("harbour/boat/") for s in ids)


@pytest.mark.parametrize("block", numbered("preset"))
def test_preset(project, block):
    name = re.search(r"^preset: (\S+)$", block, re.M).group(1)
    kind = re.search(r"^kind: (\S+)$", block, re.M).group(1)
    workflow = re.search(r"^workflow: (\S+)", block, re.M).group(1)
    presets = project.config / "presets"
    presets.mkdir()
    (presets / f"{name}.yaml").write_text(block, encoding="utf-8")
    shutil.copy(FIXTURES.parents[2] / "presets" / kind / workflow, presets / workflow)
    project.write("film.yaml", f"c41: 1\ntitle: T\nuse: {{{kind}: {name}}}\nscenes:\n  - id: a\n    shots: [{{shot: b, image: A lighthouse}}]\n")
    check(project, "film.yaml")
    used = graph(project, "film.yaml")["presets"][kind][name]
    assert used["params"]["prompt"] == {"set": [[["27", "text"]]], "required": True}
    assert used["params"]["pixels"]["set"] == [[["13", "width"]], [["13", "height"]]]
    assert used["params"]["pixels"]["sizes"][0] == [1920, 1088]
    assert used["chains"]["loras"]["set"] == {"name": [0, "lora_name"], "strength": [0, "strength_model"]}
    assert "about" not in used


@pytest.mark.parametrize("block", numbered("studio"))
def test_studio(project, block):
    (project.config.parent / "studio.yaml").write_text(block, encoding="utf-8")
    project.write("keeper.yaml", BLOCKS[1])
    check(project, "keeper.yaml", "--studio", project.config.parent / "studio.yaml")
    steps = graph(project, "keeper.yaml", "--studio", project.config.parent / "studio.yaml")
    assert step(steps, "lamp-1/tom/image")["preset"] == "z-image"
    assert step(steps, "harbour/boat/image")["preset"] == "flux-2-dev"
    assert step(steps, "lamp-1/tom/video")["preset"] == "wan-2.2-i2v"
    assert step(steps, "lamp-1/master/voice/mara-somebody-s-out")["preset"] == "qwen3-tts"
    # Its LoRA is of z-image's family, so it is trained now.
    assert step(steps, "lora/mara")["kind"] == "train"
    assert "lora" in [i["name"] for i in step(steps, "lamp-1/mara/image/take-1")["inputs"]]
    assert "lora" not in [i["name"] for i in step(steps, "lamp-1/tom/image")["inputs"]]
    # The film's own `use` stands over the studio's.
    assert step(steps, "lamp-1/master/lipsync")["preset"] == "infinitetalk-two"


@pytest.mark.parametrize("block", numbered("picks"))
def test_picks(project, block):
    project.write("ep03.picks.yaml", block)
    check(project, "ep03.yaml")
    made = graph(project, "ep03.yaml")
    voice = [s for s in made["steps"] if s["id"].startswith("lamp-1/mara/voice/")]
    assert not voice, "the recording that the picks name stands in the place of the voice"
