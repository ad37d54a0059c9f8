# SPDX-License-Identifier: MIT
"""Media that is damaged, mislabelled, endless or not what it seems: used for what is good in it, or refused at the
film's line with the file's name and what would be right. The terminal hears nothing of libav's own."""
import re
import struct
import zlib

import pytest

import media

FILM = """\
c41: 1
title: Bad
format: 64x48@24
scenes:
  - id: one
    shots:
      - shot: good
        image: a house
        seconds: 0.25
      - shot: bad
        {use}
"""
FOOTAGE, SILENT, PICTURE = "file: FILE", "file: FILE\n        audio: drop\n        seconds: 0.25", "image: {file: FILE}\n        seconds: 0.25"
SOUND = "sound: {file: FILE}\n        image: a tree\n        seconds: 0.25"
LIBAV = re.compile(r"\[\w+ @ 0x|moov atom|Invalid NAL|error while decoding|non-existing", re.I)


def ffmpeg(path, *options):
    media.tool("ffmpeg", "-v", "error", "-y", *options, path)


def clip(path, *options, seconds=1, size="64x48", sound=True):
    ffmpeg(path, "-f", "lavfi", "-i", f"testsrc2=s={size}:r=24:d={seconds}", *(["-f", "lavfi", "-i", f"sine=440:d={seconds}"] if sound else []),
           *(options or ("-c:v", "libx264", "-preset", "ultrafast", "-g", "6")))


def cut_short(path):
    clip(path, "-c:v", "libx264", "-movflags", "+faststart")
    data = path.read_bytes()
    path.write_bytes(data[:len(data) * 2 // 3])


def cut_off(path):
    """A Matroska, or WebM, of three seconds whose last two never came."""
    codecs = ["-c:v", "libvpx", "-b:v", "400k", "-c:a", "libopus"] if path.suffix == ".webm" else ["-c:v", "libx264", "-qp", "10", "-c:a", "flac"]
    clip(path, *codecs, seconds=3)
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 3])


def headless(path):
    """An MP4 whose index, at its end, was never written."""
    clip(path)
    data = path.read_bytes()
    path.write_bytes(data[:data.rindex(b"moov") - 4])


def scratched(path):
    """Damaged in the middle of its pictures."""
    clip(path, "-c:v", "libx264", "-qp", "10", "-an")
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    middle = begin + (len(data) - begin) // 2
    data[middle:middle + 400] = b"\xa5" * 400
    path.write_bytes(data)


def sparse(path):
    clip(path)
    with open(path, "r+b") as file:
        file.truncate(2 << 30)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, data):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def mislabelled(form):
    """A file of one form under the name of another."""
    def write(path):
        other = path.with_suffix(form)
        ffmpeg(other, "-f", "lavfi", "-i", *(["sine=440:d=1"] if form == ".wav" else ["testsrc2=s=64x48:d=0.04", "-frames:v", "1"]))
        other.rename(path)
    return write


def encrypted(path):
    clip(path, "-c:v", "libx264", "-c:a", "aac", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb",
         "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8")


def no_frames(path):
    clip(path, "-c:v", "libx264", "-movflags", "+empty_moov+frag_keyframe", sound=False)
    data = path.read_bytes()
    path.write_bytes(data[:data.index(b"moof") - 4])


def endless(path):
    """Two frames, the second after 30 years."""
    ffmpeg(path, "-f", "lavfi", "-i", "testsrc2=s=64x48:r=1:d=2", "-vf", "setpts=N*1000000000/TB", "-c:v", "libx264", "-vsync", "vfr")


def changing_size(path):
    names = ["small.ts", "large.ts"]
    for name, size in zip(names, ["64x48", "96x64"]):
        clip(path.with_name(name), "-c:v", "libx264", "-an", size=size)
    path.with_name("both.txt").write_text("".join(f"file {name}\n" for name in names))
    ffmpeg(path, "-f", "concat", "-i", path.with_name("both.txt"), "-c", "copy")


def webp_with_more(path):
    """A picture, and then a chunk that libav's decoder ends the program for."""
    ffmpeg(path, "-f", "lavfi", "-i", "color=red:s=32x24", "-frames:v", "1")
    path.write_bytes(path.read_bytes() + b"\xff" * 5000)


def text(content):
    return lambda path: path.write_text(content)


def sine(path, *options):
    ffmpeg(path, "-f", "lavfi", "-i", "sine=440:d=1", *options)


def streamed(path):
    """As speech servers write it: the head does not know how much follows."""
    path.write_bytes(media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=440:d=0.9", "-f", "wav", "-", text=False))


def head_of_nothing(size, data):
    """A head that was written before the sound, as that of an empty WAV, or in part."""
    def write(path):
        sine(path)
        at = path.read_bytes().index(b"data")
        whole = path.read_bytes()
        path.write_bytes(whole[:4] + struct.pack("<I", len(whole) - 8 if size is None else size) + whole[8:at + 4] + struct.pack("<I", data) + whole[at + 8:])
    return write


def sound_cut_short(path):
    sine(path)
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 4 * 2])


