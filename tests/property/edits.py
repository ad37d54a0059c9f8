# SPDX-License-Identifier: MIT
"""Edits of a project as people make them, right ones and wrong ones. Each changes the state and returns what it did, or
None where there is nothing of its sort to edit."""
import copy

import films
from films import THINGS, fresh_name, scene_names, scenes_of, words


def parts_of(state):
    return sorted(p for p in state["docs"] if p.startswith(("scenes/", "more/")))


def list_of(state, path):
    """The scenes that a document holds, to be changed in their place."""
    doc = state["docs"][path]
    return doc if isinstance(doc, list) else doc.setdefault("scenes", [])


def some_scene(rng, state):
    """Mostly one of an included file."""
    all_of_them = scenes_of(state)
    return rng.choice(all_of_them) if all_of_them else (None, 0)


def some_shot(rng, state, fits=lambda shot: True):
    found = [shot for s, i in scenes_of(state) for shot in s[i]["shots"] if fits(shot)]
    return rng.choice(found) if found else None


def name_of(value):
    return value.get("shot") or value.get("id") or value.get("scene") or "one without a name"


# Values.

def words_of_a_picture(rng, state):
    shot = some_shot(rng, state, lambda s: isinstance(s.get("image"), str) or "prompt" in (s.get("image") or {}))
    if not shot:
        return None
    if isinstance(shot["image"], str):
        shot["image"] = words(rng)
    else:
        shot["image"]["prompt"] = words(rng)
    return f"other words for the picture of {name_of(shot)}"


def another_picture(rng, state):
    shot = some_shot(rng, state)
    if shot is None:
        return None
    for key in ("image", "file", "card", "video"):
        shot.pop(key, None)
    new = films.shot(rng, "x", films.shots_of(state))
    shot.update({key: new[key] for key in ("image", "file", "card", "video") if key in new})
    return f"another picture for {name_of(shot)}"


def a_line(rng, state):
    shot = some_shot(rng, state)
    if shot is None:
        return None
    if "say" in shot and rng.random() < 0.3:
        del shot["say"]
        if not {"image", "video", "file", "card"} & set(shot):
            shot["image"] = words(rng)
    else:
        shot["say"] = films.say(rng)
    return f"other lines for {name_of(shot)}"


def one_value_of_a_shot(rng, state):
    shot = some_shot(rng, state)
    if shot is None:
        return None
    key, values = rng.choice([
        ("seconds", [1, 2, 4]), ("tail", [0.1, 0.8, -0.3]), ("head", [0.1, -0.2, 0.5]), ("size", films.SIZES), ("move", films.MOVES),
        ("note", THINGS), ("location", films.PLACES), ("sound", THINGS), ("text", THINGS), ("cast", [["ana"], ["joe", "ana"], []]),
        ("transition", [{"dissolve": 0.5}, {"fade": 1}, "cut"]), ("lipsync", [True, False]), ("wears", [{"joe": "work"}])])
    if key in shot and rng.random() < 0.4:
        del shot[key]
    else:
        shot[key] = rng.choice(values)
    return f"{key} of {name_of(shot)}"


def one_value_of_a_scene(rng, state):
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    key, values = rng.choice([("location", films.PLACES), ("sound", THINGS), ("style", THINGS), ("note", THINGS), ("cast", [["ana"]]),
                              ("all", [{"seconds": 2}, {"size": "close-up"}, {"note": "all"}, {"sound": "rain"}])])
    if key in scenes[i] and rng.random() < 0.4:
        del scenes[i][key]
    else:
        scenes[i][key] = rng.choice(values)
    return f"{key} of scene {name_of(scenes[i])}"


