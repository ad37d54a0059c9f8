# SPDX-License-Identifier: MIT
"""Files of the whole film, of which one scene is edited: that scene's file alone is compiled, and what comes of it is
what comes of the whole."""
import json
import math
import re
import shutil
import sqlite3
import struct
import wave

import pytest

from test_few_parts import alike, ask
from test_parts import ends_alike, links, spoil

FILM = """c41: 1
title: Whole
format: 64x48@24
include: [scenes/*.yaml]
opens: {fade: 0.5}
cast: {ana: {looks: a pilot}}
locations: {deck: {looks: the open deck, sound: waves}}
music: [{file: tune.wav}, {file: tune.wav, from: three/b, to: two/a, level: -30}]
deliver:
  - web
  - {name: small, preset: web, pixels: 32x24, subtitles: none, slate: 0.5}
  - {name: scenes, preset: web, each: scene, subtitles: none}
scenes:
  - {id: credits, shots: [{shot: end, card: The end, seconds: 1}]}
"""
SCENE = """- id: %s
  location: deck
  shots:
    - {shot: a, seconds: 1, image: wave number %s}
    - {shot: b, image: a gull, say: "ANA: Go, %s."}
"""
NAMES = ("one", "two", "three") # three stands before two


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, **{f"scenes/{n}.yaml": SCENE % (n, n, n) for n in NAMES}})
    with wave.open(str(project.folder / "tune.wav"), "wb") as tune:
        tune.setparams((1, 2, 48000, 0, "NONE", ""))
        tune.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(i / 20))) for i in range(48000)))
    project.build()
    return project


@pytest.fixture
def ends(tmp_path):
    """A function that builds without reading what is left_out, compares with a build of the whole, and returns the build."""
    def ends(project, *left_out):
        build = ends_alike(project, tmp_path, [f"scenes/{name}.yaml" for name in left_out])
        shutil.rmtree(tmp_path / "whole")
        return build
    return ends


def test_an_edit(parts, ends):
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    build = ends(parts, "one", "three")
    assert build.ran_models == {"two/a/image"}
    assert {"film/web", "film/small", "film/scenes/two"} <= build.ran
    assert [d["name"] for d in build.end["deliverables"]] == [
        "web", "web.srt", "web.vtt", "small", "scenes/one", "scenes/three", "scenes/two", "scenes/credits"]


def cues(project, unit):
    [step] = [s for s in json.loads(project.graph())["steps"] if s["id"] == f"film/scenes/{unit}"]
    return [(c["from"], c["to"], c.get("at"), c["level"]) for c in step["params"]["music"]]


@pytest.mark.parametrize("begins, ends", [("three/b", "two/a"), ("third", "second")])
def test_music_over_several_scenes_is_in_their_files(parts, begins, ends):
    """As much of it as lies over the file's shots; a name alone may be another scene's."""
    parts.change("scenes/three.yaml", "shot: b,", f"shot: {begins.split('/')[-1]},")
    parts.change("scenes/two.yaml", "shot: a,", f"shot: {ends.split('/')[-1]},")
    parts.change("film.yaml", "from: three/b, to: two/a, level: -30", f"from: {begins}, to: {ends}, at: 0.25, level: -30")
    everywhere = (0, 1, None, -18)
    assert cues(parts, "one") == [everywhere]
    assert cues(parts, "three") == [everywhere, (1, 1, 0.25, -30)]
    assert cues(parts, "two") == [everywhere, (0, 0, None, -30)]
    assert cues(parts, "credits") == [(0, 0, None, -18)]
    parts.change("film.yaml", "{file: tune.wav}, {", "{file: tune.wav, from: b}, {")
    assert [cues(parts, unit)[0][0] for unit in ("one", "three", "two")] == [1, 0, 0], "the film's first of that name"
    parts.change("film.yaml", "{file: tune.wav, from: b}, {", "{file: tune.wav}, {")
    parts.change("film.yaml", f"from: {begins}, to: {ends}", f"from: {begins}, to: end")
    assert cues(parts, "two") == [everywhere, (0, 1, None, -30)]
    assert cues(parts, "credits") == [(0, 0, None, -18), (0, 0, None, -30)]
    parts.change("film.yaml", "to: end", "to: ending")
    said = parts.refuse("check", "film.yaml", says='unknown shot "ending"')
    assert said.count("error:") == 1


def test_a_preview_of_the_start(parts, ends):
    """What it needs moves with all that stands before it: a scene of its own, and then none."""
    parts.change("film.yaml", "  - {name: scenes,", "  - {name: start, preset: gif, seconds: 4}\n  - {name: scenes,")
    parts.build()
    text = parts.read("scenes/one.yaml")
    parts.write("scenes/one.yaml", SCENE % ("four", "four", "four") + text)
    assert "four/b/cut/start" in ends(parts).ran
    parts.write("scenes/one.yaml", "[]\n")
    assert "credits/end/cut/start" in ends(parts).ran


