# SPDX-License-Identifier: MIT
"""A film in many files: an edit in one of them compiles that one, and what comes of it is what comes of the whole."""
import shutil

import pytest

import media

FILM = """c41: 1
title: Parts
format: 64x48@24
include: [scenes/*.yaml]
cast: {ana: {looks: a pilot}}
locations: {deck: {looks: the open deck, sound: waves}}
deliver:
  - {preset: web, each: scene}
  - {name: shots, preset: web, each: shot, subtitles: none}
"""
SCENE = """- id: %s
  location: deck
  shots:
    - {shot: a, seconds: 1, image: wave number %s}
    - {shot: b, seconds: 1, image: a gull}
"""


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, **{f"scenes/{n}.yaml": SCENE % (n, n) for n in ("one", "two", "three")}})
    project.build()
    return project


def spoil(project, name):
    """Makes nonsense of a scene that has not moved: who reads it all the same fails."""
    path = project.folder / name
    path.write_text("- [")
    s = path.stat()
    for book in (project.folder / ".c41/built").iterdir():
        if book.suffix == ".gifts":
            continue
        text = book.read_text()
        line = next(x for x in text.splitlines() if f"\t{name}\t" in x)
        fields = line.split("\t")
        fields[1:7] = ["", *map(str, (s.st_dev, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns))]
        book.write_text(text.replace(line, "\t".join(fields)))


def ends_alike(project, tmp_path, left_out=()):
    """A build of some parts leaves what a build from nothing makes; returns it. Files that are left_out are not read."""
    texts = {name: project.read(name) for name in left_out}
    for name in left_out:
        spoil(project, name)
    part = project.build()
    for name, text in texts.items():
        project.write(name, text)
    if left_out: # they are what they were, and written anew
        assert not project.build().ran
    still = project.build()
    whole = project.copy(tmp_path / "whole")
    shutil.rmtree(whole.folder / ".c41/built", ignore_errors=True)
    again = whole.build()
    assert not again.ran, "what a build of the whole film would still make"
    strip = ("seconds", "saved_seconds", "t", "ran", "cached")
    ends = [{k: v for k, v in b.end.items() if k not in strip} for b in (part, again)]
    assert ends[0] == ends[1]
    assert part.of("build-start")[0]["steps"] == again.of("build-start")[0]["steps"]
    assert part.end["cached"] + part.end["ran"] == again.end["cached"]
    assert [e["event"] for e in still.events] == ["build-start", "build-end"]
    assert still.end["saved_seconds"] == pytest.approx(again.end["saved_seconds"], abs=0.01)
    assert {k: v for k, v in still.end.items() if k not in strip} == ends[0]
    return part


def test_an_edit(parts, tmp_path):
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    part = ends_alike(parts, tmp_path)
    assert part.ran_models == {"two/a/image"}
    assert [d["name"] for d in part.end["deliverables"]] == [
        "web/one", "web/three", "web/two", "shots/one-a", "shots/one-b", "shots/three-a", "shots/three-b",
        "shots/two-a", "shots/two-b"]


def test_a_shot_comes_and_goes(parts, tmp_path):
    parts.change("scenes/two.yaml", "    - {shot: b", "    - {shot: c, seconds: 1, image: a buoy}\n    - {shot: b")
    assert ends_alike(parts, tmp_path).ran_models == {"two/c/image"}
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/two.yaml", "    - {shot: c, seconds: 1, image: a buoy}\n", "")
    assert not ends_alike(parts, tmp_path).ran_models
    assert not list((parts.folder / ".c41/browse/film/two").glob("c*")), "its links are gone"


