# SPDX-License-Identifier: MIT
"""incremental.py SPEND FOLDER SHOTS…: the measuring of incremental.sh. FOLDER/program/c41 is the program."""
import os
import pathlib
import statistics
import subprocess
import sys

ROUNDS = 10
STEPS_A_SHOT, SHOTS_A_SCENE = 8, 10
HERE = pathlib.Path(__file__).parent
LARGEST_WITH_PEERS = 10_000
SNAKEMAKE_AT = 1_000
LIMITED_AT, COMPILE_MS, NINJA_MS = 10_000, 800, 450


class Spent:
    """What runs of one command have cost: milliseconds, milliseconds of CPU, MiB."""

    def __init__(self):
        self.walls, self.cpus, self.peaks, self.firsts, self.first_cpus = [], [], [], [], []

    def add(self, line):
        words = [float(word) for word in line.split()]
        self.walls.append(words[0])
        self.cpus.append(words[1])
        self.peaks.append(words[2] / 1024)
        self.firsts += words[3:4]
        self.first_cpus += words[4:5]

    @property
    def best(self):
        return min(self.walls)

    @property
    def peak(self):
        return max(self.peaks)

    def __str__(self):
        return (f"{ms(self.best)} (median {ms(statistics.median(self.walls))}, CPU {ms(min(self.cpus))}, "
                f"{self.peak:.1f} MiB)")


def ms(value):
    return f"{value:.1f} ms" if value < 1000 else f"{value / 1000:.2f} s"


