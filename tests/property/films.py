# SPDX-License-Identifier: MIT
"""Random films, as plain values: {"docs": {PATH: document}, "texts": {PATH: text}, "assets": {PATH: [kind, seconds,
version]}, "films": [PATH], "config": {PATH: text}}. JSON is YAML, so documents are written as such."""
import json

PREFIX = "project/"
THINGS = ["lamp", "boat", "gull", "kite", "house", "well", "tram", "cello", "door", "clock"]
MOODS = ["old", "red", "quiet", "wet", "bright", "broken", "small", "far"]
PEOPLE = ["ana", "joe"]
PLACES = ["deck", "hall"]
SIZES = ["wide", "medium", "close-up"]
MOVES = ["push-in", "pan-left", "static", "handheld"]
FACTS = {"png": {"type": "image", "width": 64, "height": 48}, "wav": {"type": "audio", "rate": 48000, "channels": 1},
         "mp4": {"type": "video", "width": 64, "height": 48, "fps": "24/1", "codec": "text", "reorder": 0}}
# By which the compiler knows what a file is.
HEADS = {"png": b"\x89PNG\r\n\x1a\n", "wav": b"RIFF    WAVE", "mp4": b"    ftypisom"}

HOOKS = {
    "none of shots": 'local on = require "c41.on"\n',
    "text of a file": 'local on = require "c41.on"\non.shot(function(shot)\n'
                      '  if shot.size == "wide" then shot.text = c41.read("notes.txt") end\nend)\n',
    "a global": 'local on = require "c41.on"\nWORDS = c41.read("notes.txt")\non.step(function(step)\n'
                '  if step.kind == "image" then step.params.negative = WORDS end\nend)\n',
    "a number": 'local on = require "c41.on"\nTAIL = #c41.read("notes.txt") / 10\non.shot(function(shot)\n'
                '  if shot.say and not shot.tail then shot.tail = TAIL end\nend)\n',
    "a module": 'local on = require "c41.on"\nlocal look = require "looks.night"\non.step(function(step)\n'
                '  if step.kind == "image" and type(step.params.prompt) == "string" then step.params.prompt = look(step.params.prompt) end\n'
                'end)\n',
    "scenes of a table": 'local on = require "c41.on"\non.film(function(film)\n'
                         '  for row in c41.csv(c41.read "rows.csv") do\n    film:add_scene {id = "row-" .. row.id, '
                         'shots = {{shot = "a", image = row.what, seconds = 1}}}\n  end\nend)\n',
}
TEXTS = {"notes.txt": "dusk", "looks/night.lua": "return function(words) return words .. ', at night' end\n",
         "rows.csv": "id,what\none,a lamp\ntwo,a boat\n", "theme.txt": "family: Inter\n"}
ASSETS = {"plate.png": ["png", 0, 1], "ana.wav": ["wav", 2, 1], "music.wav": ["wav", 9, 1], "foot.mp4": ["mp4", 3, 1]}
PRESET = "preset: mine\nkind: image\nabout: version 1\ndriver: draft\nparams: {prompt: {}, negative: {}, seed: {}, " \
         "pixels: {}, board: {}, grain: {default: 1}}\n"


def words(rng):
    return f"a {rng.choice(MOODS)} {rng.choice(THINGS)} {rng.randrange(40)}"


def fresh_name(taken, stem, rng):
    """A name that nobody has; which one is chance, so that order by name is not order of making."""
    free = [f"{stem}{n}" for n in range(30) if f"{stem}{n}" not in taken]
    return rng.choice(free)


def image(rng):
    made = rng.random()
    if made < 0.55:
        return words(rng)
    value = {"prompt": words(rng)}
    if made < 0.75:
        value["takes"] = rng.randint(2, 3)
        value["pick"] = rng.choice([1, 2, "auto"])
    if rng.random() < 0.3:
        value["negative"] = rng.choice(MOODS)
    if rng.random() < 0.2:
        value["seed"] = rng.randrange(5)
    for key, chance, made in (("edit", 0.2, [f"make it {rng.choice(MOODS)}"]), ("upscale", 0.1, True), ("references", 0.1, ["plate.png"]),
                              ("until", 0.1, {"score": 0.5, "at-most": 3})):
        if rng.random() < chance:
            value[key] = made
    if rng.random() < 0.08:
        value["prompt"] = {"write": words(rng), "preset": "stand-in"}
    return value


def video(rng):
    value = {"prompt": words(rng)}
    for key, chance, made in (("last", 0.3, words(rng)), ("retouch", 0.3, words(rng)), ("takes", 0.2, 2), ("speed", 0.2, 0.5)):
        if rng.random() < chance:
            value[key] = made
    return value if len(value) > 1 else value["prompt"]


def say(rng):
    who = rng.choice(PEOPLE + ["narrator"])
    if rng.random() < 0.5:
        return f"{who.upper()}: It was {words(rng)}.\n" + (f"JOE (V.O.): It was {words(rng)}.\n" if rng.random() < 0.3 else "")
    line = {who: f"We saw {words(rng)}."}
    if rng.random() < 0.4:
        line["direction"] = rng.choice(MOODS)
    if rng.random() < 0.2:
        line["line"] = "said"
    if rng.random() < 0.1:
        line["emotion"] = {"happy": 0.3}
    if rng.random() < 0.1:
        line["takes"] = 2
    return [line]


