# SPDX-License-Identifier: MIT
"""What the fake ComfyUI renders: real pictures, films and sounds, whose pixels follow from the graph, with the metadata
in them that the real server writes."""
import functools
import hashlib
import json
import pathlib
import struct
import subprocess
import tempfile
import zlib


def find(graph, names, default):
    """The first plain number in the graph under one of these names, small enough for a test."""
    for node in graph.values():
        for name in names:
            value = node.get("inputs", {}).get(name)
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
                return value
    return default


def chance(graph, node):
    """Sixteen bytes that follow from all that a node depends on, but not from what its files are called."""
    seen = {}

    def walk(id):
        if id in seen or id not in graph:
            return
        inputs = graph[id].get("inputs", {})
        seen[id] = [graph[id].get("class_type"), {k: v for k, v in inputs.items() if k not in ("filename_prefix", "prefix")}]
        for value in inputs.values():
            if isinstance(value, list) and value and isinstance(value[0], str):
                walk(value[0])
    walk(node)
    return hashlib.md5(json.dumps(sorted(seen.items()), sort_keys=True).encode()).digest()


def size(graph):
    width, height = int(find(graph, ("width",), 64)), int(find(graph, ("height",), 48))
    while width * height > 400 * 400:  # nobody looks at them
        width, height = width // 2, height // 2
    return max(width // 2 * 2, 16), max(height // 2 * 2, 16)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(graph, node, metadata=True):
    """A picture with the graph in its text chunk `prompt`, as SaveImage writes it."""
    width, height = size(graph)
    r, g, b = chance(graph, node)[:3]
    rows = b"".join(b"\0" + bytes((r, g, (b + y) % 256)) * width for y in range(height))
    text = chunk(b"tEXt", b"prompt\0" + json.dumps(graph).encode()) if metadata else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + text
            + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


@functools.lru_cache(maxsize=256)
def encode(graph_text, *arguments, ending):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / ("file." + ending)
        subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, "-metadata", "prompt=" + graph_text, path], check=True,
                       stdin=subprocess.DEVNULL, timeout=60)
        return path.read_bytes()


def film(graph, node, ending="mp4"):
    """A film with the graph in its container's tags, as SaveVideo writes it."""
    width, height = size(graph)
    fps = find(graph, ("fps", "frame_rate"), 16)
    frames = min(int(find(graph, ("length", "num_frames", "batch_size"), 17)), 400)
    seconds = find(graph, ("total_second_length",), 0)
    frames = int(seconds * fps) if seconds else frames
    hue = chance(graph, node)[0]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "use_metadata_tags"] \
        if ending == "mp4" else ["-c:v", "libvpx", "-deadline", "realtime"]
    return encode(json.dumps(graph), "-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate={fps},hue=h={hue}",
                  "-frames:v", str(max(frames, 2)), *codec, ending=ending)


def sound(graph, node, ending="flac"):
    pitch = 200 + chance(graph, node)[0]
    seconds = min(float(find(graph, ("duration", "seconds", "audio_length"), 2)), 30)
    return encode(json.dumps(graph), "-f", "lavfi", "-i", f"sine=frequency={pitch}:duration={seconds}:sample_rate=44100",
                  ending=ending)
