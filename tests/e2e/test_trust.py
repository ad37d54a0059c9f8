# SPDX-License-Identifier: MIT
"""What a stranger's project may do before `c41 trust`, and after."""
import json

import pytest

FILM = """\
c41: 1
title: Stranger
use: {image: ours}
scenes:
  - id: a
    shots: [{shot: b, image: A boat}]
"""
PRESET = "preset: ours\nkind: image\ndriver: draft\n"
STUDIO = """\
c41: 1
machines:
  gpu: {services: {comfy: {driver: comfyui, url: "http://gpu.local:8188"}}}
use: {animate: wan-2.2-i2v}
"""
COMMAND = "preset: run\nkind: train\ndriver: command\nrequest: {run: [[touch, owned]]}\n"


@pytest.fixture
def stranger(make_project, tmp_path):
    project = make_project({"film.yaml": FILM, "presets/ours.yaml": PRESET, "studio.yaml": STUDIO})
    project.environment = {**project.environment, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    return project


def check(project, code):
    done = project.run("check", "film.yaml")
    assert done.returncode == code, done.stderr
    return done.stderr


def test_nothing_is_used_before(stranger):
    said = check(stranger, 2)
    assert "studio.yaml is not trusted" in said and 'unknown image preset "ours"' in said
    assert "c41 trust" in said


def test_all_is_used_after(stranger):
    done = stranger.run("trust")
    assert done.returncode == 0 and "presets/ours.yaml" in done.stdout + done.stderr
    assert check(stranger, 0) == ""
    done = stranger.run("graph", "film.yaml", "--format", "json")
    image = next(s for s in json.loads(done.stdout)["steps"] if s["kind"] == "image")
    assert image["preset"] == "ours"


@pytest.mark.parametrize("name", ["presets/ours.yaml", "studio.yaml"])
def test_a_change_ends_it(stranger, name):
    stranger.run("trust")
    stranger.write(name, stranger.read(name) + "# changed\n")
    assert f"{name.split('/')[-1]}" in check(stranger, 2 if name.startswith("presets") else 0)


def test_a_new_file_is_not_covered(stranger):
    stranger.run("trust")
    stranger.write("presets/other.yaml", PRESET.replace("ours", "other"))
    stranger.change("film.yaml", "image: ours", "image: other")
    assert "presets/other.yaml has one" in check(stranger, 2)


def test_a_copy_of_the_project_is_another(stranger, tmp_path):
    stranger.run("trust")
    other = type(stranger)(stranger.program, tmp_path / "copy", stranger.environment)
    for name in ("film.yaml", "presets/ours.yaml", "studio.yaml"):
        other.write(name, stranger.read(name))
    check(other, 2)


def test_commands_are_never_read_from_a_project(stranger):
    stranger.write("presets/run.yaml", COMMAND)
    stranger.write("film.yaml", FILM.replace("use: {image: ours}", "use: {train: run, image: z-image}\nloras: {boat: {images: boats/, trigger: b04t, base: z-image}}")
                   .replace("image: A boat", "image: {prompt: A boat, loras: [boat]}"))
    stranger.write("boats/1.png", bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
                                                "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"))
    stranger.run("trust")
    assert "never read from a project" in check(stranger, 2)
    assert not (stranger.folder / "owned").exists()