def shot(rng, name, near):
    """near: "SCENE/SHOT" of shots that there are already."""
    value = {"shot": name} if rng.random() < 0.9 else {}
    kind = rng.random()
    if kind < 0.1:
        value["card"] = words(rng)
    elif kind < 0.16:
        value["file"] = rng.choice(["plate.png", "foot.mp4"])
    elif kind < 0.2:
        value["image"] = {"file": "plate.png"}
    elif kind < 0.3 and near:
        value["image"] = {"from": rng.choice(near)}
        if rng.random() < 0.3:
            value["image"]["frame"] = "last"
    elif kind < 0.35 and near:
        value["image"] = {"from": "previous"}
    else:
        value["image"] = image(rng)
    if "card" not in value and "file" not in value and rng.random() < 0.2:
        value["video"] = video(rng)
    if rng.random() < 0.4:
        value["say"] = say(rng)
    if rng.random() < 0.6:
        value["seconds"] = rng.randint(1, 3)
    for key, chance, choices in (("size", 0.3, SIZES), ("move", 0.2, MOVES), ("sound", 0.1, THINGS), ("tail", 0.1, [0.2, -0.2]),
                                 ("note", 0.1, MOODS), ("location", 0.1, PLACES), ("text", 0.05, MOODS)):
        if rng.random() < chance:
            value[key] = rng.choice(choices)
    if rng.random() < 0.12:
        value["transition"] = rng.choice([{"dissolve": 0.5}, {"fade": 0.5}, {"wipe": 0.25}])
    if rng.random() < 0.05:
        value["lipsync"] = rng.choice([True, False])
    return value


def scene(rng, name, state):
    value = {"id": name}
    form = rng.random()
    if form < 0.15:
        value = {"scene": f"INT. {name.upper()} - {rng.choice(['DAY', 'NIGHT'])}"}
    elif form < 0.3:
        value["scene"] = f"EXT. {rng.choice(THINGS).upper()} - NIGHT"
    if rng.random() < 0.5:
        value["location"] = rng.choice(PLACES)
    for key, chance in (("sound", 0.15), ("style", 0.1)):
        if rng.random() < chance:
            value[key] = words(rng)
    if rng.random() < 0.15:
        value["all"] = rng.choice([{"seconds": 1}, {"move": "pan-left"}, {"size": "wide"}])
    near = shots_of(state)
    value["shots"] = [shot(rng, f"{'abcdef'[i]}", near) for i in range(rng.randint(1, 3))]
    if rng.random() < 0.1 and "id" in value:
        del value["id"]
        value["for"] = rng.choice(["rows.csv", [{"id": name, "what": words(rng)}, {"id": name + "x", "what": words(rng)}]])
        value.pop("scene", None)
        value["shots"][0]["image"] = "${what} again"
        for key in ("card", "file", "video"):
            value["shots"][0].pop(key, None)
    return value


def scenes_of(state):
    """(list, index) of every scene that is written anywhere."""
    lists = [doc if isinstance(doc, list) else doc.get("scenes", []) for doc in state["docs"].values()]
    return [(scenes, i) for scenes in lists for i in range(len(scenes))]


def scene_names(state):
    return {s[i].get("id") for s, i in scenes_of(state)}


def shots_of(state):
    """SCENE/SHOT of all that can be named so."""
    return [f"{s[i]['id']}/{shot['shot']}" for s, i in scenes_of(state) if "id" in s[i] and "for" not in s[i]
            for shot in s[i]["shots"] if "shot" in shot]


def has_choices(state):
    """Whether somebody may still owe a pick, or has made one that may lapse."""
    text = json.dumps(state["docs"])
    return '"ask"' in text or '"is"' in text


def part(rng, state):
    """An included file, in one of the forms that there are."""
    scenes = []
    for _ in range(rng.randint(1, 2)):
        scenes.append(scene(rng, fresh_name(scene_names(state) | {s.get("id") for s in scenes}, "s", rng), state))
    form = rng.random()
    if form < 0.6:
        return scenes
    return {"scenes": scenes} if form < 0.85 else {"style": words(rng), "scenes": scenes}


def music(rng, near):
    """near: as in shot(). Cues may name what is not there, or end before they begin."""
    cue = {"file": "music.wav"}
    if rng.random() < 0.3:
        cue["level"] = rng.choice([-20, -12])
    for key in ("from", "to"):
        if rng.random() < 0.4:
            cue[key] = rng.choice(near + ["a", "b"])
    return [cue, {"file": "music.wav"}] if rng.random() < 0.2 else [cue]


def deliver(rng):
    form = rng.random()
    if form < 0.35:
        value = [{"preset": "web", "each": "scene"}]
        if rng.random() < 0.5:
            value.append({"name": "shots", "preset": "web", "each": "shot", "subtitles": "none"})
        return value
    if form < 0.7:
        return ["web"]
    if form < 0.85:
        return [{"name": "parts", "preset": "web", "each": "scene"}, {"preset": "web", "subtitles": rng.choice(["sidecar", "burn"])}]
    return ["web", {"name": "upright", "preset": "reels", "fit": "crop", "subtitles": rng.choice(["none", "sidecar"])}]


