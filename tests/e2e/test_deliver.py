# SPDX-License-Identifier: MIT
"""Deliverables as their presets say, seen by ffprobe and ffmpeg, which we did not write. Sizes are in test_presets.py."""
import pathlib
import random
import re

import pytest

import media

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRESETS = ROOT / "presets/deliver"
FPS, FRAMES = 25, 90

FILM = """\
c41: 1
title: Shown
format: 256x144@25
scenes:
  - scene: INT. LAMP ROOM - NIGHT
    id: lamp
    shots:
      - {shot: dark, file: dark.png, seconds: 1.4, move: push-in, say: [{narrator: The light went out., file: beep.wav, at: 0.2}]}
      - {shot: light, file: light.png, seconds: 1.2, transition: {dissolve: 0.4}}
  - scene: EXT. SHORE - DAY
    id: shore
    shots:
      - {shot: end, file: dark.png, seconds: 1}
music: [{file: beep.wav, level: 0}]
"""
SMALL = ", pixels: 144x256"

# What each file is: its container, and of its picture codec, profile, format of pixels; the codec of its sound and bits a
# second; loudness and peak; the longest GOP in seconds; B-frames in a row; the timecode of its first frame; subtitles.
MP4, MOV, MKV = "mov,mp4,m4a,3gp,3g2,mj2", "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm"
H264 = (MP4, "h264", "High", "yuv420p", "aac")
PRORES = (MOV, "prores", "HQ", "yuv422p10le", "pcm_s24le")
FILES = {
    "archive": ("mkv", (MKV, "av1", "Main", "yuv420p", "opus"), None, (-16, -1), None, None, None, "embed"),
    "atsc-a85": ("mov", PRORES, None, (-24, -2), None, 0, "01:00:00:00", "sidecar"),
    "broadcast-r128": ("mov", PRORES, None, (-23, -1), None, 0, "10:00:00:00", "sidecar"),
    "discord": ("mp4", H264, 96_000, (-14, -1.5), None, 3, None, "none"),
    "dnxhr-master": ("mov", (MOV, "dnxhd", "DNXHR HQX", "yuv422p10le", "pcm_s24le"), None, (-23, -1), None, 0, "01:00:00:00", "sidecar"),
    "prores-master": ("mov", PRORES, None, (-23, -1), None, 0, "01:00:00:00", "sidecar"),
    "reels": ("mp4", H264, 128_000, (-14, -1.5), 2, 3, None, "burn"),
    "review": ("mp4", H264, 96_000, (-16, -1.5), None, 3, None, "sidecar"),
    "square": ("mp4", H264, 128_000, (-14, -1.5), None, 3, None, "burn"),
    "tiktok": ("mp4", H264, 192_000, (-14, -1.5), 2, 3, None, "burn"),
    "web": ("mp4", H264, 256_000, (-14, -1), None, 3, None, "sidecar"),
    "web-av1": ("mp4", (MP4, "av1", "Main", "yuv420p", "aac"), 192_000, (-14, -1), 5, None, None, "sidecar"),
    "x": ("mp4", H264, 192_000, (-14, -1), 2, 3, None, "burn"),
    "youtube": ("mp4", H264, 384_000, (-14, -1), 0.5, 2, None, "sidecar"),
}
PREVIEWS = {"gif", "stills", "stills-jpeg", "webp"}
UPRIGHT = {"reels", "tiktok"}


def sources():
    return {"dark.png": media.png(60), "light.png": media.png(200), "beep.wav": media.wav(1)}


@pytest.fixture(scope="module")
def built(make_shared):
    shape = {"review": ", pixels: 256x144", "discord": ", pixels: 256x144", "square": ", pixels: 144x144", **{name: SMALL for name in UPRIGHT}}
    deliver = "".join(f"  - {{preset: {name}, language: de{shape.get(name, '')}}}\n" for name in FILES)
    project = make_shared({"film.yaml": FILM + "deliver:\n" + deliver, **sources()})
    project.said = project.build()
    return project


