# SPDX-License-Identifier: MIT
"""Commands that tell of a few scenes compile the files of these alone, and say what the whole film says."""
import re
import shutil

import pytest

from test_parts import built, spoil  # noqa: F401 (fixtures)

ASKED = [("list", "one/*"), ("list", "one/*", "--kind", "image"), ("list", "--scene", "two"), ("list", "--stale", "one/*"),
         ("list", "--json", "two/a/*"), ("show", "one/a/image"), ("show", "two/*"), ("show", "--scene", "one"),
         ("why", "two/a/image"), ("why", "--scene", "one"), ("why", "--json", "one/*", "two/b/image")]
# None of these is certain from some scenes: another name, steps of no scene, a glob over all, nothing at all.
OPEN = [("list", "*/a/image"), ("list", "location/*"), ("list", "film/*"), ("list", "ono/*"), ("list", "one/a/imag"),
        ("show", "one/a/imago"), ("why", "location/deck/bed"), ("list", "--scene", "ten"), ("show",),
        ("list", "one/*", "location/*")]


def ask(project, command, *words):
    done = project.run(command, "film.yaml", *words)
    return done.returncode, done.stdout, done.stderr


def whole(project, tmp_path):
    """The project without word of earlier builds, so that each command compiles all of it."""
    shutil.rmtree(tmp_path / "whole", ignore_errors=True)
    shutil.copytree(project.folder, tmp_path / "whole", symlinks=True)
    copy = type(project)(project.program, tmp_path / "whole", project.environment)
    shutil.rmtree(copy.folder / ".c41/built")
    return copy


def alike(project, tmp_path, asked=ASKED):
    """What is said of all that is asked, the same as of the whole film."""
    other = whole(project, tmp_path)
    for words in asked:
        assert ask(project, *words) == ask(other, *words), words
    return [ask(project, *words) for words in asked]


def test_the_same_answers(parts, tmp_path):
    said = alike(parts, tmp_path)
    assert all(code == 0 and out for code, out, _ in said[:3])
    spoil(parts, "scenes/three.yaml")
    assert [ask(parts, *words) for words in ASKED] == said, "three was not read"


def test_what_has_moved(parts, tmp_path):
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    said = alike(parts, tmp_path)
    assert "wave number 2" in said[8][1]
    (parts.folder / "out/draft").rename(parts.folder / "out/else")
    said = alike(parts, tmp_path)
    spoil(parts, "scenes/three.yaml")
    assert [ask(parts, *words) for words in ASKED] == said, "deliverables decide no film"


def test_what_is_asked_openly(parts, tmp_path):
    alike(parts, tmp_path, OPEN)
    spoil(parts, "scenes/three.yaml")
    for words in OPEN:
        assert ask(parts, *words)[0] == 2, words


def test_shots_of_other_parts(parts, tmp_path):
    parts.change("scenes/two.yaml", "image: a gull", "image: {from: one/a}")
    parts.build()
    parts.build()
    alike(parts, tmp_path)
    parts.change("scenes/one.yaml", "wave number one", "the first wave")
    alike(parts, tmp_path, [*ASKED, ("why", "two/b/cut/web"), ("show", "two/b/cut/web")])


def test_picks(parts, tmp_path):
    parts.change("scenes/two.yaml", "image: a gull", "image: {prompt: a gull, takes: 2, pick: ask}")
    parts.write("film.picks.yaml", "two/b/image: {take: 2}\n")
    parts.build()
    parts.build()
    said = alike(parts, tmp_path, [*ASKED, ("show", "two/b/image"), ("list", "two/b/*")])
    assert "picked" in said[-1][1]
    spoil(parts, "scenes/three.yaml")
    assert ask(parts, "list", "two/b/*") == said[-1]
    parts.write("film.picks.yaml", "two/b/image: {take: 1}\nthree/c/image: {take: 2}\n")
    alike(parts, tmp_path, [("list", "two/b/*")])


@pytest.mark.parametrize("scene", ["one", "three"])
def test_warnings(parts, tmp_path, scene):
    """Those of scenes that are not asked for are said all the same, in their order."""
    for name in (scene, "two"):
        parts.change(f"scenes/{name}.yaml", "shot: a, seconds: 1,", "shot: a, seconds: 1, lipsync: true,")
    parts.build()
    parts.build()
    said = alike(parts, tmp_path)
    assert said[0][2].count("nobody speaks in this picture") == 2


def test_options_of_the_build(parts, tmp_path):
    parts.build("film.yaml", "--draft")
    parts.build("film.yaml", "--draft")
    asked = [("list", "one/*", "--draft"), ("why", "one/a/image", "--draft")]
    said = alike(parts, tmp_path, asked)
    spoil(parts, "scenes/three.yaml")
    assert [ask(parts, *words) for words in asked] == said
    assert ask(parts, "list", "one/*", "--use", "image=draft")[0] == 2, "never built so"


def test_it_writes_nothing(parts):
    def books():
        return {p: p.read_bytes() for p in (parts.folder / ".c41/built").iterdir()}
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    parts.build()
    before = books()
    assert re.search("current", ask(parts, "list", "one/*")[1])
    assert books() == before
