# SPDX-License-Identifier: MIT
"""Faults, drawn at random from a seed: of the wire, of what runs on the servers, of the servers themselves, and of c41."""
import random
import signal
import threading
import time
from collections import Counter

from comfyui_engine import OUT_OF_MEMORY
from faults import Fault
from served import Trouble
from speech import Answer, wav

BROKEN = ["gone", 500, 502, 503]
WIRE = [*BROKEN, "lost", "late-500", "head", "cut", "longer", "shorter", "empty", "slow"]
ROUTES = {"/ws": BROKEN, **dict.fromkeys(["/prompt", "/view", "/history", "/queue", "/upload", "/system_stats"], WIRE)}


class Storm:
    """Faults come at random instants, `often` seconds apart on the average, until it is over."""

    def __init__(self, stage, seed, often):
        self.stage, self.chance, self.often = stage, random.Random(seed), often
        self.done, self.over = Counter(), threading.Event()
        self.process, self.log, self.begun = None, [], time.monotonic()
        self.kinds = [(30, self.wire), (12, self.chat), (8, self.voice), (10, self.out_of_memory), (10, self.deleted), (4, self.interrupted),
                      (5, self.deaf), (5, self.shuffled), (8, self.drop_sockets), (4, self.forgotten), (4, self.silent), (5, self.restart),
                      (3, self.chat_restart), (4, self.hold), (3, self.lie), (4, self.asleep)]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()

    def end(self):
        self.over.set()
        self.thread.join()
        for comfy in self.stage.comfies:
            comfy.faults.clear()
            comfy.do(self.calm, comfy)

    @staticmethod
    def calm(comfy):
        trouble = comfy.engine.trouble
        trouble.errors, trouble.deaf, trouble.shuffled, trouble.no_history, trouble.silent = [], False, False, 0, 0
        comfy.engine.hold.set()

    def run(self):
        weights = [weight for weight, _ in self.kinds]
        while not self.over.wait(self.chance.expovariate(1 / self.often)):
            kind = self.chance.choices(self.kinds, weights)[0][1]
            comfy = self.chance.choice(self.stage.comfies)
            self.done[kind.__name__] += 1
            self.log.append(f"{time.monotonic() - self.begun:.2f} {kind.__name__} {comfy.name} {kind(comfy) or ''}")

    def later(self, seconds, undo):
        if not self.over.wait(seconds):
            undo()

    # The wire.

    def wire(self, comfy):
        comfy.faults[:] = [f for f in comfy.faults if f.hits < f.times]
        route, ways = self.chance.choice(list(ROUTES.items()))
        what = self.chance.choice(ways)
        after = self.chance.randint(0, 2000) if what == "cut" else self.chance.uniform(0, 0.3)
        comfy.faults.append(Fault(route, what, times=self.chance.randint(1, 3), after=after))
        return f"{route} {what} x{comfy.faults[-1].times}"

    def chat(self, _):
        route, server = self.chance.choice(list(self.stage.chats.items()))
        server.trouble(route, self.chance.choice([
            Trouble(status=500), Trouble({"error": "overloaded"}, status=503), Trouble(b"{", cut=90), Trouble(b"<html>", type="text/html"),
            Trouble(b'{"message"', length=500)]))

    def voice(self, _):
        self.stage.voices.script.append(self.chance.choice([
            Answer({"detail": "busy"}, 503), Answer(wav(1), cut=200), Answer(wav(1), length=10 ** 6), Answer(b"", 500), Answer(wav(1), 502),
            Answer(wav(0.3), wait=1.5, cut=100)]))

    # What runs there.

    def out_of_memory(self, comfy):
        comfy.do(comfy.engine.trouble.errors.append, (None, *OUT_OF_MEMORY))

    def deleted(self, comfy):
        def delete():
            waiting = [item[1] for item in comfy.engine.pending]
            comfy.engine.delete(waiting[:1])
        comfy.do(delete)

    def interrupted(self, comfy):
        comfy.interrupt()

    def deaf(self, comfy):
        comfy.engine.trouble.deaf = True
        self.later(self.chance.uniform(0.5, 4), lambda: setattr(comfy.engine.trouble, "deaf", False))

    def shuffled(self, comfy):
        comfy.engine.trouble.shuffled = True
        self.later(self.chance.uniform(0.5, 4), lambda: setattr(comfy.engine.trouble, "shuffled", False))

    def drop_sockets(self, comfy):
        comfy.drop_sockets()

    def forgotten(self, comfy):
        comfy.engine.trouble.no_history += 1

    def silent(self, comfy):
        comfy.engine.trouble.silent += 1

    def lie(self, comfy):
        comfy.lies += 1

    # The machines.

    def restart(self, comfy):
        comfy.restart(down_seconds=self.chance.uniform(0, 4))

    def hold(self, comfy):
        comfy.hold()
        self.later(self.chance.uniform(0.5, 4), comfy.go_on)

    def chat_restart(self, _):
        server = self.chance.choice(list(self.stage.chats.values()))
        server.__exit__()
        self.later(self.chance.uniform(0, 3), lambda: None)
        server.ready = threading.Event()
        server.__enter__()

    def asleep(self, _):
        """The machine that c41 runs on, with all of c41."""
        process = self.process
        if process and process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            self.later(self.chance.uniform(0.5, 4), lambda: None)
            process.send_signal(signal.SIGCONT)


def instants_of_kills(chance, n, seconds):
    """When c41 is killed: in the first part, so that the rest shows a long run."""
    return sorted(chance.uniform(0.03, 0.55) * seconds for _ in range(n))