def test_all_are_here():
    """But for sound alone, which is looked at elsewhere."""
    silent = {path.stem for path in PRESETS.glob("*.yaml") if "encode:" not in path.read_text()}
    assert {path.stem for path in PRESETS.glob("*.yaml")} == set(FILES) | PREVIEWS | silent


def figures(text):
    """What a preset's row in docs/delivery.md must have."""
    def said(key, form="{}"):
        found = re.search(rf"(?:^|[{{ ]){key}: ([^,}}\n]+)", text, re.M)
        return [form.format(found[1])] if found else []
    picture = re.search(r"^encode: .*", text, re.M)
    own = said("format") + said("loudness", "{} LUFS") + said("true-peak", "{} dBTP") + said("pixels") + said("max-bytes", "{} bytes")
    own += said("max-seconds", "{} s") + said("max-fps", "{} frames a second") + said("width", "{} wide") + said("max-aspect", "to {} times")
    if picture and not said("each") and not said("width"):
        own += re.findall(r"codec: ([\w-]+)", picture[0]) + [f"CRF {n}" for n in re.findall(r"crf: (\d+)", picture[0])]
    bits = re.search(r"bitrate: (\d+)000", text)
    return own + ([f"{bits[1]} kb/s"] if bits else [])


def test_the_page_has_the_figures():
    rows = dict(re.findall(r"^\| `([\w-]+)` \|(.*)$", (ROOT / "docs/delivery.md").read_text(), re.M))
    assert set(rows) == {path.stem for path in PRESETS.glob("*.yaml")}
    for path in PRESETS.glob("*.yaml"):
        for figure in figures(path.read_text()):
            assert figure in rows[path.stem], f"{path.stem}: {figure}"


def test_presets_are_dated():
    for path in PRESETS.glob("*.yaml"):
        assert re.search(r"\b20\d\d-\d\d\b", path.read_text()), path


def kinds_of_frames(path):
    return re.findall(r"[IPB]", media.tool("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pict_type",
                                           "-of", "csv=p=0", path))


def key_frames(path):
    flags = media.tool("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=flags", "-of", "csv=p=0", path)
    return [i for i, line in enumerate(flags.split()) if line.startswith("K")]


@pytest.mark.parametrize("name", FILES)
def test_file(built, name):
    ending, streams, bitrate, (lufs, peak), gop, b_frames, timecode, subtitles = FILES[name]
    path = built.folder / f"out/shown-{name}.{ending}"
    file = media.File(path)
    picture, sound = file.stream("video"), file.stream("audio")
    profile = picture.get("profile") or ""
    assert (file.format["format_name"], picture["codec_name"], profile, picture["pix_fmt"], sound["codec_name"]) == streams
    assert (file.streams[0], file.fps, file.frames) == (picture, FPS, FRAMES)
    assert float(file.format["duration"]) == pytest.approx(FRAMES / FPS, abs=0.025)

    # A tone needs fewer bits than it is given, never many more.
    assert not bitrate or int(sound["bit_rate"]) < bitrate * 1.1
    measured = media.loudness(path)
    assert measured.lufs == pytest.approx(lufs, abs=0.5) and measured.peak <= peak + 0.2

    if gop:
        keys = key_frames(path)
        assert max(b - a for a, b in zip(keys, [*keys[1:], FRAMES])) <= round(gop * FPS + 0.01)
    if b_frames is not None:
        assert max(map(len, re.findall("B+", "".join(kinds_of_frames(path)))), default=0) <= b_frames

    assert (picture["color_primaries"], picture["color_transfer"], picture["color_space"], picture["color_range"]) == \
        ("bt709", "bt709", "bt709", "tv")
    assert picture.get("field_order", "progressive") == "progressive"
    if ending != "mkv":
        assert media.boxes(path).index("moov") < media.boxes(path).index("mdat")
    media.decode(path)


