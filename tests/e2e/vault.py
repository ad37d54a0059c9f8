# SPDX-License-Identifier: MIT
"""Films whose pictures a model makes, never twice the same, and looks into their store."""
import json

PRESET = """\
preset: stand-in
kind: image
driver: model
params: {{prompt: {{}}, seed: {{}}, pixels: {{}}, board: {{}}, took: {{default: {took}}}, varies: {{default: true}}}}
"""

FILM = """\
c41: 1
title: Vault
format: 64x64@8
use: {image: stand-in}
scenes:
  - id: one
    shots:
      - {shot: a, image: {prompt: a house on a hill, takes: 3, pick: 1}, seconds: 1}
      - {shot: b, image: a boat, seconds: 1}
"""
IMAGE = "one/a/image"


MANY = "c41: 1\ntitle: Many\nformat: 64x64@8\nuse: {image: stand-in}\nscenes:\n  - id: one\n    shots:\n" + "".join(
    f"      - {{shot: s{i}, image: {{prompt: picture {i}, takes: 2, pick: 1}}, seconds: 1}}\n" for i in range(12))


def with_models(project):
    """Gives the project a model that never makes the same twice; project.took(SECONDS) says how long it is said to take."""
    project.environment["XDG_CONFIG_HOME"] = str(project.folder.parent / "config")
    project.took = lambda seconds: project.write(
        "../config/c41/presets/image/stand-in.yaml", PRESET.format(took=seconds))
    project.took(90)
    return project


def told(done, code=0):
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def outputs(build):
    """Step -> its artifacts' paths in the store."""
    return {e["id"]: {o["path"] for o in e["outputs"]} for e in build.of("step-done")}


def stored(project):
    return {str(p.relative_to(project.folder)) for p in (project.folder / ".c41/store").rglob("*") if p.is_file()}


def du(project):
    return json.loads(told(project.run("du", "--json")))


def digest(path):
    return "".join(path.split("/")[-2:]).split(".")[0]