class Bench:
    def __init__(self, spend, work, shots, whole):
        self.spend, self.shots, self.whole = spend, shots, whole
        self.film, self.peers = work / f"film-{shots}{'-whole' if whole else ''}", work / f"peers-{shots}"
        self.program = work / "program/c41"
        self.edits = 0
        self.load = 0

    def tell(self, text):
        print(f"{self.shots} shots{' in one file' if self.whole else ''}, {text} [load before: {self.load:.1f}]", flush=True)

    def run(self, spent, command, cwd, until=None):
        words = ["-u", until] if until else []
        done = subprocess.run([self.spend, *words, *map(str, command)], cwd=cwd, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
        spent.add(done.stdout)

    def c41(self, spent, *words, until=None):
        self.run(spent, [self.program, *words], self.film, until)

    def build(self, *words):
        self.c41(Spent(), "build", "film.yaml", "-q", *words)

    def prepare(self):
        for folder, script in [(self.film, "reference.py"), (self.peers, "peers.py")]:
            if not folder.exists() and (folder is self.film or self.shots <= LARGEST_WITH_PEERS and not self.whole):
                whole = ["whole"] if self.whole else []
                subprocess.run([sys.executable, HERE / script, str(self.shots), folder, *whole], check=True)

    # A build from nothing. One scene comes first: the room that the disk must have is then known from it.
    def from_nothing(self):
        steps = self.shots * STEPS_A_SHOT + self.shots // SHOTS_A_SCENE
        ours, ninja = Spent(), Spent()
        if not (self.film / ".c41").exists():
            self.build("--only", "scene-00000/*")
            self.c41(ours, "build", "film.yaml", "-q")
            self.tell(f"from nothing: c41 {ours}, {1000 * steps / ours.best:.0f} steps a second")
        if not self.whole and self.peers.exists() and not (self.peers / ".ninja_log").exists():
            self.run(ninja, ["ninja", "--quiet"], self.peers)
            self.tell(f"from nothing: ninja {ninja}, {1000 * steps / ninja.best:.0f} commands a second")

    # What a build has written must be older than the clock's next ticks before its fingerprint counts.
    def settle(self):
        self.build()
        self.build()

    def nothing(self):
        self.settle()
        ours, ninja, make = Spent(), Spent(), Spent()
        for _ in range(ROUNDS):
            self.c41(ours, "build", "film.yaml")
            if self.peers.exists():
                self.run(ninja, ["ninja"], self.peers)
                self.run(make, ["make"], self.peers)
        self.tell(f"nothing to do: c41 {ours}" + (" (under 100 ms)" if not self.peers.exists() else ""))
        if self.peers.exists():
            self.tell(f"nothing to do: ninja {ninja}; c41 takes 1/{ninja.best / ours.best:.0f} of its time (at most 1/40 at "
                      f"10000), {100 * ours.peak / ninja.peak:.0f} % of its memory (at most 25 % at 10000)")
            self.tell(f"nothing to do: make {make}; c41 takes 1/{make.best / ours.best:.0f} of its time")

    def snakemake(self):
        theirs, ours = Spent(), Spent()
        for _ in range(2):
            self.run(theirs, ["snakemake", "-j2", "-q"], self.peers)
            self.c41(ours, "build", "film.yaml")
        self.tell(f"nothing to do: snakemake {theirs}; c41 takes 1/{theirs.best / ours.best:.0f} of its time")

    def edit_film(self):
        self.edits += 1
        scene = self.film / f"scenes/{self.shots // SHOTS_A_SCENE // 2:05d}.yaml"
        lines = scene.read_text().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if "image:" in line)
        lines[at] = f"    image: Ana and Joe at the rail, edit {os.getpid()} {self.edits}\n"
        scene.write_text("".join(lines))

    def edit_peer(self):
        self.edits += 1
        scene = self.peers / f"scenes/{self.shots // SHOTS_A_SCENE // 2}.txt"
        scene.write_text(f"edit {os.getpid()} {self.edits}\n")

    def edit_once(self, ours):
        self.settle()
        self.edit_film()
        self.c41(ours, "build", "film.yaml", "-q", "--events", "-", until='"step-start"')

    def tell_edit(self, ours, limit=""):
        assert min(ours.firsts) > 0, "no step has started"
        self.tell(f"one line edited, to the first step: c41 {ms(min(ours.firsts))} (median {ms(statistics.median(ours.firsts))}, "
                  f"CPU {ms(min(ours.first_cpus))}{limit}), to the end {ours}")

    # Ninja's graph is that of files for scenes, so the film in one file has nothing beside it.
    def edit_alone(self):
        ours = Spent()
        for _ in range(ROUNDS):
            self.edit_once(ours)
        self.tell_edit(ours)

    def edit(self):
        ours, ninja, make = Spent(), Spent(), Spent()
        for _ in range(ROUNDS):
            self.edit_once(ours)
            self.edit_peer()
            self.run(make, ["make", "-j2"], self.peers)
            self.edit_peer()
            self.run(ninja, ["ninja"], self.peers)
        self.tell_edit(ours, "; under 47 ms at 10000")
        first = min(ours.firsts)
        self.tell(f"one scene edited, to the end: ninja {ninja}; c41's first step takes 1/{ninja.best / first:.1f} of it "
                  "(at most 1/10)")
        self.tell(f"one scene edited, to the end: make {make}; c41's first step takes 1/{make.best / first:.1f} of it")

    # Ninja tells between the runs how fast the machine is while they go on.
    def check(self):
        ours, ninja = Spent(), Spent()
        for _ in range(ROUNDS if self.peers.exists() else 3):
            self.c41(ours, "check", "film.yaml")
            if self.peers.exists():
                self.run(ninja, ["ninja"], self.peers)
        limit = " (under 3072 MiB, and ten times what 10000 take)" if self.shots == 100_000 else ""
        if self.shots == LIMITED_AT:
            pace = ninja.best / NINJA_MS
            limit = (f" (under {COMPILE_MS} ms where ninja finds in {NINJA_MS} ms that nothing has changed; here it takes "
                     f"{ms(ninja.best)}: under {ms(COMPILE_MS * pace)})")
        self.tell(f"compiled from nothing: c41 {ours}{limit}")

    def measure(self):
        self.prepare()
        stages = [self.from_nothing, self.check, self.nothing]
        if self.whole:
            stages = [self.from_nothing, self.edit_alone]
        elif self.shots == SNAKEMAKE_AT:
            stages.append(self.snakemake)
        if not self.whole and self.peers.exists():
            stages.append(self.edit)
        for stage in stages:
            self.load = os.getloadavg()[0]
            stage()


def main(spend, work, sizes):
    for size in sizes:
        shots, _, form = size.partition("-")
        Bench(spend, pathlib.Path(work), int(shots), form == "whole").measure()


main(sys.argv[1], sys.argv[2], sys.argv[3:])