def test_an_edit_that_changes_no_picture(parts, ends):
    parts.change("scenes/two.yaml", "image: a gull", "image: a gull, note: look at this")
    assert not ends(parts, "one", "three").ran_models


def test_lines_and_lengths(parts, ends):
    """What comes behind them moves, in pictures, sound, subtitles and chapters."""
    parts.change("scenes/one.yaml", "Go, one.", "Go, number one, and do not come back before it is dark.")
    ends(parts, "two", "three")
    subtitles = parts.read("out/draft/whole-web.srt")
    assert "come back" in subtitles.replace("\n", " ") and "Go, two." in subtitles
    parts.change("scenes/one.yaml", "- id: one", "- id: one\n  scene: EXT. SEA - DAY")
    ends(parts, "two", "three")


def test_shots_come_and_go(parts, ends):
    parts.change("scenes/one.yaml", "    - {shot: b", "    - {shot: c, seconds: 1, image: a buoy}\n    - {shot: b")
    assert ends(parts, "two", "three").ran_models == {"one/c/image"}
    parts.change("scenes/one.yaml", "    - {shot: c, seconds: 1, image: a buoy}\n", "")
    assert not ends(parts, "two", "three").ran_models


def test_scenes_come_and_go(parts, ends):
    text = parts.read("scenes/one.yaml")
    parts.write("scenes/one.yaml", SCENE % ("four", "four", "four") + text)
    ends(parts, "two", "three")
    parts.write("scenes/one.yaml", text + SCENE % ("four", "four", "four"))
    assert not ends(parts, "two", "three").ran_models
    parts.write("scenes/one.yaml", "[]\n")
    ends(parts) # three is the first scene now
    parts.write("scenes/one.yaml", text)
    ends(parts)


def test_files_come_and_go(parts, ends):
    parts.write("scenes/four.yaml", SCENE % ("four", "four", "four"))
    ends(parts)
    (parts.folder / "scenes/four.yaml").unlink()
    ends(parts)


def test_the_last_line_goes(parts, ends):
    """A film without lines has no subtitles, and no links to them."""
    for name in NAMES:
        parts.change(f"scenes/{name}.yaml", f', say: "ANA: Go, {name}."', ", seconds: 1")
        ends(parts, *(n for n in NAMES if n != name))
    assert "film/web.srt.srt" not in links(parts) and "film/web.mp4" in links(parts)


def test_a_transition_binds(parts, ends):
    """It leads from one to three, which are made together from then on."""
    parts.change("scenes/one.yaml", "image: a gull,", "image: a gull, transition: {dissolve: 0.25},")
    assert "one/b/join/web" in ends(parts).ran
    parts.change("scenes/three.yaml", "wave number three", "the third wave")
    assert "one/b/join/web" in ends(parts, "two").ran
    parts.change("scenes/two.yaml", "wave number two", "the second wave")
    ends(parts, "one", "three")
    parts.change("scenes/one.yaml", " transition: {dissolve: 0.25},", "")
    assert not ends(parts, "two").ran_models
    parts.change("scenes/three.yaml", "the third wave", "a wave")
    ends(parts, "one", "two")


def test_a_scene_between(parts, ends):
    """What it leads into was left out, so all is compiled."""
    parts.write("scenes/one.yaml", parts.read("scenes/one.yaml") + "- {id: four, shots: [{shot: a, image: fog, seconds: 1, "
                "transition: {dissolve: 0.25}}]}\n")
    assert "four/a/join/web" in ends(parts).ran


def test_a_transition_into_a_scene_of_the_film(parts, ends):
    parts.change("scenes/two.yaml", "image: a gull,", "image: a gull, transition: {fade: 0.5},")
    ends(parts)
    parts.change("scenes/one.yaml", "wave number one", "the first wave")
    ends(parts) # what a part shares with the film's own scenes is not known part by part


def test_what_a_cue_names(parts, ends):
    parts.change("scenes/two.yaml", "shot: a,", "shot: z, was: a,")
    assert 'unknown shot "two/a"' in parts.refuse("build", "film.yaml")
    parts.change("film.yaml", "to: two/a", "to: z")
    ends(parts)
    parts.change("scenes/two.yaml", "shot: z, was: a,", "shot: y, was: z,")
    whole = parts.refuse("check", "film.yaml")
    assert parts.refuse("build", "film.yaml") == whole


def test_a_cue_of_the_first_shot_of_a_name(parts, ends):
    """Another one may be the first, in a file that did not move. A scene's own file would look at all scenes for it."""
    parts.change("film.yaml", "  - {name: scenes, preset: web, each: scene, subtitles: none}\n", "")
    parts.change("film.yaml", "from: three/b, to: two/a", "from: b")
    ends(parts)
    parts.change("scenes/one.yaml", "shot: b,", "shot: z, was: b,")
    assert "film/web" in ends(parts, "two", "three").ran


