# SPDX-License-Identifier: MIT
"""The network module, told what to do and saying what happens (tests/standin/net)."""
import itertools
import json
import queue
import subprocess
import threading

# No wait of a test is longer: what hangs fails.
PATIENCE = 30


class Net:
    def __init__(self, program, environment):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
                                        text=True, encoding="utf-8")
        self.events = queue.Queue()
        self.ids = (f"item-{n}" for n in itertools.count())
        self.kept = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.events.put(json.loads(line))

    def tell(self, do, **about):
        """Has it do something; the id that its events have."""
        about.setdefault("id", next(self.ids))
        self.process.stdin.write(json.dumps({"do": do, **about}) + "\n")
        self.process.stdin.flush()
        return about["id"]

    def next(self, patience=PATIENCE):
        """The next thing that happens."""
        return self.events.get(timeout=patience)

    def wait(self, id, *events):
        """The first of these events of an item; the others that come are kept."""
        def wanted(event):
            return event["id"] == id and event["event"] in events
        for event in filter(wanted, self.kept):
            self.kept.remove(event)
            return event
        while not wanted(event := self.next()):
            self.kept.append(event)
        return event

    def get(self, url, **about):
        """One request, from start to end."""
        return self.wait(self.tell("start", url=url, **about), "done")

    def close(self):
        """Ends it, whatever it does; its exit code."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return self.process.wait(PATIENCE)
