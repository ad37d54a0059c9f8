# SPDX-License-Identifier: MIT
"""The queue of the fake ComfyUI and what runs the prompts in it, one at a time: the messages and the history are those
of the recorded servers, in their order."""
import asyncio
import heapq
import json
import time
from dataclasses import dataclass, field

from comfyui_graph import ancestors, is_link

SLOW = ("Sampler", "Train", "ProbeSlow")
OUT_OF_MEMORY = ("torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory. (out of memory)\nThis error means you "
                 "ran out of memory on your GPU.\n\nTIPS: If the workflow worked before you might have accidentally set the batch_size to a large number.")
DISK_FULL = ("OSError", "[Errno 28] No space left on device: '/comfyui/base/output/c41'\n")


class Interrupted(Exception):
    pass


class Raised(Exception):
    def __init__(self, node, kind, message):
        super().__init__(message)
        self.node, self.kind, self.message = node, kind, message


@dataclass
class Trouble:
    """What goes wrong while prompts run. Numbers are how many runs it still happens to."""
    errors: list = field(default_factory=list)  # (class or None, exception type, message), the next run's first
    blocked: int = 0        # the output is not run, and says why
    silent: int = 0         # the output is not run, and nothing is said
    deaf: bool = False      # sockets hear nothing
    shuffled: bool = False  # messages come twice, and in another order
    no_history: int = 0     # the run ends, and the history does not know it
    stubborn: bool = False  # nodes do not look at interrupts
    windows: bool = False   # paths have backslashes
    unlisted: tuple = ()    # names put in the place of the files' own
    many: int = 1           # files an output lists
    key: str = ""           # under which they are listed


def now():
    return int(time.time() * 1000)


class Engine:
    def __init__(self, server):
        self.server = server
        self.trouble = Trouble()
        self.number = 0
        self.pending, self.running, self.history = [], None, {}
        self.cache, self.counters = {}, {}
        self.held = []  # what the last prompt has loaded
        self.interrupted = False
        self.freed = []
        self.came = asyncio.Event()
        self.hold = asyncio.Event()  # cleared: the running prompt stays where it is
        self.hold.set()

    def put(self, item):
        heapq.heappush(self.pending, item)
        self.tell_queue()
        self.came.set()

    @property
    def remaining(self):
        return len(self.pending) + (self.running is not None)

    def tell_queue(self):
        self.tell(None, "status", {"status": {"exec_info": {"queue_remaining": self.remaining}}})

    def tell(self, client, kind, data):
        if self.trouble.deaf:
            return
        self.server.tell(client, {"type": kind, "data": data}, self.trouble.shuffled and client is not None)

    async def run(self):
        while True:
            while not self.pending:
                self.came.clear()
                await self.came.wait()
            self.running = heapq.heappop(self.pending)
            self.interrupted = False
            self.tell_queue()
            await Run(self, self.running).go()

    def delete(self, ids):
        before = len(self.pending)
        self.pending = [item for item in self.pending if item[1] not in ids]
        heapq.heapify(self.pending)
        if len(self.pending) != before:
            self.tell_queue()