def one_value_of_a_film(rng, state):
    doc = state["docs"][rng.choice(state["films"] + (["project.yaml"] if "project.yaml" in state["docs"] else []))]
    key, values = rng.choice([
        ("style", THINGS), ("negative", THINGS), ("seed", [0, 1, 2]), ("handles", [0.5, 0.25]), ("opens", [{"fade": 1}]),
        ("format", ["64x48@24", "48x64@24", "64x48@25"]), ("about", THINGS), ("theme", ["theme.txt"]), ("language", ["de", "en"]),
        ("music", [films.music(rng, films.shots_of(state))]), ("look", [{"grain": 0.1}]),
        ("use", [{"image": "stand-in"}, {"speak": "stand-in", "animate": "stand-in"}, {"image": {"people": "stand-in", "else": "draft"}}])])
    if key in doc and rng.random() < 0.4:
        del doc[key]
    else:
        doc[key] = rng.choice(values)
    return f"{key} of the film"


def a_deliverable(rng, state):
    state["docs"][rng.choice(state["films"])]["deliver"] = films.deliver(rng)
    return "other deliverables"


def a_title(rng, state):
    path = rng.choice(state["films"])
    state["docs"][path]["title"] = f"{path[0]} {rng.choice(THINGS)}"
    return "another title"


def a_character(rng, state):
    owners = [doc for doc in state["docs"].values() if isinstance(doc, dict) and "cast" in doc and "ana" in doc["cast"]]
    if not owners:
        return None
    rng.choice(owners)["cast"] = {**films.cast(rng), "joe": {"looks": words(rng)}}
    return "another cast"


def a_remark(rng, state):
    path = rng.choice(sorted(state["docs"]))
    state["remarks"][path] = rng.randrange(4)
    return f"lines move in {path}"


def an_order_of_keys(rng, state):
    shot = some_shot(rng, state)
    if shot is None:
        return None
    kept = list(shot.items())
    rng.shuffle(kept)
    shot.clear()
    shot.update(kept)
    return f"the order of keys of {name_of(shot)}"


# Takes and picks.

def takes(rng, state):
    shot = some_shot(rng, state, lambda s: isinstance(s.get("image"), str) or "prompt" in (s.get("image") or {}))
    if not shot:
        return None
    if isinstance(shot["image"], str):
        shot["image"] = {"prompt": shot["image"]}
    n = rng.randint(1, 4)
    shot["image"]["takes"] = n
    shot["image"]["pick"] = rng.choice([1, n, "auto", "ask"])
    return f"{n} takes of {name_of(shot)}"


def a_pick(rng, state):
    """By number, for more takes, by digest (of what was made last, which may be stale by now), or of no step."""
    path = "film.picks.yaml"
    doc = state["docs"].setdefault(path, {})
    if doc and rng.random() < 0.3:
        del doc[rng.choice(sorted(doc))]
        if not doc:
            del state["docs"][path]
        return "a pick goes"
    images = [f"{s[i]['id']}/{shot['shot']}/image" for s, i in scenes_of(state) if "id" in s[i] and "for" not in s[i]
              for shot in s[i]["shots"] if "shot" in shot and (isinstance(shot.get("image"), str) or "prompt" in shot.get("image", {}))]
    if not images:
        if not doc:
            del state["docs"][path]
        return None
    made = [(step, take, digest) for step, take, digest in state.get("made", []) if step in images]
    step = rng.choice(images)
    pick = rng.choice([{"take": 1}, {"take": 2, "takes": 2}, {"takes": 3}, {"take": 1, "note": "good"}])
    if made and rng.random() < 0.5:
        step, take, digest = rng.choice(made)
        pick = {"take": take, "is": digest, "takes": 4, **({"locked": True} if rng.random() < 0.3 else {})}
    doc[step] = pick
    return f"a pick {pick} for {step}"


# Order.

def a_transition_out_of_a_scene(rng, state):
    """Into the next, which stands in another file as often as not."""
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    shot = scenes[i]["shots"][-1]
    if shot.pop("transition", None) is None:
        shot["transition"] = rng.choice([{"dissolve": 0.5}, {"fade": 0.25}, {"wipe": 0.5}])
    return f"the transition out of {name_of(scenes[i])}: {shot.get('transition')}"


