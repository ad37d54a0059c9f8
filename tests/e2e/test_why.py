# SPDX-License-Identifier: MIT
"""What the program says of what changed: films that are built, edited, and asked."""
import json
import re

import pytest

from films import TALK

# Takes that look different: the draft draws what a shot's size says, and nothing of a seed.
HOOK = """\
local on = require "c41.on"
on.step(function(step)
  if step.kind == "image" and step.take and step.params.board then
    step.params.board.size = ({ "wide", "medium", "close-up" })[step.take]
  end
end)
"""
FILM = TALK.replace("title: Talk\n", "title: Talk\nhooks: takes.lua\n").replace(
    "image: Ann at a desk\n", "image: {prompt: Ann at a desk at dawn, takes: 3, pick: 2}\n")


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, "takes.lua": HOOK})
    project.build()
    return project


@pytest.fixture
def film(built, tmp_path):
    """The film, built; each test has a copy of its own."""
    return built.copy(tmp_path / "film")


def ask(project, *words, code=0):
    """What `c41 WORDS[0] film.yaml WORDS…` prints, with times left out."""
    done = project.run(words[0], "film.yaml", *words[1:])
    assert done.returncode == code, done.stdout + done.stderr
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", done.stdout if code == 0 else done.stderr)
    text = re.sub(r"(seconds|frames): [\d.]+ -> [\d.]+,", r"\1: FEW -> MORE,", text)  # as long as voices are here
    return re.sub(r" in \d+(\.\d)? s$", " in SOME s", text, flags=re.M)


def test_of_a_step_that_is_current(film):
    assert ask(film, "why", "hall/walk/image") == """\
hall/walk/image: current
  made TIME here by draft in SOME s
"""


def test_of_a_step_that_was_never_made(make_project):
    project = make_project({"film.yaml": TALK})
    assert ask(project, "why", "hall/walk/image", "hall/walk/video") == """\
hall/walk/image: missing: never made
  film.yaml:22:16: image: an empty corridor
hall/walk/video: missing: never made
  waits for hall/walk/image, which was never made
  waits for hall/walk/timing, which was never made
    waits for hall/walk/voice/nobody, which was never made
  film.yaml:23:16: video: a door swings slowly
"""
    assert not (project.folder / ".c41").exists()


def test_down_to_the_phrase_and_its_line(film):
    film.change("film.yaml", "an empty corridor", "an empty corridor at dusk")
    film.change("film.yaml", "style: ink on paper", "style: oil on canvas")
    assert ask(film, "why", "hall/walk/image", "hall/walk/video") == """\
hall/walk/image: stale
  prompt: "an empty corridor. a long hall. ink on paper" -> "an empty corridor at dusk. a long hall. oil on …"
    film.yaml:23:16: image: an empty corridor at dusk
    film.yaml:5:8: style: oil on canvas
  board.prompt: "an empty corridor" -> "an empty corridor at dusk"
    film.yaml:23:16: image: an empty corridor at dusk
  since it was made TIME
hall/walk/video: stale
  waits for hall/walk/image
    prompt: "an empty corridor. a long hall. ink on paper" -> "an empty corridor at dusk. a long hall. oil on …"
      film.yaml:23:16: image: an empty corridor at dusk
      film.yaml:5:8: style: oil on canvas
    board.prompt: "an empty corridor" -> "an empty corridor at dusk"
      film.yaml:23:16: image: an empty corridor at dusk
"""


def test_a_pick_names_the_takes_and_the_line(film):
    film.write("film.picks.yaml", "# The director's\n\n\nhall/ask/image: 3\n")
    assert ask(film, "why", "hall/ask/lipsync", "hall/ask/cut/web") == """\
hall/ask/lipsync: stale
  input image: take 2 -> take 3, because film.picks.yaml:4 changed
    hall/ask/image:
      pick: 2 -> 3
        film.picks.yaml:4:17: hall/ask/image: 3
  since it was made TIME
hall/ask/cut/web: stale
  waits for hall/ask/lipsync
    input image: take 2 -> take 3, because film.picks.yaml:4 changed
      hall/ask/image:
        pick: 2 -> 3
          film.picks.yaml:4:17: hall/ask/image: 3
"""