def cast(rng):
    voice = rng.choice([{"design": "a dry voice"}, {"clone": "ana.wav"}, {"design": "warm", "direction": "amused"}])
    return {"ana": {"looks": "a pilot", "voice": voice}, "joe": {"looks": "an old man", "wardrobe": {"work": "overalls"}}}


def film(rng, title):
    doc = {"c41": 1, "title": title, "format": "64x48@24", "deliver": deliver(rng), "cast": cast(rng),
           "locations": {"deck": {"looks": "the open deck", "sound": "waves"}, "hall": {"looks": "a long hall"}}}
    for key, chance, value in (("style", 0.4, "ink on paper"), ("seed", 0.2, 3), ("handles", 0.2, 0.25), ("opens", 0.1, {"fade": 0.5}),
                               ("negative", 0.2, "text"), ("theme", 0.2, "theme.txt"), ("hooks", 0.45, "film.lua")):
        if rng.random() < chance:
            doc[key] = value
    if rng.random() < 0.5:
        doc["use"] = {kind: "stand-in" for kind in rng.sample(["image", "animate", "speak", "ambience", "judge", "edit", "lipsync"],
                                                               rng.randint(1, 4))}
    if rng.random() < 0.2:
        doc["params"] = {"tone": "dark"}
        doc["style"] = "in a ${tone} tone"
    if rng.random() < 0.2:
        doc["music"] = music(rng, [])
    return doc


def long_project(rng):
    """A film in many files that hold scenes and nothing else, as somebody writes who wants an edit to cost the edit. Files
    of the whole film are among what is handed out."""
    state = project(rng)
    film = state["docs"]["film.yaml"]
    while not any("each" not in d for d in film["deliver"]):
        film["deliver"] = deliver(rng)
    state["texts"]["film.lua"] = HOOKS[rng.choice([name for name in HOOKS if name != "scenes of a table"])]
    film["include"] = ["scenes/*.yaml"]
    for path in [p for p in state["docs"] if p.startswith("scenes/") and isinstance(state["docs"][p], dict)]:
        state["docs"][path] = state["docs"][path]["scenes"]
    for _ in range(rng.randint(2, 4)):
        name = fresh_name([p[7:-5] for p in state["docs"]], "p", rng)
        state["docs"][f"scenes/{name}.yaml"] = [scene(rng, fresh_name(scene_names(state), "s", rng), state)]
    return state


def project(rng):
    """A whole project: most are one film in several files."""
    state = {"docs": {"film.yaml": film(rng, "One")}, "films": ["film.yaml"], "texts": dict(TEXTS),
             "assets": {path: list(about) for path, about in ASSETS.items()}, "config": {}, "remarks": {}}
    state["texts"]["film.lua"] = HOOKS[rng.choice(list(HOOKS))]
    first = state["docs"]["film.yaml"]
    if rng.random() < 0.85:
        first["include"] = ["scenes/*.yaml"]
        for _ in range(rng.randint(2, 4)):
            state["docs"][f"scenes/{fresh_name([p[7:-5] for p in state['docs']], 'p', rng)}.yaml"] = part(rng, state)
    if "include" not in first or rng.random() < 0.3:
        first["scenes"] = []
        first["scenes"].append(scene(rng, fresh_name(scene_names(state), "s", rng), state))
    if rng.random() < 0.3:
        state["docs"]["project.yaml"] = {"style": words(rng)}
    if rng.random() < 0.2:
        state["docs"]["project.yaml"] = {"cast": first.pop("cast")}
    if rng.random() < 0.15:
        state["docs"]["other.yaml"] = {**film(rng, "Two"), "include": ["scenes/p*.yaml"],
                                       "scenes": [scene(rng, "alone", state)]}
        if not any(path.startswith("scenes/p") for path in state["docs"]):
            del state["docs"]["other.yaml"]["include"]
        state["films"].append("other.yaml")
    return state


def asset(kind, seconds, version):
    facts = {**FACTS[kind], **({"seconds": seconds} if kind != "png" else {})}
    if kind == "wav":
        facts["samples"] = seconds * 48000
    if kind == "mp4":
        facts["frames"] = seconds * 24
    told = f"\nfacts {json.dumps(facts, sort_keys=True)}" if version > 0 else "\ndamaged"
    return HEADS[kind] + f"{told}\nversion {version}\n".encode()


def files(state):
    """{path: bytes} of the project, and of the person's own settings below "../config"."""
    made = {path: ("#\n" * state["remarks"].get(path, 0) + json.dumps(doc, indent=1) + "\n").encode()
            for path, doc in state["docs"].items()}
    made.update({path: text.encode() for path, text in state["texts"].items()})
    made.update({path: asset(*about) for path, about in state["assets"].items()})
    made.update({f"../config/c41/{path}": text.encode() for path, text in state["config"].items()})
    return made
