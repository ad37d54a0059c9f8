#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random films and random sequences of edits. After each, what comes of building again must be what comes of building
from nothing, and the steps that ran those whose keys are new.

    C41_SEQUENCES   how many sequences; 40 when it is not said
    C41_SEED        the first one's seed; the time when it is not said. A sequence is its seed alone
    C41_BUILD       the build folder; build/ beside the sources when it is not said
"""
import collections
import multiprocessing
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

import edits
import films
import twin as twins

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_EDITS = 6
MOST_SHRINKS = 60


def is_long(seed):
    """Whether the film is one of many files, of which mostly one at a time is edited."""
    return random.Random(f"long {seed}").random() < 0.4


def make_moves(seed):
    """What a sequence does: [what, seed of it, whether it is built and compared behind it]."""
    rng = random.Random(f"moves {seed}")
    moves = []
    if is_long(seed):
        for _ in range(rng.randint(2, MOST_EDITS)):
            what = edits.choose(rng) if rng.random() < 0.15 else "undo" if rng.random() < 0.1 else edits.choose_in_a_part(rng)
            moves.append([what, rng.randrange(1 << 30), rng.random() < 0.9])
        moves[-1][2] = True
        return moves
    for _ in range(rng.randint(2, MOST_EDITS)):
        chance = rng.random()
        what = "undo" if chance < 0.12 else "only" if chance < 0.17 else "lose" if chance < 0.21 else edits.choose(rng)
        moves.append([what, rng.randrange(1 << 30), rng.random() < 0.6])
        if what in edits.MISTAKES and rng.random() < 0.8: # or nothing is tried but mistakes
            moves[-1][2] = True
            moves.append(["mend", 0, rng.random() < 0.5])
    moves[-1][2] = True
    return moves


class Sequence:
    def __init__(self, house, folder, seed):
        self.house, self.folder = house, folder
        self.state = (films.long_project if is_long(seed) else films.project)(random.Random(f"film {seed}"))
        self.past = [self.state]
        self.twin = twins.Twin(house, folder / "again")
        self.told = ["a film"]
        self.seen = collections.Counter()
        self.built_with = {} # shelf -> options of the last build that was gone through
        self.n = 0

    def put(self, twin):
        twin.write(films.files(self.state))
        if self.state.get("trusted") and any(p.startswith("presets/") for p in self.state["texts"]):
            twin.run("trust")

    def move(self, what, seed):
        rng = random.Random(seed)
        if what == "undo":
            self.state = rng.choice(self.past)
            did = "back to what it was"
        elif what == "mend":
            self.state = {**self.past[-2], "made": self.state.get("made", [])} if len(self.past) > 1 else self.state
            did = "the mistake is mended"
        elif what == "only":
            did = self.build_a_part(rng)
        elif what == "lose":
            did = self.lose(rng)
        else:
            self.state, did = edits.apply(what, rng, self.state)
        self.past.append(self.state)
        self.told.append(did or f"({what}: nothing to do)")

    def build_a_part(self, rng):
        self.put(self.twin)
        film = rng.choice(self.state["films"])
        names = sorted(n for n in films.scene_names(self.state) if n)
        args = rng.choice([["--only", f"{rng.choice(names)}/*"] if names else [], ["--to", "image"], ["--draft"]])
        self.twin.build(film, *args)
        self.built_with[twins.shelf_of(film, args)] = None
        return f"c41 build {film} {' '.join(args)}"

    def lose(self, rng):
        """A deliverable goes, or is touched up; or an artifact goes."""
        top = self.twin.folder / rng.choice(["out", "out", ".c41/store"])
        made = sorted(p for p in top.rglob("*") if p.is_file())
        if not made:
            return None
        path = rng.choice(made)
        if rng.random() < 0.5 or top.name == "store":
            path.unlink()
            return f"{path.name} is deleted"
        path.chmod(0o644)
        path.unlink()
        path.write_bytes(b"\nfacts {}\ntouched up\n")
        return f"{path.name} is touched up"

    def begin(self):
        """The first build has nothing to be compared with but its like."""
        self.put(self.twin)
        for film in self.state["films"]:
            self.built_with[twins.shelf_of(film, [])] = [] if self.twin.build(film).code == 0 else None

    def check(self, last=False):
        """Builds again and from nothing, and compares. The twin stays where it is when they differ."""
        self.n += 1
        self.put(self.twin)
        new = twins.Twin(self.house, self.folder / f"new-{self.n}")
        self.put(new)
        for film in self.state["films"]:
            self.check_film(film, new, last)
        shutil.rmtree(new.folder.parent)

    def check_film(self, film, new, last):
        before, options = self.twin.keys(), self.state.get("options", [])
        shelf = twins.shelf_of(film, options)
        same_options = self.built_with.get(shelf) == options
        built = self.twin.build(film, *options)
        fresh = new.build(film, *options)
        self.seen["right" if built.code == 0 else "wrong"] += 1
        self.seen["steps"] += len(built.ran)
        self.seen["made of parts"] += self.twin.has_parts(film)
        self.seen["made of parts to one file"] += self.twin.has_gifts(film)
        self.seen["nothing moved"] += built.is_still
        if "which was picked for" in fresh.err or "the locked pick" in fresh.err:
            fresh, new = self.build_whole(film)
            twins.compare_builds(built, fresh, film)
        else:
            twins.compare_builds(built, fresh, film)
            if built.code == 0:
                twins.check_steps(self.twin, new, shelf, built, before, same_options)
        self.built_with[shelf] = options if built.code == 0 and (same_options or not built.is_still) else None
        if built.code == 0:
            twins.check_still(self.twin, film, built, options, films.has_choices(self.state))
            self.remember(film, fresh)
        if built.code == 0 and last:
            twins.check_commands(self.twin, new, film, options)

    def build_whole(self, film):
        """A pick of what the film would no longer make needs the store: a copy of it, compiled whole."""
        folder = self.folder / f"copy-{self.n}-{film}"
        copy = self.twin.copy(folder)
        fresh = copy.build(film, *self.state.get("options", []))
        if fresh.code == 0 and fresh.ran:
            raise twins.Different(f"the whole film would still make {fresh.ran}")
        return fresh, copy

    def remember(self, film, fresh):
        """Takes that a model has made can be picked by digest."""
        takes = [(re.fullmatch("(.*/image)/take-([0-9]+)", e["id"]), e) for e in fresh.events if e["event"] == "step-done"]
        made = [(m[1], int(m[2]), e["outputs"][0]["digest"][:12]) for m, e in takes if m and e["seconds"] == 90]
        if film == "film.yaml" and made:
            self.state = {**self.state, "made": made}


def run(house, seed, moves, folder):
    """What is wrong (None when all is well), what was done until then, and what was seen."""
    shutil.rmtree(folder, ignore_errors=True)
    s = Sequence(house, folder, seed)
    try:
        s.begin()
        for i, (what, own, checked) in enumerate(moves):
            s.move(what, own)
            if checked:
                s.check(i == len(moves) - 1)
    except twins.Different as e:
        return str(e), s.told, s.seen
    except Exception as e:
        return f"{type(e).__name__}: {e}", s.told, s.seen
    return None, s.told, s.seen


def shrink(house, seed, moves, folder):
    """The fewest of the moves after which something is still wrong."""
    tries, i = 0, len(moves) - 1
    while i >= 0 and tries < MOST_SHRINKS:
        for less in (moves[:i] + moves[i + 1:], moves[:i] + [[moves[i][0], moves[i][1], False]] + moves[i + 1:]):
            tries += 1
            if (less != moves) and run(house, seed, less, folder)[0]:
                moves = less
                break
        i -= 1
    return moves


def one(job):
    house, seed, top = job
    folder = top / str(seed)
    moves = make_moves(seed)
    wrong, _, seen = run(house, seed, moves, folder)
    if wrong:
        moves = shrink(house, seed, moves, folder)
        wrong, told, _ = run(house, seed, moves, folder)
        said = "".join(f"  {i}. {line}\n" for i, line in enumerate(told))
        return seen, f"seed {seed}: {wrong}\nafter\n{said}kept in {folder}"
    shutil.rmtree(folder)
    return seen, None


def main():
    n = int(os.environ.get("C41_SEQUENCES", 40))
    seed = int(os.environ.get("C41_SEED", int(time.time())))
    build = pathlib.Path(os.environ.get("C41_BUILD", ROOT / "build")).resolve()
    memory = pathlib.Path("/dev/shm")
    top = pathlib.Path(tempfile.mkdtemp(prefix="c41-sequences-", dir=memory if os.access(memory, os.W_OK) else None))
    house = twins.House(top / "house", build, ROOT)
    print(f"{n} sequences from seed {seed}: C41_SEED={seed} C41_SEQUENCES={n} {sys.argv[0]}", flush=True)
    begun, wrong, seen = time.monotonic(), 0, collections.Counter()
    with multiprocessing.Pool() as pool:
        for more, said in pool.imap_unordered(one, [(house, seed + i, top) for i in range(n)]):
            seen += more
            if said:
                wrong += 1
                print(said, flush=True)
    print("compared: " + ", ".join(f"{n} {what}" for what, n in sorted(seen.items())))
    print(f"{n - wrong} of {n} sequences agree, {wrong} do not ({time.monotonic() - begun:.0f} s)")
    if not wrong:
        shutil.rmtree(top)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
