# SPDX-License-Identifier: MIT
"""A project in a folder of its own, and the program run on it as a person would."""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import threading

from events import check_stream

# What a model would make, had the studio one. None of these may run when nothing that it is made from has changed.
MODEL_KINDS = {"write", "image", "edit", "upscale", "speak", "animate", "retouch", "lipsync", "ambience", "caption",
               "train", "judge"}

# Everything that somebody has to wait for: a build that hangs fails instead of stopping the tests.
PATIENCE = 1200


class Build:
    """What one build said: its exit code, its output, its events."""

    def __init__(self, folder, done, lines):
        self.folder = folder
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.events = [json.loads(line) for line in lines]
        check_stream(self.events)

    def of(self, event):
        return [e for e in self.events if e["event"] == event]

    @property
    def end(self):
        return self.of("build-end")[-1]

    @property
    def ran(self):
        """Ids of the steps that were made, and not found."""
        return {e["id"] for e in self.of("step-done") if not e["cached"]}

    @property
    def ran_models(self):
        return {e["id"] for e in self.of("step-done") if not e["cached"] and e["kind"] in MODEL_KINDS}

    def output(self, step, name=None):
        """The path of an artifact."""
        done = [e for e in self.of("step-done") if e["id"] == step]
        assert done, f"{step} is not among {sorted(e['id'] for e in self.of('step-done'))}"
        outputs = done[-1]["outputs"]
        return self.folder / next(o["path"] for o in outputs if name in (None, o["name"]))


class Project:
    def __init__(self, program, folder, environment, files={}):
        self.program, self.folder, self.environment = program, pathlib.Path(folder), environment
        self.folder.mkdir(parents=True, exist_ok=True)
        self.builds = 0
        for name, text in files.items():
            self.write(name, text)

    def copy(self, folder):
        """The project with all that was built, in another folder: nothing in it may know where it lies."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(self.program, folder, self.environment)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, name):
        return (self.folder / name).read_text()

    def change(self, name, old, new):
        """Changes what must be there exactly once."""
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def command(self, *args):
        return [str(self.program), *map(str, args)]

    def run(self, *args, environment={}, cwd=None, **more):
        return subprocess.run(self.command(*args), cwd=cwd or self.folder, env={**self.environment, **environment},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, **more)

    def start(self, *args, **more):
        """A running program; its events come over stdout when it is asked for them."""
        return subprocess.Popen(self.command(*args), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def build(self, film="film.yaml", *args, code=0, **more):
        self.builds += 1
        events = self.folder.parent / f"{self.folder.name}.{self.builds}.jsonl"
        done = self.run("build", film, "--events", events, *args, **more)
        build = Build(self.folder, done, events.read_text().splitlines() if events.exists() else [])
        assert code is None or done.returncode == code, f"exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
        return build

    def graph(self, film="film.yaml", **more):
        done = self.run("graph", film, "--format", "json", **more)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuse(self, *args, place=None, says=None, **more):
        """The film is wrong: exit 2, one error at a place, nothing made."""
        before = self.made()
        done = self.run(*args, **more)
        assert done.returncode == 2, f"exit {done.returncode}\n{done.stdout}{done.stderr}"
        assert re.search(r"^[^\s:]+:\d+:\d+: error: ", done.stderr, re.M), done.stderr
        if place:
            assert re.search(rf"^{re.escape(place)}: error: ", done.stderr, re.M), done.stderr
        if says:
            assert re.search(says, done.stderr), done.stderr
        assert self.made() == before, "something was made of a film that is wrong"
        return done.stderr

    def made(self):
        """What the program has left in the project, but for its own books."""
        made = [p for top in ("out", ".c41/store") for p in (self.folder / top).rglob("*") if p.is_file()]
        return sorted(str(p.relative_to(self.folder)) for p in made)

    def check_store(self):
        """Every artifact is what its name says; returns how many there are."""
        found = 0
        for path in sorted((self.folder / ".c41/store").rglob("*")):
            name = re.search(r"[0-9a-f]{64}", "".join(path.relative_to(self.folder / ".c41/store").parts))
            if not path.is_file() or not name:
                continue
            assert hashlib.sha256(path.read_bytes()).hexdigest() == name.group(), path
            found += 1
        return found


def read_until(running, event, n=1):
    """Reads the events of a running build until the n-th of a name has come."""
    events = []
    while n:
        line = running.stdout.readline()
        assert line, f"the build ended before its {event}: {running.stderr.read()}"
        events.append(json.loads(line))
        n -= events[-1]["event"] == event
    return events


def finish(running):
    """Lets a running program end; returns what it still said. Not by communicate(), which would lose the lines that
    readline() has read ahead."""
    patience = threading.Timer(PATIENCE, running.kill)
    patience.start()
    try:
        out, err = running.stdout.read(), running.stderr.read()
        running.wait()
    finally:
        patience.cancel()
    return out, err
