# SPDX-License-Identifier: MIT
"""A project whose film trains a LoRA, a studio whose one service trains it, and the program that stands in for it."""
import json
import os
import pathlib
import re
import signal
import struct
import sys
import time
import zlib

import yaml

FAKES = pathlib.Path(__file__).resolve().parents[1] / "fakes"

FILM = """\
c41: 1
title: Boats
use: {train: trainer, image: z-image}
loras: {boat: {images: boats/, captions: files, trigger: b04t, base: z-image}}
scenes: [{id: a, shots: [{shot: b, image: {prompt: A boat, loras: [boat]}}]}]
"""


def grey_png(value, width=16, height=16):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes([value]) * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def until(what, wanted, patience=60):
    """Waits until something holds, and returns it."""
    end = time.monotonic() + patience
    while not (found := wanted()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)
    return found


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = pathlib.Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


class Trainer:
    """project: the film; work: the folder of the service; about: what the program tells of itself."""

    def __init__(self, make_project, folder, box=None):
        self.folder, self.box = folder, box
        self.about, self.work, self.gate = folder / "about", folder / "it's \"work\"", folder / "gate"
        self.about.mkdir()
        self.project = make_project({"film.yaml": FILM, "boats/one.txt": "a boat at dusk", "boats/two.txt": "'a' \"boat\"",
                                     "boats/one.png": grey_png(80), "boats/two.png": grey_png(160)})
        self.write_studio()
        self.write_preset()

    @property
    def place(self):
        return "box" if self.box else "this machine"

    def write_studio(self, config=None, **more):
        service = {"driver": "command", "work": str(self.work)}
        if self.box:
            service.update(over="ssh box", config=str(config or self.box.config))
        studio = {"c41": 1, "machines": {"gpu": {"services": {"trainer": service}}}, "presets": [str(self.folder / "presets")], **more}
        self.studio = self.folder / "studio.yaml"
        self.studio.write_text(yaml.safe_dump(studio))

    def write(self, name, preset):
        path = self.folder / "presets" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump({"preset": name, "driver": "command", **preset}, allow_unicode=True))

    def write_preset(self, *words, run=(), **more):
        program = [sys.executable, str(FAKES / "train.py"), "--dataset", "${work}/dataset.toml", "--output", "${output.lora}",
                   "--steps", "${steps}", "--rank", "${rank}", "--about", str(self.about), *map(str, words)]
        self.write("trainer", {
            "kind": "train",
            "family": "z-image",
            "params": {"image": {"required": True}, "caption": {}, "trigger": {}, "steps": {"default": 20}, "rank": {"default": 4}},
            "request": {
                "inputs": {"image": "data/", "caption": "data/"},
                "files": {"dataset.toml": 'image_directory = "${work}/data"\ntrigger = "${trigger}"\n'},
                "run": [*run, program],
                "progress": "steps",
            },
            "output": {"lora": {"file": "out/lora.safetensors"}},
            **more,
        })

    def args(self, *more):
        return ("film.yaml", "--only", "lora/*", "--studio", str(self.studio), *more)

    def build(self, *more, code=0):
        return self.project.build(*self.args(*more), code=code)

    def start(self, *more):
        return self.project.start("build", *self.args("--events", "-", *more))

    def told(self, name):
        path = self.about / name
        return path.read_text().split() if path.exists() else []

    @property
    def ran(self):
        """The ids of the processes that the program has been."""
        return list(map(int, self.told("ran")))

    def stop(self):
        """Nothing of a test that failed half-way is left."""
        for pid in [*self.ran, *map(int, self.told("children"))]:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)

    def dataset(self):
        return json.loads((self.about / "dataset").read_text().splitlines()[-1])

    def jobs(self):
        folder = self.work / "jobs"
        return sorted(folder.iterdir()) if folder.exists() else []

    def wait_for_run(self, n=1):
        until(f"the program runs for the {n}th time", lambda: len(self.ran) >= n)

    def log(self):
        return (self.jobs()[0] / ".c41/log").read_text()

    def wait_for_gate(self):
        """Half of the way, where the program waits."""
        self.wait_for_run()
        until("the program is half done", lambda: self.jobs() and re.search(r"10/20 \[", self.log()))


def check_lora(path, rank=4):
    data = path.read_bytes()
    (header,) = struct.unpack("<Q", data[:8])
    assert json.loads(data[8:8 + header])["lora.weight"]["shape"] == [rank] and len(data) == 8 + header + 4 * rank
