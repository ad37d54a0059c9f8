# SPDX-License-Identifier: MIT
"""What the program says of what changed: films that are built, edited, and asked."""
import json
import re
import time

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
  board.prompt: "an empty corridor" -> "an empty corridor at dusk"
    film.yaml:24:16: video: a door swings slowly
  waits for hall/walk/image
    prompt: "an empty corridor. a long hall. ink on paper" -> "an empty corridor at dusk. a long hall. oil on …"
      film.yaml:23:16: image: an empty corridor at dusk
      film.yaml:5:8: style: oil on canvas
    board.prompt: "an empty corridor" -> "an empty corridor at dusk"
      film.yaml:23:16: image: an empty corridor at dusk
  since it was made TIME
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


def test_own_words_of_a_step_that_waits(film):
    """It runs whatever the picture turns out to be, and the plan says so before that is made."""
    film.change("film.yaml", "an empty corridor", "an empty corridor at dusk")
    film.change("film.yaml", "a door swings slowly", "a door swings fast")
    assert 'prompt: "a door swings slowly" -> "a door swings fast"' in ask(film, "why", "hall/walk/video")
    row = next(line for line in ask(film, "plan").splitlines() if " hall/walk/video " in line)
    assert 'prompt: "a door swings slowly" -> "a door swings fast"' in row and row.endswith("; waits for hall/walk/image")


def test_a_locked_pick_is_its_own_reason(film):
    take = next((film.folder / ".c41/browse/film/hall/ask/image").glob("take-3.*")).resolve()
    digest = take.parent.name + take.name
    film.write("film.picks.yaml", f"hall/ask/image: {{is: '{digest[:12]}', locked: true}}\n")
    assert ask(film, "why", "hall/ask/image", "hall/ask/lipsync") == f"""\
hall/ask/image: locked
hall/ask/lipsync: stale
  input image: take 2 -> take 3, because film.picks.yaml:1 changed
    film.picks.yaml:1:22: hall/ask/image: {{is: '{digest[:12]}', locked: true}}
  since it was made TIME
"""


def test_what_is_blocked(make_project):
    project = make_project({"film.yaml": "c41: 1\ntitle: Words\nscenes:\n  - id: a\n    shots:\n"
                            "      - {shot: s, image: {prompt: {write: a poem}}, seconds: 1}\n"})
    assert ask(project, "why", "a/s/image*") == """\
a/s/image/words: blocked: nothing in the studio makes "write", and the draft cannot
  film.yaml:6:35: - {shot: s, image: {prompt: {write: a poem}}, seconds: 1}
a/s/image: blocked: needs a/s/image/words
  waits for a/s/image/words, which was never made
  film.yaml:6:35: - {shot: s, image: {prompt: {write: a poem}}, seconds: 1}
"""
    plan = ask(project, "plan")
    assert "\nblocked: 5 steps\n" in plan and "\ncannot make out/draft/words.mp4\n" in plan
    assert {s["group"] for s in json.loads(ask(project, "plan", "--json"))["steps"]} == {"blocked"}


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


def test_words_never_drive_the_terminal(film):
    film.change("film.yaml", "image: an empty corridor", 'image: "an \\x9b31m empty \\u202e corridor"')
    for command in ("why", "bless"):
        told = ask(film, command, "hall/walk/image")
        assert "31m empty" in told and not set(told) & {"\x9b", "\u202e", "\x1b"}


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


def test_the_plan_reads_like_a_change(film):
    film.change("film.yaml", "I am not.", "I am.")
    film.change("film.yaml", "shot: leaving", "shot: going")
    told = ask(film, "plan")
    told = re.sub(r"  here  +\d+(\.\d)? s  +", "  here  SOME s  ", told)
    told = re.sub(r"\d+(\.\d)? s of work", "SOME s of work", told)
    assert re.sub(r"about \d+(\.\d)? s( \(.*\))?, at \d\d:\d\d$", "about SOME s, at CLOCK", told, flags=re.M) == """\
Talk: 21 current, 8 stale, 5 missing, 0 blocked
reuse: 21 steps
re-run: 8 steps
  stale  hall/answer/voice/no   here  SOME s  text: "I am not." -> "I am."
  stale  hall/answer/timing     here  SOME s  waits for hall/answer/voice/no
  stale  hall/answer/board      here  SOME s  panel.lines.0.text: "I am not." -> "I am."
  stale  hall/answer/track/bob  here  SOME s  waits for hall/answer/voice/no and 1 more
  stale  hall/answer/lipsync    here  SOME s  waits for hall/answer/timing and 1 more
  stale  hall/answer/mix        here  SOME s  waits for hall/answer/voice/no and 1 more
  stale  hall/answer/cut/web    here  SOME s  waits for hall/answer/lipsync and 1 more
  stale  film/web               here  SOME s  waits for hall/answer/timing and 4 more
new: 5 steps
  missing  street/going/image    here  SOME s  never made
  missing  street/going/board    here  SOME s  never made
  missing  street/going/sound    here  SOME s  never made
  missing  street/going/mix      here  SOME s  never made
  missing  street/going/cut/web  here  SOME s  never made
gone: 5 steps
  street/leaving/board
  street/leaving/cut/web
  street/leaving/image
  street/leaving/mix
  street/leaving/sound
makes out/draft/talk.mp4
makes out/draft/talk.srt
makes out/draft/talk.vtt
here: 13 steps, SOME s of work
about SOME s of work, done in about SOME s, at CLOCK
a draft: nothing in the studio makes ambience, animate, image, lipsync, speak
"""


def test_the_plan_as_json(film):
    film.change("film.yaml", "shot: walk", "shot: run")
    plan = json.loads(ask(film, "plan", "--json"))
    groups = {group: {s["id"] for s in plan["steps"] if s["group"] == group} for group in ("reuse", "re-run", "new")}
    assert "hall/run/image" in groups["new"] and "film/web" in groups["re-run"] and "hall/ask/image" in groups["reuse"]
    assert len(groups["reuse"]) == plan["current"]
    assert len(groups["re-run"] | groups["new"]) == plan["stale"] + plan["missing"] == plan["machines"][0]["steps"]
    assert plan["gone"] == sorted(s.replace("/run/", "/walk/") for s in groups["new"])
    assert plan["machines"][0]["name"] == "here" and plan["machines"][0]["seconds"] == pytest.approx(plan["seconds"])
    assert plan["done_ms"] / 1000 == pytest.approx(time.time() + plan["finish_seconds"], abs=60)
    film.build()
    assert json.loads(ask(film, "plan", "--json"))["machines"] == []


@pytest.mark.parametrize("words, says", [
    ([], "which step?"),
    (["hall/ask/imaeg"], 'did you mean "hall/ask/image"?'),
    (["hall/*", "--kind", "caption"], 'the film has no step of kind "caption" called "hall/*"'),
])
def test_wrong_use(film, words, says):
    assert says in ask(film, "why", *words, code=64)