def test_the_cause_is_followed_upstream(film):
    """The voice is made anew; what hangs on it names it, its words and their line, and what its length changed."""
    film.change("film.yaml", "I am not.", "I am not going anywhere with any of you.")
    film.build("film.yaml", "--only", "*/timing")
    assert ask(film, "why", "hall/answer/mix", "hall/answer/track/bob") == """\
hall/answer/track/bob: stale
  seconds: FEW -> MORE, because film.yaml:34 changed
    hall/answer/timing:
      input no changed, because film.yaml:34 changed
        hall/answer/voice/no:
          text: "I am not." -> "I am not going anywhere with any of you."
            film.yaml:34:18: - bob: I am not going anywhere with any of you.
  input no changed, because film.yaml:34 changed
    hall/answer/voice/no: as above
  since it was made TIME
hall/answer/mix: stale
  frames: FEW -> MORE, because film.yaml:34 changed
    hall/answer/timing:
      input no changed, because film.yaml:34 changed
        hall/answer/voice/no:
          text: "I am not." -> "I am not going anywhere with any of you."
            film.yaml:34:18: - bob: I am not going anywhere with any of you.
  input no changed, because film.yaml:34 changed
    hall/answer/voice/no: as above
  since it was made TIME
"""


def test_the_nearest_earlier_run(film):
    """The last run differs in two words, the one before in one."""
    film.change("film.yaml", "- bob: I am not.", "- bob: I am.\n            direction: quick")
    film.build("film.yaml", "--only", "hall/answer/voice/no")
    film.change("film.yaml", "- bob: I am.\n            direction: quick", "- bob: I am not, no.")
    told = json.loads(ask(film, "why", "hall/answer/voice/no", "--json"))[0]
    assert [(c["field"], c["before"], c["now"]) for c in told["changes"]] == [("text", "I am not.", "I am not, no.")]
    assert told["changes"][0]["at"][0]["line"] == 34
    run = film.run("build", "film.yaml", "--only", "hall/answer/voice/no", "--dry-run", "--explain").stderr
    assert 'direction: "quick" -> nothing; text: "I am." -> "I am not, no."' in run  # since the last


def test_lost_files(film):
    lost = next(p for p in (film.folder / ".c41/browse/film/hall/walk").rglob("image*")).resolve()
    lost.unlink()
    assert ask(film, "why", "hall/walk/image") == "hall/walk/image: missing: its files are gone\n"


def test_json_tells_the_same(film):
    film.write("film.picks.yaml", "hall/ask/image: 3\n")
    told = json.loads(ask(film, "why", "--stale", "--scene", "hall", "--json"))
    lipsync = next(step for step in told if step["id"] == "hall/ask/lipsync")
    change = lipsync["changes"][0]
    assert lipsync["status"] == "stale" and lipsync["reason"] == "changed"
    assert change["text"] == "input image: take 2 -> take 3, because film.picks.yaml:1 changed"
    assert (change["before_step"], change["now_step"]) == ("hall/ask/image/take-2", "hall/ask/image/take-3")
    assert change["because"]["changes"][0]["at"] == [
        {"file": "film.picks.yaml", "line": 1, "column": 17, "text": "hall/ask/image: 3"}]
    assert {step["status"] for step in told} == {"stale"}


def test_explain_and_plan_say_the_same(film):
    film.write("film.picks.yaml", "hall/ask/image: 3\n")
    reason = "input image: take 2 -> take 3, because film.picks.yaml:1 changed"
    assert reason in ask(film, "plan")
    assert f"hall/ask/lipsync: {reason}" in film.run("build", "film.yaml", "--explain", "-v").stderr


@pytest.mark.parametrize("words, says", [
    ([], "which step?"),
    (["hall/ask/imaeg"], 'did you mean "hall/ask/image"?'),
    (["hall/*", "--kind", "caption"], 'the film has no step of kind "caption" called "hall/*"'),
])
def test_wrong_use(film, words, says):
    assert says in ask(film, "why", *words, code=64)
