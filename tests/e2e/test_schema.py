# SPDX-License-Identifier: MIT
"""The schemas as other tools see them: valid JSON Schema 2020-12, which takes the films, presets and
studios of this tree as they are written, and refuses what the compiler refuses."""
import json
import pathlib
import re

import pytest

jsonschema = pytest.importorskip("jsonschema")
yaml = pytest.importorskip("yaml")

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "stdlib" / "schema"
SCHEMAS = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}


def of(path):
    """Which language a file of this tree is in."""
    if path.parent.name == "studio":
        return "studio.json"
    if "presets" in path.parts and path.parent.name != "recipes":
        return "preset.json"
    return "project.json" if path.name == "project.yaml" else "film.json"


def validator(name):
    store = {key: schema for key, schema in SCHEMAS.items()}
    resolver = jsonschema.RefResolver(name, SCHEMAS[name], store=store)
    return jsonschema.Draft202012Validator(SCHEMAS[name], resolver=resolver)


class Words(yaml.SafeLoader):
    """Text wherever YAML 1.2 has text: YAML 1.1 makes more of `no` and of `12:30`."""


Words.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in found
            if tag in ("tag:yaml.org,2002:null", "tag:yaml.org,2002:float")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Words.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), list("tf"))
Words.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[-+]?[0-9]+$"), list("-+0123456789"))



def waits(path):
    """A film with values that come from a row or the command line: it is whole only once they are in."""
    return of(path) == "film.json" and "${" in path.read_text(encoding="utf-8")


FILES = sorted(path for folder in ("examples", "presets") for path in (ROOT / folder).rglob("*.yaml")
               if ".c41" not in path.parts and "out" not in path.parts and not waits(path))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schema_is_valid(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_taken(path):
    text = path.read_text(encoding="utf-8")
    faults = [f"{list(e.absolute_path)}: {e.message[:200]}" for e in
              validator(of(path)).iter_errors(yaml.load(text, Words))]
    assert not faults


@pytest.mark.parametrize("shot", [
    {"imagee": "A"}, {"size": "wide"}, {"card": "A", "seconds": "12 s"}, {"card": "A", "size": "wyde"},
    {"image": {"prompt": "A", "takes": 0}}, {"card": "A", "transition": {"color": "red"}},
    {"card": "A", "focus": [0.5]}, {"image": ["A"]},
])
def test_shot_is_refused(shot):
    film = {"c41": 1, "title": "T", "scenes": [{"shots": [shot]}]}
    assert list(validator("film.json").iter_errors(film))
