# SPDX-License-Identifier: MIT
"""The director says that a render still stands: what is kept, what is refused, what runs afterwards."""
import fcntl

import pytest

from films import TALK

FILM = TALK.replace("image: Bob in a doorway\n", "image: {prompt: Bob in a doorway, takes: 2, pick: 1}\n")


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM})
    project.first = project.build()
    return project


@pytest.fixture
def film(built, tmp_path):
    """The film, built; each test has a copy of its own."""
    copy = built.copy(tmp_path / "film")
    copy.first = built.first
    return copy


def bless(film, *words, code=0):
    done = film.run("bless", "film.yaml", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def test_a_new_style_and_the_old_stills(film):
    film.change("film.yaml", "style: ink on paper", "style: oil on canvas")
    assert bless(film, "hall/walk/image") == """\
hall/walk/image: blessed
  prompt: "an empty corridor. a long hall. ink on paper" -> "an empty corridor. a long hall. oil on canvas"
    film.yaml:4:8: style: oil on canvas
1 render stands as it is
"""
    assert bless(film, "--kind", "image", "--stale").endswith("\n4 renders stand as they are\n")
    again = film.build()
    assert again.end["ran"] == 0 and not again.ran
    assert bless(film, "--stale") == "all of it is current: there is nothing to bless\n"
    film.check_store()


def test_why_and_show_say_that_it_was_blessed(film):
    key = next(line.split()[1] for line in film.run("show", "film.yaml", "hall/walk/image").stdout.splitlines()
               if line.startswith("  key "))
    film.change("film.yaml", "style: ink on paper", "style: oil on canvas")
    bless(film, "hall/walk/image")
    why = film.run("why", "film.yaml", "hall/walk/image").stdout
    assert why.startswith("hall/walk/image: current\n  made ") and f"blessed: stands as it was made under the key {key}\n" in why
    assert f"under the key {key}" in film.run("show", "film.yaml", "hall/walk/image").stdout


def test_what_hangs_on_it_stays(film):
    """The voice stays, so what is made of its sound alone does too; what shows the words does not."""
    film.change("film.yaml", "I am not.", "I'm not.")
    bless(film, "hall/answer/voice/no")
    again = film.build()
    assert again.ran == {"hall/answer/board", "hall/answer/cut/web", "film/web"}
    voices = [p for p in (film.folder / ".c41/browse/film/hall/answer").rglob("*no.wav")]
    assert [v.resolve().name for v in voices] == [film.first.output("hall/answer/voice/no").name]


def test_back_again_costs_nothing(film):
    film.change("film.yaml", "style: ink on paper", "style: oil on canvas")
    bless(film, "--kind", "image", "--stale")
    film.change("film.yaml", "style: oil on canvas", "style: ink on paper")
    assert film.build().end["ran"] == 0


def test_several_in_a_chain(film):
    """What waits for a step that is blessed in the same go is looked at afterwards."""
    film.change("film.yaml", "- bob: I am not.", "- bob: I am not.\n            direction: quick")
    film.change("film.yaml", "prompt: Bob in a doorway", "prompt: Bob in the doorway")
    told = bless(film, "hall/answer/*", "--stale")
    blessed = [line.split(":")[0] for line in told.splitlines() if line.endswith(": blessed")]
    assert {"hall/answer/voice/no", "hall/answer/image/take-1", "hall/answer/image/take-2",
            "hall/answer/lipsync", "hall/answer/cut/web"} <= set(blessed)
    assert "hall/answer/image" not in blessed and "hall/answer/timing" not in blessed
    assert film.build().ran <= {"film/web"}


REFUSED = [
    ("current", [], ["hall/walk/image"], "hall/walk/image is current already"),
    ("one of several is current", [("an empty corridor", "a corridor")], ["hall/walk/image", "hall/walk/timing"],
     "hall/walk/timing is current already"),
    ("waits", [("an empty corridor", "a corridor")], ["hall/walk/cut/web"],
     "hall/walk/cut/web cannot be blessed yet: hall/walk/image has to be made first"),
    ("never made", [("shot: walk", "shot: run")], ["hall/run/image"], "hall/run/image was never made for this film"),
    ("a choice", [("takes: 2, pick: 1", "takes: 2, pick: 2")], ["hall/answer/image"], "is a choice and no render"),
]


@pytest.mark.parametrize("changes, words, says", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_refused(film, changes, words, says):
    for change in changes:
        film.change("film.yaml", *change)
    before = film.run("list", "film.yaml").stdout
    assert says in bless(film, *words, code=64)
    assert film.run("list", "film.yaml").stdout == before  # all of it or nothing


def test_lost_files_are_refused(film):
    (film.folder / ".c41/browse/film/hall/walk/image.png").resolve().unlink()
    film.change("film.yaml", "an empty corridor", "a corridor")
    assert "the files of hall/walk/image are gone" in bless(film, "hall/walk/image", code=64)
    assert "hall/walk/image" in film.build().ran


def test_not_while_somebody_builds(film):
    film.change("film.yaml", "an empty corridor", "a corridor")
    with open(film.folder / ".c41/lock", "r+") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        assert "bless when that has ended" in bless(film, "hall/walk/image", code=1)
    bless(film, "hall/walk/image")