def test_what_closed_the_film_does_not_any_more(make_project, tmp_path):
    """A transition that the film's last fade reached into, and the scene behind it that has it now."""
    scene = "- id: %s\n  shots:\n    - {shot: a, seconds: 2, image: a wall, transition: {%s: 2}}\n"
    project = make_project({"film.yaml": "c41: 1\ntitle: Ends\nformat: 64x48@24\ninclude: [scenes/*.yaml]\n",
                            "scenes/a.yaml": scene % ("a", "dissolve"), "scenes/b.yaml": scene % ("b", "fade")})
    for name in ("a", "b"):
        project.change(f"scenes/{name}.yaml", "seconds: 2", "seconds: 3")
    project.change("scenes/b.yaml", "fade: 2", "fade: 2.5")
    for _ in range(3):
        project.build()
    assert '"fades"' in project.graph().split('"id": "a/a/join/web"')[1].split('"id":')[0]
    project.write("scenes/c.yaml", scene % ("c", "fade"))
    assert "a/a/join/web" in ends_alike(project, tmp_path).ran


SPOKEN = "- id: %s\n  shots:\n    - {shot: a, seconds: %d, file: grey.png%s}\n"


def test_words_that_run_over_the_next_scene(make_project, tmp_path):
    """Where subtitles are burnt in, the picture there shows them; and only then."""
    says = ", head: 0, tail: %s, say: [{narrator: %s, file: voice.wav}]"
    project = make_project({"film.yaml": "c41: 1\ntitle: Words\nformat: 64x48@24\ninclude: [scenes/*.yaml]\n"
                                         "deliver: [{preset: web, subtitles: burn}]\n",
                            "scenes/a.yaml": SPOKEN % ("a", 3, says % (-1, "Hello there")), "scenes/c.yaml": SPOKEN % ("c", 2, ""),
                            "scenes/d.yaml": SPOKEN % ("d", 4, ""), "grey.png": media.png(128), "voice.wav": media.wav(5)})

    def cuts():
        ran = {s for s in ends_alike(project, tmp_path).ran if "/cut/" in s}
        shutil.rmtree(tmp_path / "whole")
        return ran

    for _ in range(2):
        project.build()
    project.change("scenes/a.yaml", "Hello there", "Hello you")
    assert cuts() == {"a/a/cut/web", "c/a/cut/web"}
    project.change("scenes/a.yaml", "tail: -1", "tail: 0")
    assert cuts() == {"a/a/cut/web", "c/a/cut/web"}
    project.change("scenes/a.yaml", "Hello you", "Hello me")
    assert cuts() == {"a/a/cut/web"}
    project.change("scenes/a.yaml", "tail: 0", "tail: -2")
    assert cuts() == {"a/a/cut/web", "c/a/cut/web"}
    project.write("scenes/b.yaml", SPOKEN % ("b", 5, ""))
    assert cuts() == {"b/a/cut/web"}, "words end in the scene that is new, and what c is without them is at hand"
    project.write("scenes/d.yaml", SPOKEN % ("d", 4, says.replace("head: 0", "head: -1") % (0, "Who is it")))
    assert cuts() == {"c/a/cut/web", "d/a/cut/web"}
    (project.folder / "scenes/c.yaml").unlink()
    assert cuts() == {"b/a/cut/web"}


def links(project):
    top = project.folder / ".c41/browse/film"
    return {str(p.relative_to(top)) for p in top.rglob("*") if p.is_symlink()}


def test_links_of_what_is_gone(parts):
    """A shot that is called another name; a scene, its files and what it alone used."""
    parts.change("scenes/two.yaml", "location: deck", "location: roof")
    parts.change("film.yaml", "sound: waves}", "sound: waves}, roof: {sound: gulls}")
    for _ in range(2):
        parts.build()
    before = links(parts)
    assert {"location/roof/bed.wav", "location/deck/bed.wav", "film/web/two.mp4", "film/shots/two-a.mp4"} <= before
    parts.change("scenes/two.yaml", "shot: a,", "shot: z, was: a,")
    assert not parts.build().ran_models
    renamed = {name.replace("two/a/", "two/z/").replace("two-a.", "two-z.") for name in before}
    assert links(parts) == renamed
    text = parts.read("scenes/two.yaml")
    parts.write("scenes/two.yaml", "[]\n")
    parts.build()
    assert links(parts) == {name for name in renamed if "two" not in name and "roof" not in name}
    parts.write("scenes/two.yaml", text)
    parts.build()
    assert links(parts) == renamed


