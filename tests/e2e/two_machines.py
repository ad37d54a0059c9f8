# SPDX-License-Identifier: MIT
"""A small film on two machines, words and voices by one, pictures and clips by the other; and what must hold after any
trouble: each prompt went to the ComfyUI server once, and what is left is what an undisturbed build leaves."""
import collections
import contextlib
import json
import shutil
import sqlite3
import time

import pytest

from comfy import PRESETS, ComfyUI
from crash import check_ledger
from fakes.speech import Speech
from ollama import Ollama

STUDIO = ("film.yaml", "--studio", "studio.yaml")

FILM = """\
c41: 1
title: Two
format: 128x72@12
cast:
  ann: {voice: Ryan}
scenes:
  - id: one
    shots:
      - {shot: a, image: {prompt: {write: a house in ten words}}, seconds: 0.5, say: {ann: "One."}}
      - {shot: b, image: a tree, seconds: 0.5, video: the tree bends}
      - {shot: c, image: a road, seconds: 0.5}
"""


def studio(mac, comfy, presets):
    return json.dumps({"c41": 1, "patience": "60 s", "presets": [presets],
                       "machines": {"mac": {"services": mac},
                                    "gpu": {"gpus": 1, "services": {"comfy": {"driver": "comfyui", "url": comfy.url}}}},
                       "use": {"write": "gpt-oss-20b", "speak": "qwen3-tts", "image": "small", "animate": "small-clip"}})


def kept(project):
    """The store, where names are digests, and what was handed out."""
    return {str(path.relative_to(project.folder)): b"" if top == ".c41/store" else path.read_bytes()
            for top in (".c41/store", "out") for path in (project.folder / top).rglob("*") if path.is_file()}


def content_of(prompt):
    """What a prompt asks for: all but what its files are called."""
    nodes = {id: [node["class_type"], {k: v for k, v in node["inputs"].items() if k != "filename_prefix"}]
             for id, node in prompt["prompt"].items()}
    return json.dumps(nodes, sort_keys=True)


@pytest.fixture(scope="module")
def mac():
    """The services of the machine that is never in trouble."""
    voices = Speech()
    with Ollama() as llm:
        llm.add("gpt-oss:20b", ["completion", "thinking"])
        yield {"llm": {"driver": "ollama", "url": llm.url},
               "voices": {"driver": "speech", "url": voices.url, "dialect": "mlx-audio"}}
    voices.close()


class Stage:
    """A project and a ComfyUI server of its own."""

    def __init__(self, make_project, tmp_path, mac, name):
        self.comfy = ComfyUI(tmp_path / f"server-{name}", step_seconds=0.02).start()
        self.project = make_project({"film.yaml": FILM, "studio.yaml": studio(mac, self.comfy, str(PRESETS))}, name)
        self.events = self.project.folder.parent / f"{name}.jsonl"
        self.lost = collections.Counter()

    def start(self):
        return self.project.start("build", *STUDIO, "--events", self.events)

    def said(self, event):
        text = self.events.read_text() if self.events.exists() else ""
        return f'"event":"{event}"' in text

    def asked(self):
        return self.comfy.paths("GET").count("/queue")

    def restart(self, down_seconds=0.0):
        """What had come and has saved nothing is lost."""
        self.comfy.do(self.comfy.shut)
        saved = {path.name[:36] for path in (self.comfy.folder / "output").rglob("*") if path.is_file()}
        self.lost.update(content_of(p) for p in self.comfy.accepted if p["prompt_id"] not in saved)
        time.sleep(down_seconds)
        self.comfy.do(self.comfy.reopen)

    def close(self):
        for fault in self.comfy.faults:
            fault.lost = True
            fault.go.set()
        self.comfy.stop()
        shutil.rmtree(self.comfy.folder)
        shutil.rmtree(self.project.folder)


def check(stage, running, undisturbed, where):
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, f"{where}\n{err}"
    prompts = collections.Counter(map(content_of, stage.comfy.accepted))
    wrong = {text: n for text, n in prompts.items() if n != 1 + stage.lost[text]}
    assert not wrong, f"{where}: {wrong}, lost {stage.lost}\n{err}"
    assert set(prompts) == undisturbed.contents, where
    assert kept(stage.project) == undisturbed.whole, where
    check_ledger(stage.project)
    with contextlib.closing(sqlite3.connect(stage.project.folder / ".c41/ledger.db")) as db:
        assert not db.execute("SELECT * FROM in_flight").fetchall(), where
    assert stage.project.run("verify").returncode == 0, where


class Undisturbed:
    """What a build does that nobody disturbs."""

    def __init__(self, make_project, tmp_path, mac):
        stage = Stage(make_project, tmp_path, mac, "undisturbed")
        began = time.monotonic()
        stage.project.build(*STUDIO)
        self.seconds, self.whole = time.monotonic() - began, kept(stage.project)
        self.contents = set(map(content_of, stage.comfy.accepted))
        self.requests = len([path for path in stage.comfy.paths() if not path.startswith("/ws")])
        assert len(self.contents) == len(stage.comfy.accepted) == 4
        stage.close()