def order_of_shots(rng, state):
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    rng.shuffle(scenes[i]["shots"])
    return f"the order of shots of {name_of(scenes[i])}"


def order_of_scenes(rng, state):
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    rng.shuffle(scenes)
    return "the order of scenes in a file"


def a_scene_moves(rng, state):
    paths = parts_of(state)
    if len(paths) < 2:
        return None
    here, there = rng.sample(paths, 2)
    if not list_of(state, here):
        return None
    moved = list_of(state, here).pop(rng.randrange(len(list_of(state, here))))
    list_of(state, there).insert(0, moved)
    return f"scene {name_of(moved)} moves from {here} to {there}"


def a_shot_moves(rng, state):
    scenes, i = some_scene(rng, state)
    others, k = some_scene(rng, state)
    if scenes is None or len(scenes[i]["shots"]) < 2:
        return None
    moved = scenes[i]["shots"].pop()
    if "shot" in moved:
        moved["shot"] = fresh_name({s.get("shot") for s in others[k]["shots"]}, "m", rng)
    others[k]["shots"].append(moved)
    return f"a shot moves to {name_of(others[k])}"


# Names.

def a_name_of_a_shot(rng, state):
    shot = some_shot(rng, state, lambda s: "shot" in s)
    if not shot:
        return None
    old, new = shot["shot"], f"n{rng.randrange(40)}"
    shot["shot"] = new
    if rng.random() < 0.5:
        shot["was"] = old
        return f"shot {old} is called {new} and was {old}"
    shot.pop("was", None)
    return f"shot {old} is called {new}"


def a_name_of_a_scene(rng, state):
    found = [s[i] for s, i in scenes_of(state) if "id" in s[i]]
    if not found:
        return None
    scene = rng.choice(found)
    old, new = scene["id"], fresh_name(scene_names(state), "t", rng)
    scene["id"] = new
    if rng.random() < 0.5:
        scene["was"] = old
        return f"scene {old} is called {new} and was {old}"
    scene.pop("was", None)
    return f"scene {old} is called {new}"


def a_name_of_a_part(rng, state):
    paths = parts_of(state)
    if not paths:
        return None
    old = rng.choice(paths)
    new = f"scenes/{fresh_name([p[7:-5] for p in paths], 'p', rng)}.yaml"
    state["docs"][new] = state["docs"].pop(old)
    return f"{old} is called {new}"


# What comes and goes.

def a_shot(rng, state):
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    shots = scenes[i]["shots"]
    if len(shots) > 1 and rng.random() < 0.5:
        gone = shots.pop(rng.randrange(len(shots)))
        return f"shot {name_of(gone)} goes from {name_of(scenes[i])}"
    name = fresh_name({s.get("shot") for s in shots}, "k", rng)
    shots.insert(rng.randint(0, len(shots)), films.shot(rng, name, films.shots_of(state)))
    return f"shot {name} comes to {name_of(scenes[i])}"


def a_scene(rng, state):
    scenes, i = some_scene(rng, state)
    if scenes is None:
        return None
    if len(scenes) > 1 and rng.random() < 0.5:
        return f"scene {name_of(scenes.pop(i))} goes"
    scenes.insert(i, films.scene(rng, fresh_name(scene_names(state), "u", rng), state))
    return f"scene {name_of(scenes[i])} comes"


def a_part(rng, state):
    paths = parts_of(state)
    if len(paths) > 1 and rng.random() < 0.5:
        gone = rng.choice(paths)
        del state["docs"][gone]
        return f"{gone} goes"
    path = f"scenes/{fresh_name([p[7:-5] for p in paths], 'p', rng)}.yaml"
    state["docs"][path] = films.part(rng, state)
    return f"{path} comes"