def test_links_where_nothing_runs(parts):
    before = links(parts)
    more = "  - {name: more, preset: web, each: scene}\n"
    text = parts.read("film.yaml")
    parts.write("film.yaml", text + more)
    parts.build()
    assert {"film/more/one.mp4", "film/more/two.mp4"} <= links(parts)
    parts.write("film.yaml", text)
    assert not parts.build().ran
    assert links(parts) == before


def test_scenes_of_the_film_itself(parts, tmp_path):
    """They stand behind all parts, and are made with each."""
    parts.write("film.yaml", parts.read("film.yaml") + "scenes:\n  - {id: credits, shots: [{shot: a, card: The end}]}\n")
    parts.build()
    parts.build()
    parts.change("scenes/two.yaml", "wave number two", "wave number 2")
    assert ends_alike(parts, tmp_path, ["scenes/one.yaml", "scenes/three.yaml"]).ran_models == {"two/a/image"}


def test_the_last_use_of_what_parts_share(parts, tmp_path):
    for name in ("one", "two", "three"):
        parts.change(f"scenes/{name}.yaml", "  location: deck\n", "")
        ends_alike(parts, tmp_path)
        shutil.rmtree(tmp_path / "whole")
    assert "location/deck/bed" not in parts.run("list", "film.yaml").stdout


def test_a_scene_of_a_name_that_is_taken(parts):
    parts.change("scenes/two.yaml", "id: two", "id: one")
    said = parts.refuse("build", "film.yaml")
    assert 'two scenes are called "one"' in said
    parts.change("scenes/two.yaml", "id: one", "id: ninety")
    assert {"ninety/a/image", "ninety/b/image"} > parts.build().ran_models


def test_a_file_of_a_name_that_is_taken(parts):
    """Scene one-a with a shot b, and scene one with a shot a-b, are one file where each shot has its own."""
    parts.change("scenes/two.yaml", "id: two", "id: one-a")
    parts.build()
    parts.build()
    parts.change("scenes/one.yaml", "shot: a,", "shot: a-b,")
    assert 'film/shots/one-a-b"' in parts.refuse("build", "film.yaml")


def test_what_is_wrong_is_said_of_the_whole_film(parts):
    parts.change("scenes/two.yaml", "shot: a, seconds: 1", "shot: a, size: huge")
    whole = parts.refuse("check", "film.yaml", place="scenes/two.yaml:4:23")
    assert parts.refuse("build", "film.yaml") == whole


def test_shots_of_other_parts(parts, tmp_path):
    parts.change("scenes/two.yaml", "image: a gull", "image: {from: one/a}")
    ends_alike(parts, tmp_path)
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/one.yaml", "wave number one", "the first wave")
    part = ends_alike(parts, tmp_path)
    assert "two/b/cut/web" in part.ran, "it looks at the picture that changed"
    parts.change("scenes/one.yaml", "shot: a,", "shot: z,")
    assert 'unknown shot "one/a"' in parts.refuse("build", "film.yaml")


def test_a_file_name_with_quotes(parts, tmp_path):
    """The part that looks at it is found by its name, whatever stands in that."""
    (parts.folder / "scenes/one.yaml").rename(parts.folder / 'scenes/"one".yaml')
    parts.change("scenes/two.yaml", "image: a gull", "image: {from: one/a}")
    parts.build()
    parts.build()
    parts.change('scenes/"one".yaml', "wave number one", "the first wave")
    assert "two/b/cut/web" in ends_alike(parts, tmp_path).ran


def test_the_shot_before(parts, tmp_path):
    parts.change("scenes/two.yaml", "image: wave number two", "image: {from: previous}")
    ends_alike(parts, tmp_path)
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/three.yaml", "image: a gull", "image: a kite")
    part = ends_alike(parts, tmp_path)
    assert "two/a/cut/web" in part.ran, "three stands before two"


