# SPDX-License-Identifier: MIT
"""The fake ComfyUI against the recordings of real ones: the same requests get the same answers, to the byte but for
times, ids that the server makes and running numbers; sockets hear the same, in the same order."""
import asyncio
import base64
import json
import re

import aiohttp
import pytest

from comfy import ROOT, VERSIONS, ComfyUI

TRANSCRIPTS = ROOT / "tests/fixtures/comfyui/transcripts"
HEADERS = ("Content-Type", "Server", "Accept-Ranges", "Content-Disposition")

# Requests by note that need nodes which the fake does not run, or Python's own words.
BEYOND = {"wrong type on a link", "link to a node that does not exist", "link to an output slot that does not exist",
          "image file not on the server", "node's own validation says no", "node without inputs key", "cycle",
          "model file not on the server (empty list)", "JSON instead of multipart", "slash in the file name: the folder is not made",
          "image is a plain field", "the choices list holds only the files at the top of the input folder"}
RUNS = ["normal_run", "cached_rerun"]
ANSWERS = ["validation_errors", "upload_image"]


def plain(value):
    """A body without what differs from run to run."""
    for node in (value.get("node_errors", {}).values() if isinstance(value, dict) else ()):
        node["errors"].sort(key=lambda e: e["type"])  # they come in no fixed order
    for entry in (value.values() if isinstance(value, dict) else ()):
        if isinstance(entry, dict) and "outputs" in entry:  # neither do outputs
            entry.update(outputs=dict(sorted(entry["outputs"].items())), meta=dict(sorted(entry["meta"].items())))
            entry["prompt"][4].sort()
    text = re.sub("ComfyUI_temp_[a-z]{5}", "ComfyUI_temp_onpsc", json.dumps(value))
    text = re.sub(r'"(timestamp|create_time)": \d+', r'"\1": 0', text)
    text = re.sub(r'"number": -?[0-9.]+', '"number": 0', text)
    text = re.sub(r'\[-?\d+(\.\d+)?, "([0-9a-f-]{36}|[^"]*)", \{', r'[0, "\2", {', text)
    return text


def entries(version, name):
    return json.loads((TRANSCRIPTS / f"v{version}" / f"{name}.json").read_text())


class Replay:
    def __init__(self, fake, recorded):
        self.fake, self.recorded, self.ids = fake, recorded, {}
        self.sockets, self.heard, self.wrong = {}, {}, []

    def renamed(self, text):
        for theirs, ours in self.ids.items():
            text = text.replace(theirs, ours)
        return re.sub("ComfyUI_temp_[a-z]{5}", "ComfyUI_temp_onpsc", text)

    def answer(self, request):
        return next(e for e in self.recorded if e["direction"] == "s2c" and e.get("id") == request["id"])

    async def ask(self, session, request):
        body, form = None, None
        if "form" in request:
            form = aiohttp.FormData(quote_fields=False)
            for part in request["form"]:
                if "filename" in part:
                    form.add_field(part["name"], base64.b64decode(part["base64"]), filename=part["filename"], content_type=part["content_type"])
                else:
                    form.add_field(part["name"], part["value"])
        elif "body" in request:
            body = json.dumps(request["body"])
        async with session.request(request["method"], self.fake.url + self.renamed(request["path"]), data=form or body) as done:
            return done.status, done.headers, await done.read()

    def compare(self, request, status, headers, got):
        wanted = self.answer(request)
        where = f"{request['method']} {request['path']} {request.get('note', '')}"
        if status != wanted["status"]:
            self.wrong.append(f"{where}: {status}, not {wanted['status']}")
            return
        for name in HEADERS:
            told = self.renamed(wanted["headers"].get(name, ""))
            if told and headers.get(name) != told:
                self.wrong.append(f"{where}: {name}: {headers.get(name)}, not {told}")
        if "body" in wanted:
            ours = json.loads(got)
            assert json.dumps(ours) == got.decode(), "not spelt as Python's json.dumps does"
            if isinstance(ours, dict) and "prompt_id" in ours:
                self.ids[wanted["body"]["prompt_id"]] = ours["prompt_id"]
            if plain(ours) != self.renamed(plain(wanted["body"])):
                self.wrong.append(f"{where}:\n  {plain(ours)}\n  {plain(wanted['body'])}")
        elif "base64" not in wanted and "text" not in wanted and got:
            self.wrong.append(f"{where}: {got[:80]!r}, and not nothing")

    async def listen(self, name, socket):
        async for message in socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                self.heard.setdefault(name, []).append(json.loads(message.data))

    async def idle(self):
        while self.fake.engine.remaining:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)

    async def go(self):
        async with aiohttp.ClientSession() as session:
            for i, entry in enumerate(self.recorded):
                if entry["direction"] != "c2s":
                    continue
                if entry["channel"] == "ws" and entry["opcode"] == "handshake":
                    socket = await session.ws_connect(self.fake.url + entry["path"])
                    self.sockets[entry["conn"]] = socket, asyncio.ensure_future(self.listen(entry["conn"], socket))
                    await asyncio.sleep(0.05)
                elif entry["channel"] == "http" and entry.get("note", "") not in BEYOND and "/history?" not in entry["path"]:
                    if entry["path"].startswith(("/history/", "/view")) or "the second time" in entry.get("note", ""):
                        await self.idle()
                    self.compare(entry, *await self.ask(session, entry))
            await self.idle()
            for socket, listener in self.sockets.values():
                await socket.close()
                listener.cancel()


def order(messages):
    """What a socket heard of nodes and prompts: kind, node, and whether a node has ended. Counts of the queue and steps
    within a node come as fast as the machine is."""
    lines = []
    for m in messages:
        data = m["data"]
        if m["type"] in ("status", "progress"):
            continue
        if m["type"] == "progress_state":
            last = list(data["nodes"].values())[-1]
            line = (m["type"], last["node_id"], last["state"])
        else:
            line = (m["type"], data.get("node"), json.dumps(data.get("output")), json.dumps(sorted(data.get("nodes", []))))
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines


@pytest.fixture(params=VERSIONS)
def server(request, tmp_path):
    fake = ComfyUI(tmp_path / "server", request.param, step_seconds=0.05, most_steps=1000).start()
    fake.classes.missing.add("NoSuchNodeClass")
    yield fake
    fake.stop()


@pytest.mark.parametrize("name", RUNS + ANSWERS)
def test_answers_are_those_recorded(server, name):
    replay = Replay(server, entries(server.version, name))
    asyncio.run(replay.go())
    assert not replay.wrong, "\n".join(replay.wrong[:5])


@pytest.mark.parametrize("name", RUNS)
def test_sockets_hear_what_was_recorded(server, name):
    recorded = entries(server.version, name)
    replay = Replay(server, recorded)
    asyncio.run(replay.go())
    for conn in replay.heard:
        wanted = [e["body"] for e in recorded if e["direction"] == "s2c" and e.get("conn") == conn and e["opcode"] == "text"]
        assert order(replay.heard[conn]) == order(wanted), conn
