# SPDX-License-Identifier: MIT
"""conform.py C41 FOLDER SHOTS…: what a film of so many shots of four seconds at 1280x720 costs (x264 veryfast, crf 23, AAC), the
first time and after one shot was replaced, beside ffmpeg's concat filter, which encodes it whole with the same settings; and
what joining costs beside cp of the same bytes. "long" is a film of two hours in 1,800 small shots, for its memory."""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import conform_sources

c41, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])

PRESET = """\
preset: bench
kind: deliver
container: {format: mp4, faststart: true}
encode: {codec: h264, preset: veryfast, crf: 23, pixel-format: yuv420p}
audio: {codec: aac, bitrate: 128000, rate: 48000}
loudness: -14
true-peak: -1
subtitles: none
"""

AGAIN = 7  # how often a shot is replaced, once by each weight of noise (conform_sources): the median counts
Took = collections.namedtuple("Took", "seconds cpu mib")


def write_studio():
    """Outside of the films, whose own would have to be trusted."""
    (folder / "studio/presets").mkdir(parents=True, exist_ok=True)
    (folder / "studio/presets/bench.yaml").write_text(PRESET)
    (folder / "studio/studio.yaml").write_text("c41: 1\npresets: [presets]\n")


class Film:
    """A project whose shots are clips of files: its sources are links, so that a shot is replaced at no cost."""

    def __init__(self, name, clips, size="1280x720"):
        self.folder = folder / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        shots = ""
        for i, clip in enumerate(clips):
            if i % 20 == 0:
                shots += f"  - id: s{i // 20}\n    shots:\n"
            os.link(clip, self.folder / f"{i:04}.mp4")
            shots += f"      - {{shot: a{i}, file: {i:04}.mp4, audio: effects}}\n"
        (self.folder / "film.yaml").write_text(
            f"c41: 1\ntitle: Bench\nformat: {size}@{conform_sources.RATE}\nscenes:\n{shots}deliver:\n  - {{preset: bench, file: out/bench.mp4}}\n")
        time.sleep(0.1)  # footage is older than the clock's last tick, or it would be read again by the next build

    def replace(self, number, clip):
        path = self.folder / f"{number:04}.mp4"
        path.unlink()
        os.link(clip, path)

    def rename(self, title):
        """Leaves the conform alone to be made."""
        path = self.folder / "film.yaml"
        path.write_text(re.sub("(?m)^title: .*", f"title: {title}", path.read_text()))

    def join(self, title):
        """Seconds of the conform alone, as the build tells them: to join, and to read back and hash what that made."""
        self.rename(title)
        done = subprocess.run([c41, "build", "film.yaml", "--studio", folder / "studio/studio.yaml", "--events", "-"], cwd=self.folder,
                              capture_output=True, text=True, check=True)
        return next(e["seconds"] for e in map(json.loads, done.stdout.splitlines()) if e["event"] == "step-done" and e["kind"] == "conform")

    def build(self):
        return timed([c41, "build", "film.yaml", "--studio", folder / "studio/studio.yaml", "-q"], self.folder)

    @property
    def made(self):
        return self.folder / "out/bench.mp4"


def timed(command, where=None):
    """What a command took."""
    begun = time.monotonic()
    child = subprocess.Popen([*map(str, command)], cwd=where, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command}: status {status}")
    return Took(time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def whole(clips):
    """ffmpeg, all in one encode on all cores."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    for clip in clips:
        command += ["-i", clip]
    graph = "".join(f"[{i}:v][{i}:a]" for i in range(len(clips))) + f"concat=n={len(clips)}:v=1:a=1[v][a]"
    command += ["-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
                "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", folder / "whole.mp4"]
    return timed(command)


def best(command):
    """The best of three."""
    return min(timed(command).seconds for _ in range(3))


def copied(file):
    """The best of three copies, each a new file that stays until the last, as a film that is joined stays beside the one
    before: memory that was just let go of takes bytes much faster than memory that is new."""
    copies = [folder / f"copy-{i}.mp4" for i in range(3)]
    took = min(timed(["cp", file, copy]).seconds for copy in copies)
    for copy in copies:
        copy.unlink()
    return took


def told(what, took, more=""):
    print(f"{what}: {took.seconds:.2f} s, {took.cpu:.2f} s of CPU, {took.mib:.0f} MiB{more}", flush=True)


def compare(what, ours, peers, limit):
    """Both by the clock and by the CPU's: a machine with other work bends the clock."""
    print(f"{what}: {ours.seconds / peers.seconds:.3f} of the time, {ours.cpu / peers.cpu:.3f} of the CPU (at most {limit:.3f})", flush=True)


def replaced(film, shots, clip):
    film.replace(shots // 2, clip)
    took = film.build()
    told(f"{shots} shots, one replaced", took)
    return took


def measure(shots):
    clips = conform_sources.make_all(folder / "sources", shots + AGAIN)
    film = Film(f"film-{shots}", clips[:shots])
    first = film.build()
    told(f"{shots} shots, first export", first, f", {film.made.stat().st_size / 1e6:.0f} MB")
    peer = whole(clips[:shots])
    told(f"{shots} shots, ffmpeg's concat filter", peer)
    again = sorted(replaced(film, shots, clip) for clip in clips[shots:])[AGAIN // 2]
    told(f"{shots} shots, nothing to do", film.build())
    joined = min(film.join(title) for title in ("One", "Two", "Three"))
    copy, hashed = copied(film.made), best(["openssl", "dgst", "-sha256", film.made])
    print(f"{shots} shots, joined and hashed: {joined:.2f} s; cp of the same bytes {copy:.2f} s, openssl dgst {hashed:.2f} s: "
          f"{(copy + hashed) / joined:.2f} of their speed, {copy / (joined - hashed):.2f} of cp's without the hashing (at least 0.50)", flush=True)
    compare(f"{shots} shots, first export beside ffmpeg", first, peer, 1)
    compare(f"{shots} shots, one replaced beside ffmpeg", again, peer, 1 / (30 if shots < 600 else 100))


def measure_memory(shots=1800):
    """Two hours; its clips are few, for what one conform holds does not depend on what they show."""
    clips = conform_sources.make_all(folder / "sources", 20, "128x72")
    film = Film("film-long", [clips[i % len(clips)] for i in range(shots)], "128x72")
    took = film.build()
    told(f"{shots} shots of two hours", took, " (at most 500)")


def main(what):
    folder.mkdir(parents=True, exist_ok=True)
    write_studio()
    for one in what:
        if one == "long":
            measure_memory()
        else:
            measure(int(one))


main(sys.argv[3:] or ["60", "600", "long"])
