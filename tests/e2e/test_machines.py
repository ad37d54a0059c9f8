# SPDX-License-Identifier: MIT
"""Machines that come and go: each change is one line on the screen and in the events, and costs only its own work."""
import json
import re
import time
from dataclasses import dataclass

import pytest

from comfy import ComfyUI, film, studio, wait_for
from comfyui_engine import OUT_OF_MEMORY
from project import finish


@dataclass
class Case:
    """`happens` is called while the first of two prompts is held at the server, and lets it go on. `lines`: all that is said
    but for the steps that are done and the end; `states`: what the events say of the service; `sent`: prompts in all."""
    name: str
    happens: object
    lines: list
    states: list
    sent: int = 2
    again: int = 0           # attempts that failed for now
    code: int = 0
    made: int = 2
    known: bool = False      # such steps have been made before, so what is usual is known


def restart(room):
    room.server.restart()
    room.server.go_on()


def sleep_for(seconds):
    """The socket stays open, and nothing answers."""
    def happens(room):
        room.server.loop.call_soon_threadsafe(time.sleep, seconds)
        time.sleep(seconds)
        room.server.go_on()
    return happens


def dawdle(room):
    room.wait_for_state("slow")
    room.server.go_on()


def run_out_of_memory(times):
    def happens(room):
        room.server.engine.trouble.errors = [(None, *OUT_OF_MEMORY)] * times
        room.server.go_on()
    return happens


def be_replaced(room):
    """By another version under the same address: what waits there is lost with it."""
    port, classes = room.server.port, room.server.faults
    room.server.stop()
    room.server = ComfyUI(room.folder / "another", "0.3.64", port=port).start()
    room.server.faults = classes


LOST = r"again: a/s[01]/image: comfy on gpu has lost it: it was started again, or somebody took it out of its queue"
CASES = [
    Case("started again", restart, [LOST, LOST], [], sent=4, again=2),
    Case("asleep", sleep_for(25), [r"gpu/comfy: asleep: it has not answered for [2-5]\d s", "gpu/comfy: up"],
         [r"asleep: it has not answered for [2-5]\d s", "up"]),
    Case("slow", dawdle, [r"gpu/comfy: slow: a/s[01]/image has taken [2-5]\d.\d s, and others like it \d.\d+ s", "gpu/comfy: as fast as usual"],
         [r"slow: a/s[01]/image has taken [2-5]\d.\d s, and others like it \d.\d+ s", "as fast as usual"], known=True),
    Case("out of memory", run_out_of_memory(1),
         ["gpu/comfy: out of memory: its models are unloaded, and a/s[01]/image is tried once more"],
         ["out of memory: its models are unloaded, and a/s[01]/image is tried once more"], sent=3),
    Case("out of memory for good", run_out_of_memory(3),
         [r"gpu/comfy: out of memory: its models are unloaded, and a/s[01]/image is tried once more"] * 2 +
         [r"film.yaml:\d:\d+: error: a/s[01]/image: node \d \(\w+\): Allocation on device.*", r" +\d \| .*", r" +\| +\^~+",
          "help: the GPU of comfy on gpu has too little memory for this, .* ask for fewer pixels or seconds, or use a smaller preset",
          *[r"    \|   .*"] * 4],
         [r"out of memory: .*"] * 2, sent=4, code=1, made=1),
    Case("replaced", be_replaced, [LOST, LOST, "gpu/comfy: replaced: version 0.21.0 -> 0.3.64"], ["replaced: version 0.21.0 -> 0.3.64"],
         sent=2, again=2, known=True),
]


class Room:
    """A build with one server, which is held at its first prompt."""

    def __init__(self, make_project, folder):
        self.folder, self.server = folder, ComfyUI(folder / "server").start()
        self.project = make_project({"film.yaml": film(2), "studio.yaml": studio(self.server.url)})
        self.events = folder / "events"

    def learn(self):
        self.project.write("other.yaml", film(2).replace("a lamp", "a moon"))
        self.project.build("other.yaml", "--studio", "studio.yaml")
        self.server.accepted.clear()

    def begin(self):
        self.server.hold()
        self.running = self.project.start("build", "film.yaml", "--studio", "studio.yaml", "--to", "image", "--keep-going", "--events", str(self.events))
        wait_for(lambda: len(self.server.accepted) == 2 and self.server.engine.running)

    def told(self, *events):
        lines = self.events.read_text().split("\n")[:-1] if self.events.exists() else []
        return [e for e in map(json.loads, lines) if e["event"] in events]

    def wait_for_state(self, word):
        wait_for(lambda: any(word in e["state"] for e in self.told("service")))


@pytest.fixture
def room(make_project, tmp_path):
    room = Room(make_project, tmp_path)
    yield room
    room.server.stop()


def said(err):
    """The lines that are no step's that is done, nor the build's last."""
    return [line for line in err.splitlines() if not re.match(r"\[\d+/\d+\] |(built|failed|interrupted) in |out/", line)]


def check_lines(lines, patterns):
    """Each is there once; which of two that come at once is first, is chance."""
    left = list(lines)
    for pattern in patterns:
        found = [line for line in left if re.fullmatch(pattern, line)]
        assert found, f"no {pattern!r} in\n" + "\n".join(lines)
        left.remove(found[0])
    assert not left, "\n".join(left)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_machine(room, case):
    if case.known:
        room.learn()
    room.begin()
    case.happens(room)
    _, err = finish(room.running)
    assert room.running.returncode == case.code, err
    check_lines(said(err), case.lines)
    check_lines([e["state"] for e in room.told("service")], case.states)
    assert len([e for e in room.told("step-failed") if not e["final"]]) == case.again
    assert len(room.server.accepted) == case.sent
    assert len([e for e in room.told("step-done") if not e["cached"]]) == case.made


def start(room):
    room.running = room.project.start("build", "film.yaml", "--studio", "studio.yaml", "--to", "image", "--events", str(room.events))


def test_a_machine_that_is_down_and_comes_back(room):
    room.server.do(room.server.shut)
    start(room)
    room.wait_for_state("down")
    room.server.do(room.server.open)
    _, err = finish(room.running)
    check_lines(said(err), ["gpu/comfy: down: .*", "gpu/comfy: up"])
    check_lines([e["state"] for e in room.told("service")], ["down: .*", "up"])
    assert room.running.returncode == 0 and len(room.server.accepted) == 2


def test_a_machine_that_stays_down(room, tmp_path):
    """Another one does its work."""
    other = ComfyUI(tmp_path / "other").start()
    room.project.write("film.yaml", film(8))
    second = f'  other: {{services: {{comfy: {{driver: comfyui, url: "{other.url}"}}}}}}\nuse: '
    room.project.change("studio.yaml", "use: ", second)
    room.server.do(room.server.shut)
    start(room)
    _, err = finish(room.running)
    room.server.do(room.server.open)
    other.stop()
    check_lines(said(err), ["gpu/comfy: down: .*"])
    assert room.running.returncode == 0 and len(other.accepted) == 8
