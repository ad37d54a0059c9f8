# SPDX-License-Identifier: MIT
"""What `c41 studio` and `c41 check` say of speech servers, from what the servers say of themselves."""
import json
import pathlib

import pytest

import speech_films as films
from fakes.speech import Answer
from speech_films import server  # noqa: F401

FACTS = pathlib.Path(__file__).resolve().parents[1] / "fixtures/services"
LISTS = json.loads((FACTS / "speech-voices.json").read_text())["cases"]


def recorded(server, number=0):
    return [c["body"] for c in LISTS if c["server"] == server][number]


@pytest.fixture
def look(make_project, server):
    """What c41 studio tells of the one service."""
    def run(dialect, use="qwen3-tts"):
        project = make_project({"film.yaml": films.film(use=use), "../presets/plain.yaml": films.PLAIN})
        text = films.studio(server, dialect) + f"use: {{speak: {use}}}\n"
        path = project.folder.parent / "studio.yaml"
        path.write_text(text)
        done = project.run("studio", "--studio", path, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)["services"][0]
    return run


def test_mlx_audio(look, server):
    server.answers["/v1/models"] = recorded("mlx-audio", 1)
    told = look("mlx-audio")
    assert told["up"] and told["latency_ms"] >= 0
    assert told["models"] == {"speech": ["mlx-community/Qwen3-TTS-12Hz-1.7B-CustomVoice-bf16"]}
    assert "lacks" not in told, "models that are not loaded are loaded when they are asked for"
    assert not server.speech


def test_vllm_omni(look, server):
    server.answers["/v1/audio/voices"] = recorded("vllm-omni")
    told = look("vllm-omni")
    assert told["up"] and "mara" in told["voices"] and "lacks" not in told


def test_groxaxo(look, server):
    server.answers["/v1/voices"] = recorded("qwen3-tts-openai-fastapi")
    server.answers["/health"] = {"status": "healthy", "version": "0.1.0"}
    told = look("qwen3-tts-openai-fastapi")
    assert told["up"] and told["voices"] == ["Vivian", "alloy"] and told["version"] == "0.1.0"
    assert [row["what"] for row in told["lacks"]["qwen3-tts"]] == ["the voice Ryan, which is the preset's own"]


def test_index_tts(look, server):
    server.answers["/health"] = recorded("index-tts-vllm v2")
    told = look("index-tts-vllm", use="indextts2")
    assert told["up"] and "lacks" not in told and [r["path"] for r in server.requests] == ["/health"]


def test_model_that_is_not_there(look, server):
    server.answers["/v1/models"] = {"object": "list", "data": [{"id": "tts-1"}]}
    told = look("openai", use="plain")
    assert [row["what"] for row in told["lacks"]["plain"]] == ["the model gpt-4o-mini-tts"]
    assert "tts-1" in json.dumps(told["models"])


def test_dialect_that_cannot_do_what_the_preset_does(look, server):
    told = look("openai", use="indextts2")
    assert told["up"], "a server without a list of models is up"
    assert "has none" in told["lacks"]["indextts2"][0]["what"]


@pytest.mark.parametrize("status, says", [(503, "Model not loaded"), (401, "Model not loaded"), (500, "500")])
def test_server_that_is_not_well(look, server, status, says):
    server.answers["/health"] = Answer({"detail": "Model not loaded"}, status=status)
    told = look("faster-qwen3-tts")
    assert not told["up"] and says in told["error"]


def test_unknown_dialect(look, server):
    told = look("kokoro")
    assert not told["up"] and "mlx-audio" in told["error"] and not server.requests


def test_check_tells_what_the_film_lacks(make_project, server):
    server.answers["/v1/models"] = {"object": "list", "data": [{"id": "tts-1"}]}
    project = make_project({"film.yaml": films.film(use="plain"), "../presets/plain.yaml": films.PLAIN})
    (project.folder.parent / "studio.yaml").write_text(films.studio(server, "openai"))
    done = project.run("check", "film.yaml", "--studio", "../studio.yaml")
    assert "gpt-4o-mini-tts" in done.stderr and done.returncode != 0, done.stderr
    assert not server.speech
