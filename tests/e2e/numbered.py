# SPDX-License-Identifier: MIT
"""Clips whose every frame says which one it is, in blocks of light and dark that outlive any encoder; and films of them,
read back frame by frame. Shares no code with the program."""
import subprocess
from fractions import Fraction

WIDTH, HEIGHT = 256, 144
COLUMNS, ROWS = 8, 2
BLOCK_W, BLOCK_H = WIDTH // COLUMNS, HEIGHT // ROWS
DARK, LIGHT = 50, 200  # luma


def blocks(clip, frame):
    """The luma of each block: the clip's number above, the frame's below."""
    bits = [(clip >> i) & 1 for i in range(COLUMNS)] + [(frame >> i) & 1 for i in range(COLUMNS)]
    return [LIGHT if bit else DARK for bit in bits]


def picture(clip, frame):
    rows = b""
    lumas = blocks(clip, frame)
    for row in range(ROWS):
        line = b"".join(bytes([luma]) * BLOCK_W for luma in lumas[row * COLUMNS:(row + 1) * COLUMNS])
        rows += line * BLOCK_H
    return rows + b"\x80" * (WIDTH * HEIGHT // 2)


def write_clip(path, clip, frames, rate, codec=("libx264", "-preset", "ultrafast", "-crf", "10")):
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(rate),
                    "-i", "-", "-c:v", *codec, "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
                    "-color_range", "tv", str(path)],
                   input=b"".join(picture(clip, n) for n in range(frames)), check=True, timeout=120)


def read(path):
    """The luma of each block of each frame, as the file has them: none dropped, none shown twice."""
    raw = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo",
                          "-pix_fmt", "yuv420p", "-"], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    assert raw.returncode == 0 and not raw.stderr, raw.stderr.decode()
    size = WIDTH * HEIGHT * 3 // 2
    assert len(raw.stdout) % size == 0
    return [[raw.stdout[at + (BLOCK_H * row + BLOCK_H // 2) * WIDTH + BLOCK_W * column + BLOCK_W // 2]
             for row in range(ROWS) for column in range(COLUMNS)] for at in range(0, len(raw.stdout), size)]


def smooth(t):
    t = min(1, max(0, t))
    return t * t * (3 - 2 * t)


def dissolve(a, b, i, n, _):
    return [x + (y - x) * i / (n + 1) for x, y in zip(a, b)]


def fade(a, b, i, n, colour):
    half = n // 2
    side, part = (a, 1 - i / (half + 1)) if i <= half else (b, (i - half) / (n - half + 1))
    return [colour + (x - colour) * part for x in side]


def wipe(a, b, i, n, _):
    """From the left, with a soft edge of 12 % of the picture; None where a block lies in the edge."""
    at = smooth(i / (n + 1)) * 1.12
    mixed = []
    for k, (x, y) in enumerate(zip(a, b)):
        place = (k % COLUMNS + .5) / COLUMNS
        mixed.append(y if place < at - .12 else x if place > at else None)
    return mixed


MIXES = {"dissolve": dissolve, "fade": fade, "wipe": wipe}


class Shot:
    """Frames of a clip from the one numbered first; and the (kind, frames, luma of its colour) that leads out of it."""

    def __init__(self, clip, first, frames, transition=None):
        self.clip, self.first, self.frames, self.transition = clip, first, frames, transition


def planned(shots):
    """The blocks that each frame of the film should have."""
    film = [blocks(shot.clip, shot.first + n) for shot in shots for n in range(shot.frames)]
    start = 0
    for shot, after in zip(shots, shots[1:]):
        start += shot.frames
        if not shot.transition:
            continue
        kind, n, colour = shot.transition
        for i in range(n):
            a = blocks(shot.clip, shot.first + shot.frames - n // 2 + i)
            b = blocks(after.clip, after.first - n // 2 + i)
            film[start - n // 2 + i] = MIXES[kind](a, b, i + 1, n, colour)
    return film


def check(path, shots, name=""):
    """Each planned frame is there once and in order."""
    seen, wanted = read(path), planned(shots)
    assert len(seen) == len(wanted), f"{name}: {len(seen)} frames, planned are {len(wanted)}"
    for n, (is_, should) in enumerate(zip(seen, wanted)):
        wrong = [(k, a, b) for k, (a, b) in enumerate(zip(is_, should)) if b is not None and abs(a - b) > 20]
        assert not wrong, f"{name}: frame {n} is not the one planned: (block, luma, planned) {wrong}"


def seconds(frames, rate):
    return float(Fraction(frames) / rate)