# What the shot asks for, how the file comes to be, and what is said of it.
REFUSED = {
    "cut-short.mp4": (FOOTAGE, cut_short, "damaged or cut short"),
    "cut-off.mkv": (FOOTAGE, cut_off, r"promises 3\.\d\d s and has [01]\.\d\d s: copy all of it again"),
    "cut-off.webm": (SILENT, cut_off, r"promises 3\.\d\d s and has [01]\.\d\d s: copy all of it again"),
    "headless.mp4": (FOOTAGE, headless, "damaged"),
    "scratched.mp4": (SILENT, scratched, "damaged"),
    "nothing.mp4": (FOOTAGE, lambda p: p.write_bytes(b""), "empty"),
    "zeros.mp4": (FOOTAGE, lambda p: p.write_bytes(bytes(100000)), "no format that is taken"),
    "only-its-head.mp4": (FOOTAGE, lambda p: p.write_bytes(b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41"), "damaged"),
    "jpeg.mp4": (FOOTAGE, mislabelled(".jpg"), "is named like video but is image"),
    "wav.mov": (FOOTAGE, mislabelled(".wav"), "WAV sound"),
    "list.mp4": (FOOTAGE, text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"), "a playlist"),
    "concat.mp4": (FOOTAGE, text("ffconcat version 1.0\nfile '/etc/passwd'\n"), "a playlist"),
    "session.mp4": (FOOTAGE, text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nt=0 0\nm=video 9 RTP/AVP 96\n"), "text"),
    "list-inside.mov": (FOOTAGE, lambda p: p.write_bytes(b"\0\0\0\x08wide" + b"#EXTM3U\nfile:///etc/passwd\n"), "damaged"),
    "encrypted.mp4": (FOOTAGE, encrypted, "encrypted"),
    "sound-only.mp4": (SILENT, sine, "has no picture"),
    "no-frames.mp4": (SILENT, no_frames, "no frames"),
    "endless.mkv": (FOOTAGE, endless, "longer than a day"),
    "changing.ts": (SILENT.replace("0.25", "2"), changing_size, "changes its size from 64x48 to 96x64"),
    "wide.png": (PICTURE, lambda p: p.write_bytes(png(32768, 32768, zlib.compress(bytes(9999)))), "more than 134 million pixels"),
    "bomb.png": (PICTURE, lambda p: p.write_bytes(png(12000, 12000, zlib.compress(bytes(1 << 24)))), "more than 134 million pixels"),
    "no-pixels.png": (PICTURE, lambda p: p.write_bytes(png(0, 7, zlib.compress(b""))), "damaged"),
    "more.webp": (PICTURE, webp_with_more, "damaged"),
    "cut-short.mp3": (SOUND, sound_cut_short, r"promises 1\.\d\d s and has 0\.\d\d s: copy all of it again"),
    "cut-short.wav": (SOUND, sound_cut_short, "damaged or cut short"),
    "mute.mp4": (SOUND, lambda p: clip(p, sound=False), "sound"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(make_project, name):
    use, write, says = REFUSED[name]
    project = make_project({"film.yaml": FILM.format(use=use.replace("FILE", name))})
    write(project.folder / name)
    done = project.run("build", "film.yaml")
    assert done.returncode in (1, 2), f"exit {done.returncode}\n{done.stderr}"
    assert re.search(rf"^film\.yaml:1[0-3]:\d+: error: .*{re.escape(name)}", done.stderr, re.M), done.stderr
    assert re.search(says, done.stderr.replace(name, "")), done.stderr
    assert not LIBAV.search(done.stdout + done.stderr), done.stderr
    assert not list((project.folder / "out").rglob("*.mp4"))


def test_what_libav_says_is_in_the_log_of_the_step(make_project):
    project = make_project({"film.yaml": FILM.format(use=SILENT.replace("FILE", "scratched.mp4"))})
    scratched(project.folder / "scratched.mp4")
    build = project.build(code=1)
    log = project.folder / ".c41/log/film/one/bad/cut/web.log"
    assert "put a good copy in its place" in build.err and str(log.relative_to(project.folder)) in build.err, build.err
    assert LIBAV.search(log.read_text()), log.read_text()
    clip(project.folder / "scratched.mp4")
    project.build()
    assert not log.exists(), "a step that runs without a word has no log"


def eight_k(path):
    clip(path, "-c:v", "libx264", "-preset", "ultrafast", "-an", size="7680x4320", seconds=0.09)


def surround(path):
    ffmpeg(path, "-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=1", "-f", "lavfi", "-i", "aevalsrc=0.1*sin(2760*t)|0|0.1*sin(2760*t)|0|0|0:c=5.1:s=44100:d=1",
           "-c:v", "libx264", "-c:a", "aac")


TAKEN = {
    "one-frame.mp4": (SILENT, lambda p: ffmpeg(p, "-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=0.04", "-frames:v", "1", "-c:v", "libx264")),
    "short.mp4": (FOOTAGE, lambda p: clip(p, seconds=0.1)),
    "8k.mp4": (SILENT, eight_k),
    "animated.gif": (SILENT, lambda p: clip(p, "-an")),
    "surround.mp4": (FOOTAGE, surround),
    "whole.mp3": (SOUND, sine),
    "low.mp3": (SOUND, lambda p: sine(p, "-ar", "16000")),
    "untold.mp3": (SOUND, lambda p: sine(p, "-write_xing", "0")),
    "streamed.wav": (SOUND, streamed),
    "empty-head.wav": (SOUND, head_of_nothing(36, 0)),
    "half-told.wav": (SOUND, head_of_nothing(None, 0xffffffff)),
    "tail-of-zeros.mp4": (SILENT, sparse),
    "one-pixel.png": (PICTURE, lambda p: p.write_bytes(png(1, 1, zlib.compress(b"\0\x80\x80\x80")))),
    "line.png": (PICTURE, lambda p: p.write_bytes(png(3000, 1, zlib.compress(b"\0" + bytes(9000))))),
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(make_project, name):
    use, write = TAKEN[name]
    project = make_project({"film.yaml": FILM.format(use=use.replace("FILE", name))})
    write(project.folder / name)
    build = project.build()
    assert not LIBAV.search(build.out + build.err), build.err
    deliverable, = (project.folder / "out").rglob("*.mp4")
    media.decode(deliverable)
