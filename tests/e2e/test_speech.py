# SPDX-License-Identifier: MIT
"""Films whose voices come from speech servers: every dialect's requests as they arrive there, what becomes of the
sound, and what happens when a server does not behave."""
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/fakes"))

import speech as fake  # noqa: E402
from speech import Speech  # noqa: E402



@pytest.fixture
def server():
    server = Speech()
    yield server
    server.close()


def film(ann="Ryan", text="Don't wait for me.", use="qwen3-tts", line="", more=""):
    """Ann says one thing on a card."""
    return f"""\
c41: 1
title: Talk
format: 64x48@24
use: {{speak: {use}}}
cast:
  ann: {{voice: {ann}{more}}}
scenes:
  - id: one
    shots:
      - shot: talk
        card: Talk
        say: [{{ann: "{text}"{line}}}]
"""


def studio(server, dialect, more=""):
    return f"""\
c41: 1
machines:
  mac:
    services:
      voices: {{driver: speech, url: "{server.url}", dialect: {dialect}{more}}}
"""


@pytest.fixture
def speak(make_project, server):
    """Builds a film as far as its voices. Returns the project and the build."""
    def build(dialect, code=0, files={}, service="", args=(), **told):
        project = make_project({"film.yaml": film(**told), "cast/ann.wav": fake.wav(4),
                                "cast/cry.wav": fake.wav(2), **files})
        (project.folder.parent / "studio.yaml").write_text(studio(server, dialect, service))
        args = ("--studio", "../studio.yaml", "--to", "speak", *args)
        return project, project.build("film.yaml", *args, code=code)
    return build


def test_two_speakers(make_project, server):
    server.answers["/v1/audio/voices"] = {"voices": ["ryan", "serena"], "uploaded_voices": []}
    project = make_project({"film.yaml": """\
c41: 1
title: Two
format: 64x48@24
use: {speak: qwen3-tts}
cast:
  ann: {voice: {name: Serena, language: en}}
  bob: {voice: {name: Ryan, direction: "low, dry"}, pronounce: {Siobhan: shih-VAWN}}
scenes:
  - id: one
    shots:
      - shot: talk
        card: Talk
        say: |
          ANN: Are you coming with us?
          BOB: Siobhan is not, and I am not.
"""})
    (project.folder.parent / "studio.yaml").write_text(studio(server, "vllm-omni"))
    build = project.build("film.yaml", "--studio", "../studio.yaml")
    speakers = {e["id"] for e in build.of("step-done") if e["kind"] == "speak"}
    assert speakers == {"one/talk/voice/ann-are-you", "one/talk/voice/bob-siobhan-is"}
    bodies = sorted((r["json"] for r in server.speech), key=lambda b: b["voice"])
    assert bodies == [
        {"input": "shih-VAWN is not, and I am not.", "voice": "ryan", "instructions": "low, dry", "language": "Auto",
         "response_format": "wav"},
        {"input": "Are you coming with us?", "voice": "serena", "language": "English", "response_format": "wav"}]
    assert len(server.of("/v1/audio/voices")) == 1
    assert project.check_store()
    assert not project.build("film.yaml", "--studio", "../studio.yaml").ran
