#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stands in for a program that trains LoRAs, as musubi-tuner does it: reads a dataset.toml, draws progress bars as tqdm
does, writes one .safetensors file. It waits where a test says so, and goes wrong as told."""
import argparse
import json
import os
import pathlib
import re
import signal
import struct
import subprocess
import sys
import time

PARSER = argparse.ArgumentParser()
PARSER.add_argument("--dataset")
PARSER.add_argument("--output")
PARSER.add_argument("--steps", type=int, default=20)
PARSER.add_argument("--rank", type=int, default=4)
PARSER.add_argument("--about", type=pathlib.Path, help="a folder: where a line is added to `ran` each time, and more")
PARSER.add_argument("--gate", type=pathlib.Path, help="half of the way it waits until this is there")
PARSER.add_argument("--fork", action="store_true", help="children of all sorts that do not end by themselves")
PARSER.add_argument("--code", type=int, default=0, help="how it ends, with words on stderr where that is not 0")
PARSER.add_argument("--say", default="CUDA out of memory", help="those words")
PARSER.add_argument("--leave", default="whole", choices=["whole", "none", "empty"], help="what it writes")
PARSER.add_argument("--fill", type=pathlib.Path, help="a file that grows until the disk is full")


def bar(title, n, total):
    """One more of the pictures that tqdm draws over each other."""
    cells = 10 * n // total
    sys.stderr.write(f"\r{title}: {100 * n // total:3d}%|{'█' * cells}{' ' * (10 - cells)}| {n}/{total} "
                     f"[00:{n % 60:02d}<00:{(total - n) % 60:02d},  3.43it/s, avr_loss=0.0812]")
    sys.stderr.flush()


def tell(about, name, text):
    with open(about / name, "a") as file:
        file.write(text + "\n")


IDLE = "import os, signal, sys, time\n{}\nopen(sys.argv[1], 'a').write(str(os.getpid()) + chr(10))\ntime.sleep(1000)"
CHILDREN = {
    "plain": "",
    "own group": "os.setpgid(0, 0)",
    "own session": "os.setsid()",
    "deaf": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "orphan": "os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0)",
}


def fork(about):
    for prelude in CHILDREN.values():
        subprocess.Popen([sys.executable, "-c", IDLE.format(prelude), about / "children"])
    while len((about / "children").read_text().split()) < len(CHILDREN) if (about / "children").exists() else True:
        time.sleep(0.01)


def wait_for(gate):
    while not gate.exists():
        time.sleep(0.01)


def fill(path):
    with open(path, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def read_dataset(path, about):
    """What the settings say and the folder has, for the test to look at."""
    settings = {name: json.loads(text) for name, text in re.findall(r'^(\w+) = (".*")$', pathlib.Path(path).read_text(), re.M)}
    folder = pathlib.Path(settings["image_directory"])
    tell(about, "dataset", json.dumps({"settings": settings, "files": {p.name: p.read_bytes().hex() for p in sorted(folder.iterdir())}}))


def lora(rank):
    header = json.dumps({"lora.weight": {"dtype": "F32", "shape": [rank], "data_offsets": [0, 4 * rank]}}).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + bytes(4 * rank)


def main():
    o = PARSER.parse_args()
    if o.about:
        tell(o.about, "ran", str(os.getpid()))
        tell(o.about, "environment", json.dumps(dict(os.environ)))
    if o.dataset:
        read_dataset(o.dataset, o.about)
    for n in range(3):
        bar("caching latents", n, 3)
    print("\n\x1b[32mrunning training\x1b[0m")
    if o.fork:
        fork(o.about)
    if o.fill:
        fill(o.fill)
    for n in range(1, o.steps + 1):
        bar("steps", n, o.steps)
        if o.gate and n == o.steps // 2:
            wait_for(o.gate)
    sys.stderr.write("\n")
    if o.code:
        sys.exit(f"RuntimeError: {o.say}") if o.code == 1 else (sys.stderr.write(o.say + "\n"), os._exit(o.code))
    if o.leave != "none":
        pathlib.Path(o.output).write_bytes(lora(o.rank) if o.leave == "whole" else b"")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
