# SPDX-License-Identifier: MIT
"""A project that is built again after each edit, and its twins, which are built from nothing."""
import json
import os
import re
import shutil
import sqlite3
import subprocess

PATIENCE = 300

# The last words of a build tell how much there was to do.
LAST_WORDS = re.compile(r"^(out/|… and |nothing to do: |draft: |(built|failed|stopped|blocked)\b.* in ).*\n", re.M)
OF_HOW = {"seconds", "saved_seconds", "t", "ran", "cached"}


class Different(Exception):
    """The builds do not agree; says in what."""


class Built:
    """What a build said and made."""

    def __init__(self, folder, done, events):
        self.code, self.err = done.returncode, done.stderr
        self.events = [json.loads(line) for line in events.splitlines()]
        ends = [e for e in self.events if e["event"] == "build-end"]
        self.end = ends[-1] if ends else None
        self.start = next((e for e in self.events if e["event"] == "build-start"), None)
        self.ran = [e["id"] for e in self.events if e["event"] == "step-done" and not e["cached"]]
        self.said = LAST_WORDS.sub("", done.stderr)
        self.made = {d["path"]: (folder / d["path"]).read_bytes() for d in (self.end or {}).get("deliverables", [])}

    @property
    def is_still(self):
        """Nothing had moved, so nothing was gone through."""
        return self.code == 0 and len(self.events) == 2

    @property
    def faults(self):
        return {e["error"] for e in self.events if e["event"] == "step-failed"}

    @property
    def about(self):
        """What must be the same, whichever way it was built."""
        end = {k: v for k, v in (self.end or {}).items() if k not in OF_HOW} if self.code == 0 else {}
        return {"exit code": self.code, "end": end, "steps": (self.start or {}).get("steps"), "bytes": self.made if self.code == 0 else {}}


class House:
    """The program beside the modules that stand in, with its data: what all sequences share."""

    def __init__(self, folder, build, source):
        self.program = folder / "bin/c41"
        self.data = folder / "data"
        self.program.parent.mkdir(parents=True)
        for there, name in (("tests/standin/model/c41-model", "c41"), ("tests/standin/text/c41-media.so", "c41-media.so"),
                            ("c41-net.so", "c41-net.so")):
            shutil.copy(build / there, folder / "bin" / name)
        for name in ("stdlib", "presets"):
            shutil.copytree(source / name, self.data / name)
        shutil.copytree(source / "tests/fixtures/models", self.data / "presets", dirs_exist_ok=True)
        schema = self.data / "stdlib/schema/preset.json"
        known = json.loads(schema.read_text())
        known["$defs"]["driver"]["enum"].append("model")
        schema.write_text(json.dumps(known))