def test_warnings_of_parts(parts, tmp_path):
    parts.change("scenes/two.yaml", "shot: a, seconds: 1,", "shot: a, seconds: 1, lipsync: true,")
    assert ends_alike(parts, tmp_path).err.count("nobody speaks in this picture") == 1
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/one.yaml", "wave number one", "the first wave")
    assert ends_alike(parts, tmp_path).err.count("nobody speaks in this picture") == 1
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/two.yaml", "lipsync: true,", "")
    assert "nobody speaks" not in ends_alike(parts, tmp_path).err


def test_what_a_hook_says(parts, tmp_path):
    """Of no place but its own line, for shots of any part: once, whoever is made."""
    parts.change("film.yaml", "c41: 1\n", "c41: 1\nhooks: film.lua\n")
    parts.write("film.lua", 'require("c41.on").shot(function(shot)\n  if shot.note then c41.warn(nil, "a note") end\nend)\n')
    parts.change("scenes/two.yaml", "shot: a, seconds: 1,", "shot: a, seconds: 1, note: dark,")
    for name, word in [("one", "first"), ("two", "last"), ("one", "other")]:
        parts.write(f"scenes/{name}.yaml", parts.read(f"scenes/{name}.yaml").replace("wave", f"{word} wave", 1))
        assert ends_alike(parts, tmp_path).err.count("warning: a note") == 1
        shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/two.yaml", " note: dark,", "")
    assert "a note" not in ends_alike(parts, tmp_path).err


def test_a_pick_of_nothing(parts, tmp_path):
    """It may be of a part that is left out, or of none."""
    for picks, times in [("nobody/a/image: {take: 1}\n", 1), ("one/x/image: {take: 1}\n", 1), ("one/a/image: {take: 1}\n", 0)]:
        parts.write("film.picks.yaml", picks)
        for _ in range(2):
            parts.build()
        parts.write("scenes/two.yaml", parts.read("scenes/two.yaml").replace("wave", "big wave", 1))
        assert ends_alike(parts, tmp_path).err.count("this pick is of no step") == times
        shutil.rmtree(tmp_path / "whole")


def test_an_asset_of_a_part(parts, tmp_path):
    plate = next((parts.folder / ".c41/store").rglob("*.png"))
    shutil.copy(plate, parts.folder / "plate.png")
    (parts.folder / "plate.png").chmod(0o644)
    parts.change("scenes/two.yaml", "image: a gull", "image: {file: plate.png}")
    ends_alike(parts, tmp_path)
    shutil.rmtree(tmp_path / "whole")
    parts.change("scenes/one.yaml", "wave number one", "the first wave")
    ends_alike(parts, tmp_path)
    (parts.folder / "plate.png").unlink()
    assert 'there is no file "plate.png"' in parts.refuse("build", "film.yaml")


def test_a_file_among_them_that_is_no_part(make_project, tmp_path):
    """It says more than its scenes, so it is none; those behind it are not made by themselves either."""
    project = make_project({"film.yaml": FILM, "scenes/a.yaml": "style: ink\nscenes:\n  - {id: first, shots: [{shot: a, image: x, "
                            "seconds: 1}]}\n", **{f"scenes/{n}.yaml": SCENE % (n, n) for n in ("one", "two")}})
    project.build()
    project.change("scenes/one.yaml", "wave number one", "the first wave")
    ends_alike(project, tmp_path)
    shutil.rmtree(tmp_path / "whole")
    project.change("scenes/one.yaml", "the first wave", "the last wave")
    names = [d["name"] for d in ends_alike(project, tmp_path).end["deliverables"]]
    assert names[:3] == ["web/first", "web/one", "web/two"]


def test_a_part_that_says_more(parts, tmp_path):
    """What it says beside its scenes is of all of the film."""
    scenes = parts.read("scenes/two.yaml")
    parts.write("scenes/two.yaml", "style: ink\nscenes:\n" + scenes)
    assert {"one/a/image", "two/a/image", "three/a/image"} <= ends_alike(parts, tmp_path).ran
    shutil.rmtree(tmp_path / "whole")
    parts.write("scenes/two.yaml", scenes)
    ends_alike(parts, tmp_path)