@pytest.mark.parametrize("name", FILES)
def test_what_is_said_of_it(built, name):
    """Title, chapters, language, timecode, subtitles."""
    ending, *_, timecode, subtitles = FILES[name]
    path = built.folder / f"out/shown-{name}.{ending}"
    file = media.File(path)
    assert file.format["tags"]["title"] == "Shown"
    assert [c["tags"]["title"] for c in file.chapters] == ["INT. LAMP ROOM - NIGHT", "EXT. SHORE - DAY"]
    assert [float(c["start_time"]) for c in file.chapters] == pytest.approx([0, 2.6], abs=0.001)
    tags = file.stream("audio").get("tags", {})
    assert tags.get("language") in ("deu", "ger")
    assert file.stream("video").get("tags", {}).get("timecode") == timecode
    if timecode:
        track = [s for s in file.streams if s.get("codec_tag_string") == "tmcd"]
        assert [s["tags"]["timecode"] for s in track] == [timecode]
    assert [s["codec_type"] for s in file.streams].count("subtitle") == (1 if subtitles == "embed" else 0)
    beside = sorted(p.suffix for p in path.parent.glob(f"{path.stem}.*"))
    assert beside == sorted([f".{ending}"] + ([".srt", ".vtt"] if subtitles != "none" else []))


def test_no_film_is_told_of_limits(built):
    assert "warning" not in re.sub(r"[^\n]*loudness[^\n]*", "", built.said.err), built.said.err


@pytest.mark.parametrize("form, more, says", [
    ("256x144@25", ", max-seconds: 3", "lasts 3.60 s, and this is for films of at most 3 s"),
    ("256x144@120", "", "takes films of at most 60 frames a second, and this one has 120"),
    ("400x100@25", "", "takes pictures from 0.333 to 3 times as wide as high, and these are 4"),
])
def test_limits_are_told(make_project, form, more, says):
    project = make_project({"film.yaml": FILM.replace("256x144@25", form) + f"deliver: [{{preset: x{more}}}]\n", **sources()})
    build = project.build()
    assert says in build.err, build.err
    assert re.search(r"^film.yaml:15:\d+: warning", build.err, re.M), build.err


@pytest.mark.parametrize("said, grey", [("light", 200), ("3.1", 60), ("shore/end", 60)])
@pytest.mark.parametrize("preset, pictures", [("web", ["h264", "mjpeg"]), ("archive", ["av1", "mjpeg"])])
def test_poster(make_project, preset, pictures, said, grey):
    """The picture is the first stream, the poster no film that plays."""
    project = make_project({"film.yaml": FILM + f"deliver: [{{preset: {preset}, poster: {said}}}]\n", **sources()})
    project.build()
    path = next((project.folder / "out").glob("shown.m*"))
    file = media.File(path)
    assert [s["codec_name"] for s in file.streams if s["codec_type"] == "video"] == pictures
    poster = file.streams[-1]
    assert poster["disposition"]["attached_pic"] == 1 and (poster["width"], poster["height"]) == (256, 144)
    raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-map", f"0:{poster['index']}", "-frames:v", "1", "-pix_fmt", "gray",
                     "-f", "rawvideo", "-", text=False)
    assert sum(raw) / len(raw) == pytest.approx(grey, abs=3)
    assert file.streams[0]["codec_name"] == pictures[0]
    media.decode(path)


@pytest.mark.parametrize("more, room", [("", ["free", "free"]), (", max-bytes: 9000000", ["free"])])
def test_a_poster_moves_no_film(make_project, more, room):
    """The index, with the poster in it, fits into the room that was left for it: what is over is told as free. Were there
    none, as where every byte counts, the film would have been moved behind its index."""
    film = "c41: 1\ntitle: Noise\nformat: 320x180@25\nscenes: [{shots: [{shot: a, file: a.png, seconds: 0.4}]}]\n"
    noise = media.png_of(320, 180, b"".join(b"\0" + random.Random(row).randbytes(960) for row in range(180)))
    project = make_project({"film.yaml": film + f"deliver: [{{preset: web, poster: a{more}}}]\n", "a.png": noise})
    project.build()
    path = project.folder / "out/noise.mp4"
    assert media.boxes(path) == ["ftyp", "moov", *room, "mdat"]
    assert media.File(path).streams[-1]["disposition"]["attached_pic"] == 1
    media.decode(path)


