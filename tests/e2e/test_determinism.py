# SPDX-License-Identifier: MIT
"""The same text makes the same graph, whoever asks, wherever they stand."""
import json
import os
import random
import subprocess

import pytest

from films import TALK

FILMS = {"keeper": "film.yaml", "products": "film.yaml", "series": "ep01.yaml", "hello": "film.yaml"}


def known_locales():
    have = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    return ["C", "C.UTF-8", "POSIX", *[name for name in have if name.startswith(("de_DE", "tr_TR"))]]


@pytest.mark.parametrize("example", FILMS)
def test_same_graph_everywhere(copy_example, example):
    project, other, film = copy_example(example), copy_example(example), FILMS[example]
    graph = project.graph(film)
    assert json.loads(graph)["steps"]
    assert project.graph(film) == graph
    for locale in known_locales():
        assert project.graph(film, environment={"LC_ALL": locale, "LANG": locale}) == graph, locale
    for folder, path in (("/", project.folder / film), (project.folder.parent, f"{example}/{film}"),
                         (project.folder, f"./{film}"), (project.folder, f"../{example}/{film}")):
        assert project.graph(path, cwd=folder) == graph, f"{path} from {folder}"
    assert other.graph(film) == graph, "the graph depends on the folder's name"
    assert str(project.folder) not in graph and os.path.expanduser("~") not in graph


def test_order_of_directory_entries(make_project):
    film = "c41: 1\ntitle: Parts\nformat: 256x144@24\ninclude: [parts/*.yaml]\nscenes: [{id: last, shots: [{image: an end}]}]\n"
    parts = {f"parts/{name}.yaml": f"scenes:\n  - id: scene-{name}\n    shots:\n      - {{image: picture {name}}}\n"
             for name in "qwertyuiopasdfghjkl"}
    graphs, order = set(), list(parts)
    for turn in range(4):
        project = make_project({"film.yaml": film}, folder=f"project{turn}")
        for name in order:
            project.write(name, parts[name])
        graphs.add(project.graph())
        random.Random(turn).shuffle(order)
    assert len(graphs) == 1
    scenes = list(dict.fromkeys(s["scene"] for s in json.loads(graphs.pop())["steps"] if s.get("scene")))
    assert sorted(scenes) == sorted([*(f"scene-{name}" for name in "qwertyuiopasdfghjkl"), "last"])


def test_building_changes_no_graph(make_project):
    project = make_project({"film.yaml": TALK})
    before = project.graph()
    project.build()
    assert project.graph() == before