class Run:
    """One prompt, from start to end."""

    def __init__(self, engine, item):
        self.engine, self.item = engine, item
        self.number, self.id, self.graph, self.extra, self.outputs = item
        self.client = self.extra.get("client_id")
        self.messages, self.state, self.results, self.meta = [], {}, {}, {}
        self.executed = []

    def tell(self, kind, data, kept=False, stamped=False):
        data = {**data, "prompt_id": self.id} if "prompt_id" not in data else data
        if stamped:
            data = {**data, "timestamp": now()}
        if kept:
            self.messages.append([kind, data])
        if self.client:
            self.engine.tell(self.client, kind, data)
        elif kind in ("progress", "progress_state", "execution_interrupted"):
            self.engine.tell(None, kind, data)  # nobody's: everybody hears it

    def progress(self, id, value, most, state):
        self.state[id] = {"value": value, "max": most, "state": state, "node_id": id, "prompt_id": self.id, "display_node_id": id,
                          "parent_node_id": None, "real_node_id": id}
        self.tell("progress_state", {"prompt_id": self.id, "nodes": dict(self.state)})

    def signature(self, id):
        """What a result depends on: not what nodes are called."""
        if id not in self.graph:
            return id
        inputs = {k: [self.signature(v[0]), v[1:]] if is_link(v) and v else v for k, v in self.graph[id]["inputs"].items()}
        return json.dumps([self.graph[id]["class_type"], inputs], sort_keys=True)

    def check(self):
        if self.engine.interrupted and not self.engine.trouble.stubborn:
            raise Interrupted

    async def load(self):
        used = sorted(json.dumps(node["inputs"], sort_keys=True) for node in self.graph.values() if "Loader" in node["class_type"])
        if used != self.engine.held:
            await asyncio.sleep(self.engine.server.load_seconds)
        self.engine.held = used

    async def step(self, id, most):
        await self.load()
        for value in range(1, most + 1):
            await asyncio.sleep(self.engine.server.step_seconds)
            await self.engine.hold.wait()
            self.check()
            self.progress(id, value, most, "running")
            self.tell("progress", {"value": value, "max": most, "prompt_id": self.id, "node": id})

    def fail_if_told(self, id):
        errors = self.engine.trouble.errors
        if errors and errors[0][0] in (None, self.graph[id]["class_type"]):
            _, kind, message = errors.pop(0)
            raise Raised(id, kind, message)

    async def node(self, id):
        node = self.graph[id]
        self.progress(id, 0.0, 1.0, "running")
        self.tell("executing", {"node": id, "display_node": id, "prompt_id": self.id})
        if any(word in node["class_type"] for word in SLOW):
            await self.step(id, min(int(node["inputs"].get("steps", 4)), self.engine.server.most_steps))
        await self.engine.hold.wait()
        self.check()
        self.fail_if_told(id)
        if id in self.outputs and not self.block(id):
            self.keep(id, self.engine.server.save(self.graph, id))
        self.executed.append(id)
        if self.state[id]["max"] == 1.0:
            self.progress(id, 1.0, 1.0, "finished")

    def block(self, id):
        trouble = self.engine.trouble
        if trouble.blocked:
            trouble.blocked -= 1
            self.tell("execution_error", {"prompt_id": self.id, "node_id": id, "node_type": self.graph[id]["class_type"], "executed": [],
                                          "exception_message": "Execution Blocked: the latent is empty", "exception_type": "ExecutionBlocked",
                                          "traceback": [], "current_inputs": [], "current_outputs": []})
            return True
        if trouble.silent:
            trouble.silent -= 1
            return True
        return False

    def keep(self, id, ui, origin=None):
        """origin: what the node was called when its result came into the cache."""
        if ui is None:
            return
        origin = origin or id
        self.results[id] = ui
        self.meta[id] = {"node_id": origin, "display_node": origin, "parent_node": None, "real_node_id": origin}
        self.tell("executed", {"node": id, "display_node": id, "output": ui, "prompt_id": self.id})

    async def all(self):
        order = {}
        for output in self.outputs:
            ancestors(self.graph, output, order)
        cached = {id: self.engine.cache[s] for id in order if (s := self.signature(id)) in self.engine.cache}
        self.tell("execution_cached", {"nodes": list(cached)}, kept=True, stamped=True)
        for id in order:
            if id not in cached:
                await self.node(id)
            elif id in self.outputs:
                if self.client or self.engine.server.old:
                    self.keep(id, *cached[id])
                self.progress(id, 1, 1, "finished")
        self.engine.cache = {self.signature(id): cached.get(id, (self.results.get(id), id)) for id in order}

    async def go(self):
        self.tell("execution_start", {}, kept=True, stamped=True)
        try:
            await self.all()
            self.tell("execution_success", {}, kept=True, stamped=True)
        except Interrupted:
            last = list(self.state)[-1] if self.state else self.outputs[0]
            self.tell("execution_interrupted", {"prompt_id": self.id, "node_id": last, "node_type": self.graph[last]["class_type"],
                                                "executed": self.executed}, kept=True, stamped=True)
        except Raised as e:
            self.tell("execution_error", {
                "prompt_id": self.id, "node_id": e.node, "node_type": self.graph[e.node]["class_type"], "executed": self.executed,
                "exception_message": e.message, "exception_type": e.kind,
                "traceback": ["  File \"/comfyui/execution.py\", line 535, in execute\n    (source line elided)\n",
                              "  File \"/comfyui/nodes.py\", line 1655, in sample\n    (source line elided)\n"],
                "current_inputs": {k: [str(v)] for k, v in self.graph[e.node]["inputs"].items() if not is_link(v)},
                "current_outputs": list(self.executed)}, kept=True, stamped=True)
        self.finish()

    def finish(self):
        engine, ok = self.engine, self.messages[-1][0] == "execution_success"
        if engine.trouble.no_history:
            engine.trouble.no_history -= 1
        else:
            engine.history[self.id] = {
                "prompt": list(self.item), "outputs": self.results,
                "status": {"status_str": "success" if ok else "error", "completed": ok, "messages": self.messages}, "meta": self.meta}
        engine.running = None
        engine.tell_queue()
        self.tell("executing", {"node": None, "prompt_id": self.id})
