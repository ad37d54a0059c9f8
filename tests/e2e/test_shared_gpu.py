# SPDX-License-Identifier: MIT
"""Two services on a machine of one GPU: they take turns, and the model of one leaves before the other loads its own."""
import pytest

from comfy import ComfyUI
from ollama import Ollama

STUDIO = """c41: 1
machines:
  gpu:
    gpus: 1
    services:
      llm:   {{driver: ollama, url: "{llm}"}}
      comfy: {{driver: comfyui, url: "{comfy}"}}
use: {{write: gpt-oss-20b, image: z-image}}
"""
SHOT = "      - {{shot: s{0}, image: {{prompt: {{write: a lamp in {0} words}}}}, seconds: 1}}\n"
FILM = "c41: 1\ntitle: Lamps\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n" + "".join(SHOT.format(i) for i in range(2, 5))


@pytest.fixture
def servers(tmp_path):
    comfy = ComfyUI(tmp_path / "server", "0.21.0", step_seconds=0.02).start()
    with Ollama() as llm:
        llm.add("gpt-oss:20b", ["completion", "thinking"])
        yield llm, comfy
    comfy.stop()


def test_one_after_the_other(make_project, servers):
    llm, comfy = servers
    project = make_project({"film.yaml": FILM, "studio.yaml": STUDIO.format(llm=llm.url, comfy=comfy.url)})
    build = project.build("film.yaml", "--studio", "studio.yaml")
    begun = {e["id"]: e["t"] for e in build.of("step-start") if e["machine"] == "gpu"}
    spans = [(begun[e["id"]], e["t"], e["kind"]) for e in build.of("step-done") if e["id"] in begun]
    written, drawn = [s for s in spans if s[2] == "write"], [s for s in spans if s[2] == "image"]
    assert len(written) == len(drawn) == 3
    assert not any(w[0] < i[1] and i[0] < w[1] for w in written for i in drawn), "never both at once"
    assert max(w[1] for w in written) <= min(i[0] for i in drawn), "the model is changed once"
    assert [(b["model"], b["keep_alive"]) for b in llm.bodies("/api/generate")] == [("gpt-oss:20b", 0)]