def test_a_mov_has_no_poster(make_project):
    project = make_project({"film.yaml": FILM + "deliver: [{preset: prores-master, poster: light}]\n", **sources()})
    build = project.build()
    assert "a MOV has no place for a poster" in build.err
    assert media.File(project.folder / "out/shown.mov").stream("video")["codec_name"] == "prores"


@pytest.mark.parametrize("preset, ending, codec", [("web", "mp4", "mov_text"), ("prores-master", "mov", "mov_text"), ("archive", "mkv", "subrip")])
def test_subtitles_inside(make_project, preset, ending, codec):
    project = make_project({"film.yaml": FILM + f"deliver: [{{preset: {preset}, subtitles: embed, language: fr}}]\n", **sources()})
    project.build()
    path = project.folder / f"out/shown.{ending}"
    stream = media.File(path).stream("subtitle")
    assert stream["codec_name"] == codec and stream["tags"]["language"] in ("fra", "fre")
    text = media.tool("ffmpeg", "-v", "error", "-copyts", "-i", path, "-map", "0:s", "-f", "srt", "-")
    assert "The light went out." in text and text.split("-->")[0].strip().endswith("00:00:00,200")


@pytest.fixture(scope="module")
def previews(make_shared):
    project = make_shared({"film.yaml": FILM + "deliver:\n  - gif\n  - webp\n  - stills\n  - stills-jpeg\n"
                           "  - {name: part, preset: gif, width: 64, fps: 5, seconds: 1.2}\n"
                           "  - {name: end, preset: stills, pixels: 80x46, poster: 0.9}\n", **sources()})
    project.said = project.build()
    return project


def test_previews_need_no_sound(previews):
    assert not {e["id"] for e in previews.said.of("step-done") if e["kind"] in ("mix", "speak", "ambience")}
    assert {e["path"] for e in previews.said.end["deliverables"]} == {
        "out/shown-gif.gif", "out/shown-webp.webp", "out/shown-part.gif",
        *(f"out/shown/{name}/{shot}.{ending}" for name, ending in (("stills", "png"), ("stills-jpeg", "jpg"), ("end", "png"))
          for shot in ("lamp-dark", "lamp-light", "shore-end"))}


@pytest.mark.parametrize("name, size, frames, seconds", [("gif", (480, 270), 43, 3.6), ("part", (64, 36), 6, 1.2)])
def test_gif(previews, name, size, frames, seconds):
    path = previews.folder / f"out/shown-{name}.gif"
    file = media.File(path)
    picture = file.stream("video")
    assert (picture["codec_name"], picture["width"], picture["height"]) == ("gif", *size)
    assert file.frames == frames and file.seconds == pytest.approx(seconds, abs=0.05)
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in path.read_bytes(), "it goes round for ever"
    grey = media.tool("ffmpeg", "-v", "error", "-i", path, "-vf", "format=gray", "-f", "rawvideo", "-", text=False)
    area = size[0] * size[1]
    levels = [sum(grey[i:i + area]) / area for i in range(0, len(grey), area)]
    assert levels[0] == pytest.approx(60, abs=4)
    if name == "gif":
        assert levels[24] == pytest.approx(200, abs=4) and levels[-1] == pytest.approx(60, abs=4)


def test_a_preview_needs_no_shot_behind_its_stretch(make_project):
    """Nor its voice. How long a line is nobody knows before it is there, but its shot has its head and tail at least."""
    film = """\
c41: 1
title: Start
format: 64x36@24
scenes:
  - id: one
    shots:
      - {shot: a, file: dark.png, seconds: 0.5, transition: {dissolve: 0.25}}
      - {shot: b, file: light.png, head: 0.3, tail: 0.25, say: [{narrator: Hm., file: beep.wav}]}
  - id: two
    shots:
      - {shot: c, file: light.png, seconds: 0.5}
      - {shot: d, file: dark.png, seconds: 0.5, say: [{narrator: Never., file: beep.wav}]}
  - {id: three, shots: [{shot: e, file: light.png}]}
deliver: [{preset: gif, seconds: SECONDS, width: 64}]
"""
    project = make_project({"film.yaml": film.replace("SECONDS", "1"), **sources()})
    first = {"one/a/cut/gif", "one/a/join/gif", "one/b/timing", "one/b/cut/gif", "film/gif"}
    assert {step for step in project.build().ran if "voice" not in step} == first
    assert project.build("film.yaml").ran == set()
    assert media.tool("ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0",
                      project.folder / "out/start.gif").strip() == "12"
    project.change("film.yaml", "seconds: 1,", "seconds: 1.2,")
    assert project.build().ran == {"two/c/cut/gif", "film/gif"}


