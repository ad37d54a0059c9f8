# SPDX-License-Identifier: MIT
"""A studio with a fake ComfyUI server in it, and films that need it."""
import json
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/fakes"))

from comfyui import ComfyUI  # noqa: E402
from faults import Fault  # noqa: E402, F401

PRESETS = ROOT / "tests/fixtures/comfyui/presets"
VERSIONS = ["0.3.64", "0.21.0"]

USE = {"image": "small", "animate": "small-clip", "ambience": "small-sound"}
STILL = "      - {{shot: s{0}, image: a lamp number {0}, seconds: 1}}\n"


def film(n=1, shots=None):
    """A film of n stills, or of these shots."""
    shots = shots if shots is not None else "".join(STILL.format(i) for i in range(n))
    return f"c41: 1\ntitle: Lamps\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n{shots}"


def studio(url, use=None, more="", services=None):
    """A studio file: the fake at url is `comfy` on `gpu`."""
    services = services or {"comfy": f"{{driver: comfyui, url: \"{url}\"{more}}}"}
    lines = "".join(f"      {name}: {text}\n" for name, text in services.items())
    uses = json.dumps({**USE, **(use or {})})
    return f"c41: 1\nmachines:\n  gpu:\n    services:\n{lines}use: {uses}\npresets: [{json.dumps(str(PRESETS))}]\n"


def prompts_of(fake):
    return [p["prompt"] for p in fake.accepted]


def wait_for(what, seconds=30):
    """Until what() is true; fails when it never is."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.02)


__all__ = ["ComfyUI", "Fault", "VERSIONS", "film", "prompts_of", "studio", "wait_for"]
