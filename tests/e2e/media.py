# SPDX-License-Identifier: MIT
"""What ffprobe and ffmpeg, which we did not write, say of a file."""
import array
import collections
import json
import math
import re
import struct
import subprocess
import zlib
from fractions import Fraction

SILENCE = -120.0


def tool(*args, text=True):
    done = subprocess.run([*map(str, args)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode() if text else done.stdout


class File:
    """A deliverable as ffprobe sees it."""

    def __init__(self, path):
        self.path = path
        answer = json.loads(tool("ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json", path))
        self.format, self.streams, self.chapters = answer["format"], answer["streams"], answer["chapters"]
        self.seconds = float(self.format["duration"])

    def stream(self, kind):
        found = [s for s in self.streams if s["codec_type"] == kind]
        assert len(found) == 1, f"{len(found)} {kind} streams in {self.path}"
        return found[0]

    @property
    def fps(self):
        return Fraction(self.stream("video")["avg_frame_rate"])

    @property
    def frames(self):
        """Counted by decoding every one."""
        answer = tool("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
                      "stream=nb_read_frames", "-of", "csv=p=0", self.path)
        return int(answer.split(",")[0].strip())


def decode(path):
    """Decodes all of it and stops at the first fault."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", str(path), "-f", "null", "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr


def packets(path, stream):
    """(pts, duration) of every packet in the order of pts, in seconds."""
    answer = json.loads(tool("ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                             "stream=time_base:packet=pts,duration", "-of", "json", path))
    base = Fraction(answer["streams"][0]["time_base"])
    return sorted((int(p["pts"]) * base, int(p["duration"]) * base) for p in answer["packets"])


def boxes(path):
    """The outer boxes of an MP4, in order."""
    names = []
    with open(path, "rb") as f:
        while head := f.read(8):
            size, name = struct.unpack(">I4s", head)
            if size == 1:
                size = struct.unpack(">Q", f.read(8))[0] - 8
            names.append(name.decode())
            f.seek(size - 8, 1)
    return names


def greys(path):
    """The mean grey (0 to 255) of every frame: of its luma as it stands, for scaling would round it."""
    video = File(path).stream("video")
    raw = tool("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-", text=False)
    luma = video["width"] * video["height"]
    return [(sum(raw[i:i + luma]) / luma - 16) * 255 / 219 for i in range(0, len(raw), luma * 3 // 2)]


def frame_digests(path):
    """One digest for each decoded frame."""
    lines = tool("ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-f", "framemd5", "-").splitlines()
    return [line.rsplit(",", 1)[1].strip() for line in lines if not line.startswith("#")]


class Sound:
    """Decoded sound, mixed to one channel."""

    RATE = 16000

    def __init__(self, path):
        self.samples = array.array("f")
        self.samples.frombytes(tool("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-ac", "1", "-ar", self.RATE,
                                    "-f", "f32le", "-", text=False))
        self.seconds = len(self.samples) / self.RATE

    def level(self, start, end):
        """RMS in dBFS between two instants."""
        part = self.samples[max(0, round(start * self.RATE)):max(0, round(end * self.RATE))]
        power = sum(x * x for x in part) / len(part) if part else 0
        return 10 * math.log10(power) if power > 1e-12 else SILENCE

    def levels(self, window):
        count = int(self.seconds / window)
        return [self.level(i * window, (i + 1) * window) for i in range(count)]

    def first(self, start, end, least):
        """The first instant in a span at which the sound is at least so loud (dBFS), or None."""
        limit = 10 ** (least / 20)
        for i in range(max(0, round(start * self.RATE)), min(len(self.samples), round(end * self.RATE))):
            if abs(self.samples[i]) >= limit:
                return i / self.RATE
        return None


def cues(path):
    """(start, end, text) of every cue of an SRT file."""
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").strip()):
        number, times, *text = block.splitlines()
        assert int(number) == len(found) + 1, f"cue {number} is the {len(found) + 1}th"
        match = re.fullmatch(r"(\d+):(\d\d):(\d\d),(\d{3}) --> (\d+):(\d\d):(\d\d),(\d{3})", times)
        assert match, times
        h, m, s, ms, h2, m2, s2, ms2 = map(int, match.groups())
        found.append((h * 3600 + m * 60 + s + ms / 1000, h2 * 3600 + m2 * 60 + s2 + ms2 / 1000, "\n".join(text)))
    return found


def png_of(width, height, rows):
    """A picture of RGB rows, each behind a 0."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def png(grey, width=256, height=144):
    """A picture of one grey."""
    return png_of(width, height, (b"\0" + bytes([grey, grey, grey]) * width) * height)


def wav(seconds=1.0, hertz=440, rate=48000):
    """A tone."""
    n = round(seconds * rate)
    data = b"".join(struct.pack("<h", round(8000 * math.sin(2 * math.pi * hertz * i / rate))) for i in range(n))
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16) +
            b"data" + struct.pack("<I", len(data)) + data)


class Master:
    """Decoded sound as it is: 48 kHz, two channels, whole numbers of 24 bits."""

    RATE = 48000

    def __init__(self, path):
        whole = array.array("i")
        whole.frombytes(tool("ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-ac", 2, "-ar", self.RATE, "-f", "s32le", "-", text=False))
        self.samples = array.array("i", (x >> 8 for x in whole))
        self.frames = len(self.samples) // 2

    def level(self, start, end):
        """RMS in dBFS between two instants, of the left channel."""
        part = self.samples[2 * round(start * self.RATE):2 * round(end * self.RATE):2]
        power = sum(x * x for x in part) / (1 << 46) / len(part)
        return 10 * math.log10(power) if power > 1e-14 else SILENCE


Loudness = collections.namedtuple("Loudness", "lufs range_lu peak")


def loudness(path, before=""):
    """As ffmpeg's meter has it: integrated, its range, and the true peak. before: filters that the sound goes through."""
    told = subprocess.run(["ffmpeg", "-nostats", "-i", str(path), "-map", "0:a:0", "-af", f"{before}ebur128=peak=true", "-f", "null", "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120).stderr
    return Loudness(*(float(re.findall(rf"\b{name}: +(-?[\d.]+) (?:LUFS|LU|dBFS)\n", told)[-1]) for name in ("I", "LRA", "Peak")))


def samples_wav(samples, rate=48000):
    """One channel of 16 bits."""
    data = array.array("h", samples).tobytes()
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16) +
            b"data" + struct.pack("<I", len(data)) + data)


def noise(seconds, level, rate=48000, seed=1):
    """The samples of noise, of one channel, whose highs are soft."""
    made, x, state = [], 0.0, seed
    for _ in range(round(seconds * rate)):
        state = (state * 1103515245 + 12345) & 0x7fffffff
        x += 0.2 * ((state >> 8) / (1 << 22) - 1 - x)
        made.append(round(max(-1, min(1, x)) * level * 32767))
    return made