def test_webp(previews):
    """Read chunk by chunk: this ffmpeg knows no WebP that moves."""
    data = (previews.folder / "out/shown-webp.webp").read_bytes()
    assert data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and int.from_bytes(data[4:8], "little") == len(data) - 8
    at, shown, loops = 12, [], None
    while at < len(data):
        name, size = data[at:at + 4], int.from_bytes(data[at + 4:at + 8], "little")
        if name == b"ANIM":
            loops = int.from_bytes(data[at + 12:at + 14], "little")
        elif name == b"ANMF":
            shown.append(int.from_bytes(data[at + 20:at + 23], "little"))
        at += 8 + size + size % 2
    assert at == len(data) and loops == 0, "it goes round for ever"
    assert sum(shown) == pytest.approx(3600, abs=100)
    facts = next(d["facts"] for d in previews.said.end["deliverables"] if d["path"].endswith(".webp"))
    assert (facts["type"], facts["width"], facts["height"], facts["frames"]) == ("image", 480, 270, len(shown))


@pytest.mark.parametrize("name, ending, codec, size", [("stills", "png", "png", (256, 144)), ("stills-jpeg", "jpg", "mjpeg", (256, 144)),
                                                       ("end", "png", "png", (80, 46))])
def test_stills(previews, name, ending, codec, size):
    for shot, grey in (("lamp-dark", 60), ("lamp-light", 200), ("shore-end", 60)):
        path = previews.folder / f"out/shown/{name}/{shot}.{ending}"
        said = media.tool("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", path)
        assert said.strip() == ",".join(map(str, (codec, *size)))
        raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-pix_fmt", "gray", "-f", "rawvideo", "-", text=False)
        assert sorted(raw)[len(raw) // 2] == pytest.approx(grey, abs=3), shot


def test_shapes_from_the_same_shots(make_project):
    """16:9, 9:16 and 1:1 in one build: one picture and one voice of each, cropped where the shot says, else the deliverable."""
    film = """\
c41: 1
title: Shapes
format: 256x144@24
scenes:
  - id: a
    shots:
      - {shot: left, file: left.png, seconds: 0.5, focus: [0.1, 0.5]}
      - {shot: free, file: left.png, seconds: 0.5}
      - {shot: made, image: a lighthouse, seconds: 0.5, say: {narrator: The light.}}
deliver:
  - {name: wide, preset: web}
  - {name: upright, preset: reels, pixels: 90x160, focus: [0.9, 0.5]}
  - {name: square, preset: square, pixels: 90x90, focus: [0.9, 0.5]}
"""
    # White on the left third, black elsewhere.
    row = b"\0" + b"\xff\xff\xff" * 85 + b"\0\0\0" * 171
    project = make_project({"film.yaml": film, "left.png": media.png_of(256, 144, row * 144)})
    build = project.build()
    models = sorted(e["kind"] for e in build.of("step-done") if e["kind"] in ("image", "speak"))
    assert models == ["image", "speak"], "nothing is asked for twice"
    for name, size in (("wide", (256, 144)), ("upright", (90, 160)), ("square", (90, 90))):
        path = project.folder / f"out/draft/shapes-{name}.mp4"
        picture = media.File(path).stream("video")
        assert (picture["width"], picture["height"]) == size
        greys = media.greys(path)
        if name == "wide":
            assert greys[2] == pytest.approx(85, abs=3) and greys[14] == pytest.approx(85, abs=3)
        else:
            white = 255 if name == "upright" else 255 * 85 / 144  # all that is seen, or what fits
            assert greys[2] == pytest.approx(white, abs=6) and greys[14] < 10, "the shot's focus, then the deliverable's"
