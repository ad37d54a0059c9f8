# SPDX-License-Identifier: MIT
"""Hooks: what docs/hooks.md promises, and that its examples run."""
import json
import pathlib
import re
import shutil

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "hooks.md"
BLOCKS = re.findall(r"^```(yaml|lua|csv)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)
FILM = next(text for language, text in BLOCKS if language == "yaml")
TABLE = next(text for language, text in BLOCKS if language == "csv")
HOOKS = [text for language, text in BLOCKS if language == "lua"]
ON = 'local on = require "c41.on"\n'


@pytest.fixture
def compiled(c41, tmp_path):
    """Compiles the page's film with a hook: the graph's steps by id."""
    def run(hook, **files):
        (tmp_path / "film.yaml").write_text(FILM, encoding="utf-8")
        (tmp_path / "products.csv").write_text(TABLE, encoding="utf-8")
        (tmp_path / "film.lua").write_text(hook, encoding="utf-8")
        for name, text in files.items():
            (tmp_path / f"{name}.lua").write_text(text, encoding="utf-8")
        done = c41("graph", "film.yaml", "--format", "json", cwd=tmp_path)
        assert done.stderr == ""
        return {step["id"]: step for step in json.loads(done.stdout)["steps"]}
    return run


def of_kind(steps, kind):
    return [step for step in steps.values() if step["kind"] == kind]


@pytest.mark.parametrize("hook", HOOKS, ids=range(len(HOOKS)))
def test_every_hook_of_the_page_runs(compiled, hook):
    compiled(hook)


def test_the_first_example_does_what_it_says(compiled):
    steps = compiled(HOOKS[0])
    spoken = [step["params"]["text"] for step in of_kind(steps, "speak")]
    assert sorted(spoken) == ["And this one weighs nothing.", "Come in.",
                              "This one was a lighthouse keeper's."]
    assert all(step["params"]["speed"] == 0.9 for step in of_kind(steps, "speak"))
    assert steps["int-shop-day/door/timing"]["params"]["tail"] == 0.8
    assert {"brass", "paper"} <= {step.get("scene") for step in steps.values()}


def test_nothing_is_carried_from_shot_to_shot(compiled):
    steps = compiled(HOOKS[0] + """
local count, seen = 0, {}
total = 0
on.shot(function(shot)
  count = count + 1
  seen[#seen + 1] = shot
  shot.head = count + #seen
end)
on.step(function(step)
  count = count + 1
  step.params.count = count
end)
""")
    assert {step["params"]["head"] for step in of_kind(steps, "timing")} == {2}
    assert {step["params"]["count"] for step in steps.values()} == {1}


def test_functions_and_files_run_in_order(compiled, tmp_path):
    steps = compiled(ON + """
local words = require "words"
on.shot(function(shot) shot.note = words.first end)
on.shot(function(shot) shot.image.prompt = shot.note .. words.second end)
""", words='return {first = "a bell", second = " that rings"}')
    assert "a bell that rings" in steps["int-shop-day/door/image"]["params"]["prompt"]


def test_a_step_takes_another_preset_and_late_values(compiled):
    steps = compiled(ON + """
on.step(function(step)
  if step.kind == "mix" then
    step.params.lead = { late = "timing.seconds", plus = -1, min = 0 }
  elseif step.kind == "image" then
    step.params.prompt = "a bell, by the hook"
    step.params.list, step.params.whole = c41.array {}, 3.0
  end
end)
""")
    image = steps["int-shop-day/door/image"]
    assert steps["int-shop-day/door/mix"]["params"]["lead"] == {"late": "timing.seconds", "plus": -1, "min": 0}
    assert image["params"]["list"] == [] and image["params"]["whole"] == 3
    assert image["words"] == ["a bell, by the hook"]


def test_a_step_has_a_copy_of_what_others_share(compiled):
    """The board of a shot and the encoder of a deliverable are one table for many steps of the rules."""
    steps = compiled(ON + """
on.step(function(step)
  if step.kind == "image" then step.params.board.time = "dawn" end
  if step.id:find("door/cut/", 1, true) then step.params.encode.crf = 30 end
end)
""")
    boards = {step["id"].split("/", 2)[-1]: step["params"]["board"].get("time") for step in steps.values()
              if step["id"].startswith("int-shop-day/door/") and "board" in step["params"]}
    assert boards.pop("image") == "dawn" and boards and "dawn" not in boards.values()
    assert [step["params"]["encode"]["crf"] for step in of_kind(steps, "cut") if "/door/" in step["id"]] == [30]
    assert all(step["params"]["encode"]["crf"] != 30 for step in of_kind(steps, "conform"))


def test_what_a_metatable_holds_is_no_param(compiled):
    steps = compiled(ON + """
on.step(function(step)
  step.params.mood = setmetatable({ calm = true }, { text = "{broken", "{broken" })
end)
""")
    assert all(step["params"]["mood"] == {"calm": True} for step in steps.values())


def test_the_film_can_change_whole(compiled):
    steps = compiled(ON + """
on.film(function(film)
  film.format = "640x360@25"
  film.scenes[1].shots[2] = { shot = "till", image = "a till", seconds = 2 }
  film.cast = { ben = "a shopkeeper" }
end)
""")
    assert steps["int-shop-day/till/image"]["params"]["pixels"] == [640, 360]
    assert steps["int-shop-day/door/timing"]["params"]["fps"] == "25/1"


def test_an_added_scene_knows_all(compiled):
    steps = compiled(ON + """
on.film(function(film)
  film:add_scene { id = "yard", all = { image = "a yard", size = "wide" }, shots = { { seconds = 2 }, { size = "full" } } }
end)
""")
    assert len([s for s in of_kind(steps, "image") if s["id"].startswith("yard/")]) == 2


def test_many_hooked_shots_compile_as_one_does(c41, tmp_path):
    """The same shot among others, and alone: the same steps."""
    def image_of(shots):
        (tmp_path / "film.yaml").write_text(
            "c41: 1\ntitle: A\nhooks: film.lua\nscenes:\n  - id: s\n    shots:\n" +
            "".join(f"      - {{shot: {s}, image: picture {s}}}\n" for s in shots), encoding="utf-8")
        (tmp_path / "film.lua").write_text(ON + """
local n = 0
on.shot(function(shot) n = n + 1 shot.image.prompt = shot.image.prompt .. " " .. n end)
""", encoding="utf-8")
        done = c41("graph", "film.yaml", "--format", "json", cwd=tmp_path)
        return next(s for s in json.loads(done.stdout)["steps"] if s["id"] == "s/c/image")
    assert image_of("abcd") == image_of("c") == image_of("dcba")


@pytest.fixture
def own_data(c41, tmp_path):
    """A copy of stdlib and presets, for tests that break it."""
    for folder in ("stdlib", "presets"):
        shutil.copytree(ROOT / folder, tmp_path / "data" / folder)
    c41.env["C41_DATA"] = str(tmp_path / "data")
    (tmp_path / "film.yaml").write_text("c41: 1\ntitle: A\nscenes:\n  - shots:\n      - image: a lamp\n")
    return tmp_path


@pytest.mark.parametrize("body, words", [
    ("local x = nil\n  return x.y", "attempt to index a nil value"),
    ("undeclared = 1", "the global \"undeclared\" cannot be set"),
    ("c41.step('a', 'render', nil, 'image', {})", "no such kind"),
    ("c41.step('a', 'image', nil, {{}}, {})", "string expected"),
    ("c41.step('a', 'image', nil, 'image', { f = function() end })", "a function"),
    ("c41.step('a', 'image', nil, 'image', {}, { { 'x', 'use', 'b', 'image' } })", "unknown step b"),
    ("c41.step('a', 'image', nil, 'image', {}, { { 'x' } })", "an input is {NAME"),
    ("c41.fixed { x = { late = 'b.c' } }", "this holds a late value"),
    ("c41.step('a', 'image', nil, 'image', {}, { { 'x', 'eat', 'b', 'image' } })", "use or read"),
    ("c41.step('a', 'image', nil, 'image', { x = { late = 'b.c' } })", "names no input"),
    ("local t = {} while true do t[#t + 1] = ('x'):rep(1000) .. #t end", "512 MiB"),
])
def test_a_fault_of_the_rules_is_ours(c41, own_data, body, words):
    (own_data / "data/stdlib/rules/film.lua").write_text(
        f"local film = {{}}\nfunction film.open()\n  {body}\nend\nfunction film.scene() end\n"
        "function film.close() end\nreturn film\n")
    code = 2 if "MiB" in words else 70
    said = c41("check", "film.yaml", cwd=own_data, code=code).stderr
    assert words in said
    assert "Traceback" not in said and "film.yaml:" not in said