def test_what_scenes_share(parts, ends):
    for name in NAMES:
        parts.change(f"scenes/{name}.yaml", "  location: deck\n", "")
        ends(parts, *(n for n in NAMES if n != name))
    assert "location/deck/bed" not in parts.run("list", "film.yaml").stdout
    assert "location/deck/bed.wav" not in links(parts)
    parts.change("scenes/three.yaml", "- id: three\n", "- id: three\n  location: deck\n")
    ends(parts, "one", "two")
    assert "location/deck/bed.wav" in links(parts)


def test_a_name_that_is_taken(parts):
    parts.change("scenes/two.yaml", "id: two", "id: one")
    assert 'two scenes are called "one"' in parts.refuse("build", "film.yaml")
    parts.change("scenes/two.yaml", "id: one", "id: credits")
    assert 'two scenes are called "credits"' in parts.refuse("build", "film.yaml")


def test_the_film_itself(parts, ends):
    """Whatever is not of one part is of all of them."""
    for old, new in [("opens: {fade: 0.5}", "opens: {fade: 0.25}"), ("level: -30", "level: -20"), ("  - {name: small", "  - {name: tiny"),
                     ("The end", "Fin")]:
        parts.change("film.yaml", old, new)
        ends(parts)
    parts.change("film.yaml", "c41: 1\n", "c41: 1\nhooks: film.lua\n")
    parts.write("film.lua", 'require("c41.on").shot(function(shot) if shot.shot == "a" then shot.note = "n" end end)\n')
    ends(parts)
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    ends(parts, "one", "three")
    parts.write("film.lua", 'require("c41.on").film(function(film) end)\n')
    ends(parts)
    parts.change("scenes/two.yaml", "wave number 2", "wave number two")
    ends(parts) # such a hook sees all scenes


def test_another_set_of_options(parts, ends):
    """Builds that come between have keys of their own."""
    parts.change("film.yaml", "c41: 1\n", "c41: 1\nparams: {tone: dark}\nstyle: in a ${tone} tone\n")
    for _ in range(2):
        for options in ([], ["tone=light"]):
            parts.build("film.yaml", *options)
    parts.build()
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    ends(parts, "one", "three")


def gifts(project):
    return next((project.folder / ".c41/built").glob("*.gifts"))


@pytest.mark.parametrize("harm", ["gone", "cut", "other"])
def test_gifts_of_another_build(parts, ends, harm):
    if harm == "gone":
        gifts(parts).unlink()
    else:
        text = gifts(parts).read_text()
        gifts(parts).write_text(text[:-9] if harm == "cut" else text.replace("one/a/cut", "one/b/cut"))
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    assert ends(parts).ran_models == {"two/a/image"}


def test_what_the_ledger_has_lost(parts, ends, tmp_path):
    """The build finds it out before it begins, and goes through the whole film."""
    db = sqlite3.connect(parts.folder / ".c41/ledger.db")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("DELETE FROM results WHERE key IN (SELECT key FROM steps WHERE step = 'one/a/cut/web')")
    db.commit()
    db.close()
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    build = ends_alike(parts, tmp_path)
    assert {"one/a/cut/web", "two/a/image"} <= build.ran
    assert len(build.of("build-start")) == 1


def test_what_the_store_has_lost(parts, ends):
    target = parts.folder / ".c41/browse/film/one/a/cut/web.mp4"
    target = (target.parent / target.readlink()) if target.is_symlink() else next((parts.folder / ".c41/store").rglob("*.mp4"))
    target.unlink()
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    build = ends(parts)
    assert "two/a/image" in build.ran and len(build.ran) > 5


def test_gc_keeps_what_is_left_out(parts):
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    parts.build()
    done = parts.run("gc", "--keep", "0", "--yes")
    assert done.returncode == 0, done.stderr
    assert not parts.build().ran, "all that the film needs is kept"


def test_commands(parts, tmp_path):
    """What is asked of a few scenes is told from their files."""
    asked = [("list", "one/*"), ("show", "one/a/image"), ("why", "two/a/image"), ("list", "--stale", "one/*"), ("why", "--scene", "one")]
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    said = alike(parts, tmp_path, asked)
    assert "wave number 2" in said[2][1]
    spoil(parts, "scenes/three.yaml")
    assert [ask(parts, *words) for words in asked] == said


def test_why(parts):
    """The film's file tells of the part that has moved."""
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    said = parts.build("film.yaml", "--explain").err
    assert re.search(r"film/web: input cut changed, because scenes/two.yaml:4 changed", said), said