def a_form_of_a_part(rng, state):
    paths = [p for p in parts_of(state) if list_of(state, p)]
    if not paths:
        return None
    path = rng.choice(paths)
    scenes = list_of(state, path)
    state["docs"][path] = rng.choice([scenes, {"scenes": scenes}, {"style": words(rng), "scenes": scenes},
                                      {"scenes": scenes, "cast": {"ida": {"looks": words(rng)}}},
                                      {"locations": {"roof": {"looks": "a flat roof"}}, "scenes": scenes}])
    return f"{path} has another form"


def an_include(rng, state):
    """A file includes another, or no longer does."""
    path = rng.choice(parts_of(state) + ["film.yaml"])
    doc = state["docs"][path]
    more = "more/more.yaml"
    if isinstance(doc, list):
        doc = state["docs"][path] = {"scenes": doc}
    own = "../more/*.yaml" if path != "film.yaml" else "more/*.yaml"
    include = doc.setdefault("include", [])
    if own in include:
        include.remove(own)
    else:
        include.append(own)
        if more not in state["docs"]:
            state["docs"][more] = [films.scene(rng, fresh_name(scene_names(state), "v", rng), state)]
    if not include:
        del doc["include"]
    return f"{path} includes {include}"


def a_bible(rng, state):
    if "project.yaml" in state["docs"] and rng.random() < 0.4:
        gone = state["docs"].pop("project.yaml")
        if "cast" in gone:
            state["docs"]["film.yaml"]["cast"] = gone["cast"]
        return "project.yaml goes"
    state["docs"].setdefault("project.yaml", {})[rng.choice(["style", "negative"])] = words(rng)
    return "the project says something"


# Hooks, presets and files.

def a_hook(rng, state):
    name = rng.choice(list(films.HOOKS))
    state["texts"]["film.lua"] = films.HOOKS[name]
    state["docs"]["film.yaml"]["hooks"] = "film.lua"
    return f"the hook: {name}"


def no_hook(rng, state):
    return "no hook" if state["docs"]["film.yaml"].pop("hooks", None) else None


def a_text(rng, state):
    path, text = rng.choice([("notes.txt", rng.choice(["dawn", "dusk", "night time"])), ("looks/night.lua", films.TEXTS["looks/night.lua"].replace(
        "night'", f"{rng.choice(THINGS)}'")), ("theme.txt", f"family: {rng.choice(['Inter', 'Serif'])}\n"),
        ("rows.csv", "id,what\none,a lamp\n" + rng.choice(["", f"two,{words(rng)}\n", "three,a well\nfour,a tram\n"]))])
    state["texts"][path] = text
    return f"{path} is other text"


def a_preset(rng, state):
    """Of the person, in the place of ours; or the remark of one, which decides nothing."""
    path = "presets/image/draft.yaml"
    kind = rng.choice(["goes", "about", "param"])
    text = films.PRESET.replace("preset: mine", "preset: draft")
    if kind == "goes":
        return "no preset in the place of ours" if state["config"].pop(path, None) else None
    now = state["config"].get(path, text)
    state["config"][path] = (now.replace("about: version", "about: version 1") if kind == "about" else
                             text.replace("grain: {default: 1}", f"grain: {{default: {rng.randrange(4)}}}"))
    return f"the person's preset: {kind}"


def a_preset_of_the_project(rng, state):
    path = "presets/image/mine.yaml"
    if path in state["texts"] and rng.random() < 0.3:
        del state["texts"][path]
        state["docs"]["film.yaml"].get("use", {}).pop("image", None)
        return "no preset of the project"
    state["texts"][path] = films.PRESET.replace("grain: {default: 1}", f"grain: {{default: {rng.randrange(4)}}}")
    state["docs"]["film.yaml"].setdefault("use", {})["image"] = "mine"
    state["trusted"] = rng.random() < 0.85
    return f"a preset of the project, {'and' if state['trusted'] else 'not'} trusted"


def an_asset(rng, state):
    path = rng.choice(sorted(state["assets"]))
    about = state["assets"][path]
    about[2] = abs(about[2]) + 1
    if about[0] != "png" and rng.random() < 0.5:
        about[1] += 1
    return f"{path} is another file"


