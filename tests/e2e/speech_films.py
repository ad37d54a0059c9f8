# SPDX-License-Identifier: MIT
"""The film and the studio of the tests of speech."""
import base64

import pytest

from fakes.speech import Answer, Speech, wav  # noqa: F401


def film(ann="Ryan", text="Don't wait for me.", use="qwen3-tts", line=""):
    """Ann says one thing on a card."""
    return f"""\
c41: 1
title: Talk
format: 64x48@24
use: {{speak: {use}}}
cast:
  ann: {{voice: {ann}}}
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
presets: [presets]
"""


# A server of OpenAI's own kind, with a model of its own.
PLAIN = """\
preset: plain
kind: speak
driver: speech
params: {text: {required: true}, voice: {}, direction: {}, speed: {}}
request: {models: {named: gpt-4o-mini-tts}, voice: alloy}
"""


def base64_of(path):
    return base64.b64encode(path.read_bytes()).decode()


@pytest.fixture
def server():
    server = Speech()
    yield server
    server.close()


@pytest.fixture
def speak(make_project, server):
    """Builds a film as far as its voices. Returns the project and the build."""
    def build(dialect, code=0, service="", folder="project", **told):
        project = make_project({"film.yaml": film(**told), "cast/ann.wav": wav(4), "cast/cry.wav": wav(2),
                                "../presets/plain.yaml": PLAIN}, folder)
        more = service.replace("{PROJECT}", str(project.folder))
        (project.folder.parent / "studio.yaml").write_text(studio(server, dialect, more))
        return project, project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak", code=code)
    return build
