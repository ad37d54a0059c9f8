# SPDX-License-Identifier: MIT
"""A reader of traces (docs/trace.md), which takes nothing on trust."""
import json

FORMAT = {"M": {"args"}, "X": {"ts", "dur", "cat"}, "i": {"ts", "s"}, "C": {"ts", "args"}}
PARTS = {"load", "queue"}
RAN = {"step", "failed", "stalled", "cancelled"}
FILM, BUILDS, PATH = 1, 1, 2


class Slice:
    def __init__(self, event):
        self.name, self.category, self.colour = event["name"], event["cat"], event.get("cname")
        self.row, self.args = (event["pid"], event["tid"]), event.get("args", {})
        self.start, self.end = event["ts"], event["ts"] + event["dur"]

    def __repr__(self):
        return f"{self.category} {self.name!r} {self.start}-{self.end}"

    def holds(self, other):
        return self.start <= other.start and other.end <= self.end


def read(path):
    """The events, whole or cut off behind one."""
    text = path.read_text()
    return json.loads(text if text.endswith("]\n") else text + "]")


class Trace:
    def __init__(self, path):
        self.events = read(path)
        for event in self.events:
            assert FORMAT[event["ph"]] | {"name", "pid", "tid"} <= set(event), event
            assert all(isinstance(event[k], int) and event[k] >= 0 for k in ("ts", "dur", "pid", "tid") if k in event), event
        self.slices = [Slice(e) for e in self.events if e["ph"] == "X"]
        self.groups = {e["pid"]: e["args"]["name"] for e in self.events if e["name"] == "process_name"}
        self.rows = {(e["pid"], e["tid"]): e["args"]["name"] for e in self.events if e["name"] == "thread_name"}
        self.marks = [e for e in self.events if e["ph"] == "i"]

    def of(self, *categories):
        return [s for s in self.slices if s.category in categories]

    def where(self, slice):
        """Its machine and its row."""
        return self.groups[slice.row[0]], self.rows[slice.row]

    def in_row(self, row):
        """What stands in a row, in order; parts lie within steps."""
        found = [s for s in self.slices if s.row == row and s.category not in PARTS]
        return sorted(found, key=lambda s: (s.start, s.end))

    def check(self, seconds):
        """Of one build that took so long: each row is told from the build's begin to its end, without a gap."""
        assert self.events[-1]["ph"] != "M" and len(self.slices) == len({(s.row, s.start, s.end, s.name) for s in self.slices})
        for row in self.rows:
            ends = [0]
            for slice in self.in_row(row):
                assert slice.start == ends[-1], f"{self.rows[row]}: {slice} begins while or long after the one before it ended"
                ends.append(slice.end)
            assert ends[-1] == round(seconds * 1e6), self.rows[row]
        for part in self.of(*PARTS):
            assert any(s.row == part.row and s.holds(part) for s in self.of(*RAN)), f"{part} lies in no step"
        self.check_counters()
        self.check_path()

    def check_counters(self):
        counts = [e for e in self.events if e["ph"] == "C"]
        assert [e["ts"] for e in counts] == sorted(e["ts"] for e in counts)
        for e in counts: # between two at one instant steps change hands
            if e is [c for c in counts if c["ts"] == e["ts"]][-1]:
                running = sum(s.start <= e["ts"] < s.end for s in self.of(*RAN))
                assert e["args"]["running"] == running, e
        assert counts[-1]["args"] == {"ready": 0, "running": 0}

    def check_path(self):
        """Its steps are those that ran, at the time when they ran; each could not begin before the one before it ended."""
        ran = {(s.name, s.start, s.end) for s in self.of(*RAN)}
        path = [s for s in self.in_row((FILM, PATH)) if s.category == "path"]
        assert {(s.name, s.start, s.end) for s in path} <= ran, path
        assert path[-1].end == max(s.end for s in self.of("step"))
