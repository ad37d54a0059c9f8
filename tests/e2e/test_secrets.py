# SPDX-License-Identifier: MIT
"""Secrets of a studio: they reach the server, and nothing else: no output, event, ledger, log, key or message."""
import base64
import sqlite3

import pytest
from aiohttp import web

from comfy import ComfyUI, film, studio

from served import Served

TOKEN, PASSWORD, KEY = "t0ken-of-the-gpu-41", "pa55word-of-mara-41", "k3y-of-the-proxy-41"
SECRETS = [TOKEN, PASSWORD, KEY, base64.b64encode(f"mara:{PASSWORD}".encode()).decode(),
           base64.b64encode(f"tom:{PASSWORD}".encode()).decode()]
WORDS = {"GPU_TOKEN": TOKEN, "MARA_PASSWORD": PASSWORD, "PROXY_KEY": KEY}
WAYS = {
    "token": (", token: {env: GPU_TOKEN}", "", f"Bearer {TOKEN}"),
    "login": (", login: {user: mara, password: {env: MARA_PASSWORD}}", "", f"Basic {SECRETS[3]}"),
    "address": ("", f"tom:{PASSWORD}@", f"Basic {SECRETS[4]}"),
}


def everything(project, *builds):
    """All that was said and written, by where it is."""
    for number, build in enumerate(builds):
        yield f"output {number}", (build.out + build.err).encode() if hasattr(build, "out") else \
            (build.stdout + build.stderr).encode()
    for path in project.folder.parent.rglob("*"):
        if path.is_file() and path.name != "studio.yaml" and "server" not in path.relative_to(project.folder.parent).parts[:1]:
            yield str(path), path.read_bytes()
    with sqlite3.connect(project.folder / ".c41/ledger.db") as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for row in db.execute(f"SELECT * FROM {table}"):
                yield f"ledger {table}", repr(row).encode()


def find_secrets(project, *builds):
    return [(where, secret) for where, text in everything(project, *builds) for secret in SECRETS if secret.encode() in text]


class Gossip(Served):
    """A server that says back whatever it was sent, in every way that servers do."""

    def routes(self):
        return [("GET", "/{rest:.*}", self.gossip), ("POST", "/{rest:.*}", self.gossip)]

    async def gossip(self, request, body):
        said = ", ".join(f"{k}: {v}" for k, v in request.headers.items())
        return web.json_response({"error": {"message": f"what do you want with {said}"}, "detail": said}, status=400)


@pytest.mark.parametrize("way", WAYS)
def test_they_arrive_and_are_kept_nowhere(make_project, tmp_path, way):
    more, before, sent = WAYS[way]
    server = ComfyUI(tmp_path / "server").start()
    url = server.url.replace("://", f"://{before}")
    project = make_project({"film.yaml": film(), "studio.yaml": studio(url, more=more + ", headers: {X-API-Key: {env: PROXY_KEY}}")})
    words = {"environment": WORDS}
    builds = [project.build("film.yaml", "--studio", "studio.yaml", "--explain", "-v", **words),
              project.run("studio", "--studio", "studio.yaml", "--json", **words),
              project.run("check", "film.yaml", "--studio", "studio.yaml", **words),
              project.run("show", "film.yaml", "a/s0/image", "--studio", "studio.yaml", **words),
              project.run("graph", "film.yaml", "--studio", "studio.yaml", **words),
              project.run("why", "film.yaml", "a/s0/image", "--studio", "studio.yaml", **words)]
    assert builds[0].ran
    for request in server.requests:
        told = {k.lower(): v for k, v in dict(request["headers"]).items()}
        assert told.get("authorization") == sent and told.get("x-api-key") == KEY, request
    assert find_secrets(project, *builds) == []
    server.stop()


@pytest.mark.parametrize("driver", ["comfyui", "ollama", "openai", "speech"])
@pytest.mark.parametrize("way", WAYS)
def test_what_a_server_says_back_is_struck_out(make_project, driver, way):
    more, before, _ = WAYS[way]
    dialect = ", dialect: openai" if driver == "speech" else ""
    kind, text = {"comfyui": ("image", "image: a lamp"), "ollama": ("write", "image: {prompt: {write: a lamp}}"),
                  "openai": ("write", "image: {prompt: {write: a lamp}}"), "speech": ("speak", "card: A\n        say: {narrator: Well.}")}[driver]
    preset = {"comfyui": "small", "ollama": "gpt-oss-20b", "openai": "chat", "speech": "qwen3-tts"}[driver]
    with Gossip() as server:
        url = server.url.replace("://", f"://{before}")
        project = make_project({
            "film.yaml": f"c41: 1\ntitle: Talk\nformat: 64x48@24\nscenes:\n  - id: a\n    shots:\n      - shot: b\n        {text}\n",
            "studio.yaml": studio("", use={kind: preset}, services={
                "x": f'{{driver: {driver}, url: "{url}"{dialect}{more}, headers: {{X-API-Key: {{env: PROXY_KEY}}}}}}'})})
        project.write("../presets/chat.yaml", "preset: chat\nkind: write\ndriver: openai\nmodel: m\nparams: {brief: {required: true}}\n"
                      'request: {model: "${model}", messages: [{role: user, content: "${brief}"}]}\n')
        project.change("studio.yaml", "presets: [", f'presets: ["{project.folder.parent}/presets", ')
        words = {"environment": WORDS}
        builds = [project.build("film.yaml", "--studio", "studio.yaml", "--to", kind, "-v", code=None, **words),
                  project.run("studio", "--studio", "studio.yaml", **words)]
        assert server.asked, "nobody asked"
        assert builds[0].end["failed"] == 1
        assert find_secrets(project, *builds) == []


def test_a_variable_that_is_not_set_is_named(make_project):
    project = make_project({"film.yaml": film(), "studio.yaml": studio("http://127.0.0.1:9", more=", token: {env: GPU_TOKEN}")})
    build = project.build("film.yaml", "--studio", "studio.yaml", code=2)
    assert "GPU_TOKEN, which is not set" in build.err