class Twin:
    """One project in a folder of its own; beside it lies the person's config."""

    def __init__(self, house, folder):
        self.house, self.folder = house, folder / "project"
        self.folder.mkdir(parents=True)
        self.files = {}
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("C41_", "XDG_", "LC_", "LANG"))}
        self.environment = {**kept, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"), "LC_ALL": "C.UTF-8",
                            "C41_DATA": str(house.data)}

    def write(self, files):
        """Makes the project's files these, and touches none that stay as they are. One that stays as long as it was says
        that it is as old as it was, too."""
        for path in set(self.files) - set(files):
            (self.folder / path).unlink()
        for path, data in files.items():
            was = self.files.get(path)
            if was != data:
                at = self.folder / path
                at.parent.mkdir(parents=True, exist_ok=True)
                before = at.stat() if was and len(was) == len(data) else None
                at.write_bytes(data)
                if before:
                    os.utime(at, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.files = dict(files)

    def run(self, *args):
        return subprocess.run([str(self.house.program), *args], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE)

    def has_parts(self, film):
        """Whether the last build left behind what it takes to make some files alone."""
        return any('"scenes":' in path.read_text() for path in (self.folder / ".c41/built").glob(f"{name_of(film)}-*"))

    def has_gifts(self, film):
        """Whether it left behind what scenes give to files of the whole film."""
        return any((self.folder / ".c41/built").glob(f"{name_of(film)}-*.gifts"))

    def build(self, film, *args):
        events = self.folder.parent / "events"
        events.unlink(missing_ok=True)
        done = self.run("build", film, "-q", "-j", "1", "--events", str(events), *args)
        if done.returncode not in (0, 1, 2, 4) and (done.returncode != 64 or not args):
            raise Different(f"c41 build {film} ended with {done.returncode}:\n{done.stderr}")
        return Built(self.folder, done, events.read_text() if events.exists() else "")

    def rows(self, sql, *values):
        ledger = self.folder / ".c41/ledger.db"
        if not ledger.exists():
            return []
        db = sqlite3.connect(ledger)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def keys(self):
        """The keys of everything that was ever made here, and of what is still there of it."""
        there = {os.path.basename(folder) + name.split(".")[0] for folder, _, names in os.walk(self.folder / ".c41/store")
                 for name in names}
        gone = {key for key, digest in self.rows("SELECT key, digest FROM artifacts JOIN results ON id = result")
                if digest not in there}
        ever = {key for key, in self.rows("SELECT key FROM results")}
        return ever, ever - gone

    def key_of(self, film):
        return dict(self.rows("SELECT step, key FROM steps WHERE film = ?", film))

    def links(self, film):
        """What people find of a film: step and ending -> which artifact."""
        top = str(self.folder / ".c41/browse" / film)
        return {os.path.join(folder, name)[len(top) + 1:]: os.readlink(os.path.join(folder, name)).split("store/")[-1]
                for folder, _, names in os.walk(top) for name in names}

    def copy(self, folder):
        """The project with all that it has made, where no build is remembered as the last."""
        folder.mkdir(parents=True)
        for name in ("project", "config"):
            if (self.folder.parent / name).exists():
                shutil.copytree(self.folder.parent / name, folder / name, symlinks=True)
        other = Twin.__new__(Twin)
        other.__dict__.update(self.__dict__)
        other.folder = folder / "project"
        other.environment = {**self.environment, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}
        shutil.rmtree(other.folder / ".c41/built", ignore_errors=True)
        return other


def name_of(film):
    return film.removesuffix(".yaml")


def shelf_of(film, options):
    """Where a build keeps its last keys and its links: one that is a draft, apart from the film's renders."""
    return name_of(film) + (".draft" if "--draft" in options else "")


def compare(what, here, there):
    if here != there:
        if isinstance(here, dict) and isinstance(there, dict):
            for key in sorted(set(here) | set(there)):
                if here.get(key) != there.get(key):
                    raise Different(f"{what}, {key}:\n  built again:        {here.get(key)!r}\n  built from nothing: {there.get(key)!r}")
        raise Different(f"{what}:\n  built again:        {here}\n  built from nothing: {there}")


def said_of(built):
    """What is wrong is said in one order, byte for byte; warnings of parts in any."""
    return built.said if built.code else sorted(built.said.splitlines())


def compare_builds(here, there, what):
    if here.code and there.code and here.end and there.end:
        compare(f"{what}, exit code", here.code, there.code)
        if not here.faults & there.faults: # which are found first depends on what is at hand
            raise Different(f"{what} fails for another reason:\n  built again:        {here.err}\n  built from nothing: {there.err}")
        return
    compare(f"{what}, stderr", said_of(here), said_of(there))
    for key, value in here.about.items():
        compare(f"{what}, {key}", value, there.about[key])


def check_steps(twin, new, shelf, built, before, same_options):
    """What ran is what no earlier build of the project had made, each key once; of what was lost, one step of those that
    make the same bytes is enough. Links and last keys are those of the last build of the shelf that was gone through,
    whatever its options."""
    keys = new.key_of(shelf)
    ran = sorted(keys.get(step, f"no key of {step}") for step in built.ran)
    ever, there = before
    must, may = set(keys.values()) - ever, set(keys.values()) - there
    if len(ran) > len(set(ran)) or not must <= set(ran) <= may or (may > must) > bool(ran):
        steps = {key: step for step, key in keys.items()}
        raise Different(f"the steps of {shelf} that ran:\n  built again:    {sorted(built.ran)}\n  with other keys: "
                        f"{sorted(steps.get(key, key) for key in may)}")
    if built.is_still and not same_options:
        return
    mine = twin.key_of(shelf)
    compare("the keys of steps in the ledger", {step: mine.get(step) for step in keys}, keys)
    compare("what people find", twin.links(shelf), new.links(shelf))


def check_still(twin, film, built, options, choices):
    """Once more: nothing to do, and the same is said. Where choices are owed or have lapsed, it is gone through."""
    again = twin.build(film, *options)
    if again.ran or not choices and [e["event"] for e in again.events] != ["build-start", "build-end"]:
        raise Different(f"built once more, {film} is not found to be as it was: {[e['event'] for e in again.events][:9]} …\n{again.err}")
    compare_builds(again, built, f"{film} built once more")


def check_commands(twin, new, film, options):
    """What is read of a film that was built agrees, too."""
    graphs = [t.run("graph", film, "--format", "json", *options) for t in (twin, new)]
    compare(f"the graph of {film}", graphs[0].stdout, graphs[1].stdout)
    stale = twin.run("list", film, "--stale", *options)
    if stale.returncode or stale.stdout:
        raise Different(f"{film} was built, and steps of it are stale:\n{stale.stdout}{stale.stderr}")
