# SPDX-License-Identifier: MIT
"""Films whose words come from a language model, and studios with a fake of its server."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests/fixtures/services"
sys.path.append(str(ROOT / "tests/fakes"))

WORDS = "a/b/image/words"

FILM = """\
c41: 1
title: Platform
format: 64x36@12
scenes:
  - id: a
    shots:
      - shot: b
        image:
          write: "{brief}"
{more}
        seconds: 0.5
"""

SCHEMA = """\
          schema:
            type: object
            properties:
              shots:
                type: array
                minItems: 1
                items:
                  type: object
                  properties: {size: {enum: [wide, close]}, seconds: {type: number, minimum: 1}}
                  required: [size, seconds]
            required: [shots]"""

SCHEMA_JSON = {
    "type": "object",
    "properties": {"shots": {"type": "array", "minItems": 1, "items": {
        "type": "object",
        "properties": {"size": {"enum": ["wide", "close"]}, "seconds": {"type": "number", "minimum": 1}},
        "required": ["size", "seconds"]}}},
    "required": ["shots"],
}

PRESET = """\
preset: writer
kind: write
driver: {driver}
model: {model}
params:
  brief: {{required: true}}
  schema: {{}}
  seed: {{}}
request:
  model: ${{model}}
  think: low
  messages:
    - {{role: system, content: You write for a film.}}
    - {{role: user, content: "${{brief}}"}}
  format: ${{schema}}
  options: {{seed: "${{seed}}", temperature: 0.2{options}}}
needs: {{models: {{{driver}: ["{model}"]}}}}
"""

LOOKER = """\
preset: looker
kind: {kind}
driver: {driver}
model: {model}
params:
  brief: {{default: ""}}
  prompt: {{default: ""}}
  {input}: {{required: true}}
request:
  model: ${{model}}
  messages:
    - {{role: user, content: "Look at this: ${{brief}}${{prompt}}", images: ["${{{input}}}"]}}
{format}
"""

SCORES = """\
  format:
    type: object
    properties: {score: {type: number, minimum: 0, maximum: 1}, reason: {type: string}}
    required: [score, reason]"""


def film(brief="A platform in the rain", schema=False, more=""):
    return FILM.format(brief=brief, more="\n".join(filter(None, [SCHEMA if schema else "", more])))


class Chats:
    """A project and a studio whose words come from the fake server."""

    def __init__(self, make_project, folder, server, driver="ollama", model="gpt-oss:120b", service="", options="",
                 text=None, files={}, presets={}):
        self.server, self.route = server, "/api/chat" if driver == "ollama" else "/v1/chat/completions"
        self.studio = folder / "studio/studio.yaml"
        (folder / "studio/presets").mkdir(parents=True)
        texts = {"writer": PRESET.format(driver=driver, model=model, options=options)}
        for kind, input in (("caption", "image"), ("judge", "take")):
            texts[f"{kind}/looker"] = LOOKER.format(kind=kind, driver=driver, input=input, format=SCORES * (kind == "judge"),
                                                    model="qwen3-vl:32b" if driver == "ollama" else "qwen3-vl-8b")
        for name, preset in {**texts, **presets}.items():
            path = folder / f"studio/presets/{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(preset)
        self.studio.write_text(
            "c41: 1\nmachines:\n  mac:\n    services:\n"
            f"      words: {{driver: {driver}, url: \"{server.url}\"{service}}}\n"
            "use: {write: writer, caption: looker, judge: looker, image: draft, animate: draft}\npresets: [presets]\n")
        self.project = make_project({"film.yaml": text or film(), **files})

    def build(self, *args, code=0, **more):
        return self.project.build("film.yaml", "--studio", self.studio, *(args or ("--to", "write")), code=code, **more)

    def asked(self):
        """The bodies of what the model was asked."""
        return self.server.bodies(self.route)

    def trouble(self, *troubles):
        self.server.trouble(self.route, *troubles)

    def words(self, build, step=WORDS):
        return build.output(step).read_text(encoding="utf-8")


