# SPDX-License-Identifier: MIT
"""What the soak is played on: a long film of every sort of step, and two machines of fake services that keep account of
what they were asked."""
import functools
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/fakes"), str(ROOT / "tests/e2e")]

import comfyui_media  # noqa: E402
from aiohttp import web  # noqa: E402
from comfyui import ComfyUI  # noqa: E402
from ollama import Ollama  # noqa: E402
from openai import OpenAI  # noqa: E402
from speech import Speech  # noqa: E402

STEPS_A_SHOT = 7
SHOTS_A_SCENE = 8
SHOT = """\
      - shot: s{n}
        seconds: 0.5
        image: {{prompt: {{write: "picture {n}, in ten words", preset: {writer}}}}}
        video: it moves, number {n}
        say: {{narrator: "No. {n}."}}
"""
WRITER = """\
preset: {name}
kind: write
driver: {driver}
model: {model}
params: {{brief: {{required: true}}, seed: {{}}}}
request: {{model: "${{model}}", messages: [{{role: user, content: "${{brief}}"}}], seed: "${{seed}}"}}
"""
STUDIO = """\
c41: 1
patience: 3 min
machines:
  gpu:
    gpus: 1
    services:
      comfy: {{driver: comfyui, url: "{gpu}", stall: {stall} s}}
  mac:
    services:
      comfy:  {{driver: comfyui, url: "{mac}", stall: {stall} s}}
      llm:    {{driver: ollama, url: "{llm}", stall: {stall} s}}
      cloud:  {{driver: openai, url: "{cloud}", stall: {stall} s}}
      voices: {{driver: speech, url: "{voices}", dialect: mlx-audio, stall: {stall} s}}
use: {{write: here, image: small, animate: small-clip, speak: qwen3-tts}}
presets: [presets]
"""


def film(shots):
    lines = ["c41: 1", "title: Soak", "format: 64x36@12", "scenes:"]
    for n in range(shots):
        if n % SHOTS_A_SCENE == 0:
            lines += [f"  - id: scene-{n // SHOTS_A_SCENE}", "    shots:"]
        lines.append(SHOT.format(n=n, writer=["here", "afar"][n % 2]).rstrip())
    return "\n".join(lines) + "\n"


def write_presets(folder):
    folder.mkdir()
    for name, model in {"small": "stills", "small-clip": "clips"}.items():
        for path in (ROOT / "tests/fixtures/comfyui/presets").glob(f"{name}.*"):
            more = f"model: {model}\n" if path.suffix == ".yaml" else ""
            (folder / path.name).write_text(path.read_text() + more)
    for name, driver, model in [("here", "ollama", "gpt-oss:20b"), ("afar", "openai", "gpt-oss-20b")]:
        (folder / f"{name}.yaml").write_text(WRITER.format(name=name, driver=driver, model=model))


def encode_once():
    """Clips of one look are encoded once: it is the server that is tested with, not ffmpeg."""
    encode = comfyui_media.encode.__wrapped__

    @functools.lru_cache(maxsize=None)
    def plain(*arguments, ending):
        return encode("{}", *arguments, ending=ending)
    comfyui_media.encode = lambda graph_text, *arguments, ending: plain(*arguments, ending=ending)


class Account:
    """Every prompt that the ComfyUI servers took, by what it asks for. What was asked for before is judged by what became of
    that: `lost` when the server has no more of it, `spoilt` when it came to nothing, `twice` when it was there to be had."""

    def __init__(self):
        self.taken = {}  # what -> [(server, id, run)]
        self.again = {"lost": 0, "spoilt": 0, "twice": []}
        self.run = 0  # of c41

    @staticmethod
    def what(graph):
        nodes = {id: [node["class_type"], {k: v for k, v in node["inputs"].items() if k != "filename_prefix"}]
                 for id, node in graph.items()}
        return json.dumps(nodes, sort_keys=True)

    def take(self, server, data):
        before = self.taken.setdefault(self.what(data["prompt"]), [])
        if before:
            fate = before[-1][0].fate(before[-1][1])
            if fate == "twice":
                run = "the same run" if before[-1][2] == self.run else f"run {before[-1][2]}, which was ended"
                self.again["twice"].append(f"{data['prompt_id']} at {server.name} in run {self.run}, after {before[-1][1]} at "
                                           f"{before[-1][0].name} in {run}")
            else:
                self.again[fate] += 1
        before.append((server, data["prompt_id"], self.run))


class Accounted(ComfyUI):
    def __init__(self, name, account, folder):
        super().__init__(folder, step_seconds=0)
        self.name, self.account, self.lies, self.spoilt = name, account, 0, set()

    def fate(self, id):
        told = self.engine.history.get(id)
        if told:
            return "twice" if told["status"]["completed"] and told["outputs"] and id not in self.spoilt else "spoilt"
        known = [item[1] for item in [*self.engine.pending, *filter(None, [self.engine.running])]]
        return "twice" if id in known else "lost"

    async def post_prompt(self, request):
        response = await super().post_prompt(request)
        if response.status == 200:
            data = json.loads(await request.text())
            if self.accepted and self.accepted[-1].get("prompt_id") == data.get("prompt_id"):
                self.account.take(self, data)
                self.accepted[:] = self.accepted[-1:]
        return response

    async def view(self, request):
        self.requests.clear()  # an hour of them is of no use
        if self.lies:
            self.lies -= 1
            self.spoilt.add(request.query["filename"][:36])
            return web.Response(body=b"this is no picture", content_type="image/png")
        return await super().view(request)


class Stage:
    """Both machines. `comfies`, `chats` and `voices` are the fakes."""

    def __init__(self, folder):
        encode_once()
        self.folder, self.account = folder, Account()
        self.comfies = [Accounted(name, self.account, folder / f"server-{name}").start() for name in ("gpu", "mac")]
        self.voices = Speech()
        self.llm, self.cloud = Ollama().__enter__(), OpenAI().__enter__()
        self.llm.add("gpt-oss:20b")
        self.chats = {"/api/chat": self.llm, "/v1/chat/completions": self.cloud}
        write_presets(folder / "presets")

    def write_studio(self, stall):
        (self.folder / "studio.yaml").write_text(STUDIO.format(
            stall=stall, gpu=self.comfies[0].url, mac=self.comfies[1].url, llm=self.llm.url, cloud=self.cloud.url, voices=self.voices.url))

    def pace(self, seconds):
        for comfy in self.comfies:
            comfy.step_seconds = seconds

    @property
    def taken(self):
        return len(self.account.taken)

    def begin(self):
        """Forgets what a build has left in the servers' books and caches."""
        self.account.taken.clear()
        for comfy in self.comfies:
            comfy.restart()
        for other in (self.llm, self.cloud):
            other.asked.clear()
        self.voices.requests.clear()