def an_option(rng, state):
    """What is said on the command line, from here on."""
    state["options"] = rng.choice([[], [], ["--draft"], ["--use", "image=draft"], ["--use", "speak=stand-in"], ["tone=light"]])
    if state["options"] == ["tone=light"]:
        for path in state["films"]:
            state["docs"][path].update(params={"tone": "dark"}, style="in a ${tone} tone")
    return f"options: {' '.join(state['options']) or 'none'}"


# Mistakes.

def a_name_twice(rng, state):
    found = [s[i] for s, i in scenes_of(state)]
    if len(found) < 2:
        return None
    a, b = rng.sample(found, 2)
    key = "id" if "id" in a else "scene"
    if key not in a or "for" in a or "for" in b:
        return None
    b.pop("id", None)
    b[key] = a[key]
    return f"two scenes are called {a[key]}"


def a_word_that_is_none(rng, state):
    shot = some_shot(rng, state)
    if shot is None:
        return None
    key, value = rng.choice([("size", "huge"), ("location", "nowhere"), ("image", {"from": "s99/x"}), ("colour", "red"), ("seconds", "long"),
                             ("say", "NOBODY: Hello."), ("file", "none.png"), ("transition", {"dissolve": -1}), ("cast", ["nobody"])])
    shot[key] = value
    return f"{key} of {name_of(shot)} is wrong"


def a_file_that_is_none(rng, state):
    path = rng.choice(sorted(state["assets"]))
    if rng.random() < 0.5 and len(state["assets"]) > 1:
        del state["assets"][path]
        return f"{path} is gone"
    state["assets"][path][2] = -1
    return f"{path} is damaged"


def a_hook_that_fails(rng, state):
    state["texts"]["film.lua"] = 'local on = require "c41.on"\non.shot(function(shot)\n  shot.tail = shot.lens.x\nend)\n'
    return "the hook fails"


MISTAKES = ["a_name_twice", "a_word_that_is_none", "a_file_that_is_none", "a_hook_that_fails"]
EDITS = [
    (words_of_a_picture, 12), (another_picture, 4), (a_line, 6), (one_value_of_a_shot, 12), (one_value_of_a_scene, 6),
    (one_value_of_a_film, 5), (a_deliverable, 2), (a_title, 1), (a_character, 2), (a_remark, 3), (an_order_of_keys, 2), (takes, 4), (a_pick, 6),
    (a_transition_out_of_a_scene, 3), (order_of_shots, 3), (order_of_scenes, 2), (a_scene_moves, 3), (a_shot_moves, 2), (a_name_of_a_shot, 4), (a_name_of_a_scene, 4),
    (a_name_of_a_part, 3), (a_shot, 6), (a_scene, 5), (a_part, 5), (a_form_of_a_part, 3), (an_include, 2), (a_bible, 2), (a_hook, 3), (no_hook, 2),
    (a_text, 4), (a_preset, 3), (a_preset_of_the_project, 2), (an_asset, 4), (an_option, 3), (a_name_twice, 1), (a_word_that_is_none, 3),
    (a_file_that_is_none, 1), (a_hook_that_fails, 1)]


# Those that mostly stay within one file of scenes.
IN_A_PART = [words_of_a_picture, another_picture, a_line, one_value_of_a_shot, one_value_of_a_scene, takes, order_of_shots, order_of_scenes,
             a_name_of_a_shot, a_name_of_a_scene, a_shot, a_scene, a_transition_out_of_a_scene, an_order_of_keys]


def choose_in_a_part(rng):
    return rng.choice(IN_A_PART).__name__


def choose(rng):
    return rng.choices([edit for edit, _ in EDITS], [weight for _, weight in EDITS])[0].__name__


def apply(name, rng, state):
    """The state after an edit, and what it did; the old one stays as it is."""
    after = copy.deepcopy(state)
    did = globals()[name](rng, after)
    return (after, did) if did else (state, None)
