# SPDX-License-Identifier: MIT
"""Footage of every make, cut into one film: each shot shows the same four colours where they belong."""

import pytest

import media

WIDTH, HEIGHT, FRAMES = 160, 96, 6
CORNERS = {"red": (200, 40, 40), "green": (40, 160, 40), "blue": (40, 40, 200), "grey": (180, 180, 180)}


def colour(rgb):
    return "0x" + "".join(f"{v:02x}" for v in rgb)


def corners(width=WIDTH, height=HEIGHT, rate=24, seconds=0.5):
    """red green over blue grey, as a source of libavfilter; odd sizes give the left and the upper half less."""
    across, down = width // 2, height // 2
    parts = zip(CORNERS.values(), [(across, down), (width - across, down), (across, height - down), (width - across, height - down)])
    colours = [f"color=c={colour(rgb)}:s={w}x{h}:r={rate}:d={seconds},format=gbrp" for rgb, (w, h) in parts]
    return ";".join(f"{c}[{i}]" for i, c in enumerate(colours)) + ";[0][1]hstack[t];[2][3]hstack[b];[t][b]vstack"


TO_YUV = "scale=out_color_matrix={}:out_range={},format={}"


def make(path, filters, *options, source=None):
    media.tool("ffmpeg", "-v", "error", "-y", "-filter_complex", f"{source or corners()}{',' + filters if filters else ''}", *options, path)


def plain(path, matrix="bt470bg", span="tv", form="yuv420p", codec=("libx264", "-qp", "8"), tags=(), before="", **more):
    make(path, (before and before + ",") + TO_YUV.format(matrix, span, form), "-c:v", *codec, *tags, **more)


def tags(matrix, span="tv", primaries="bt709", curve="bt709"):
    return ("-colorspace", matrix, "-color_primaries", primaries, "-color_trc", curve, "-color_range", span)


def turn(path, matrix):
    """Writes the display matrix of the picture's track: a b c d of x' = ax + cy, y' = bx + dy."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    for i, value in zip((0, 1, 3, 4), matrix):
        data[at + 4 * i:at + 4 * i + 4] = (value << 16 & 0xFFFFFFFF).to_bytes(4, "big")
    path.write_bytes(data)


# How a picture lies in its file, and the matrix that rights it.
LYING = {
    "clock": ("transpose=cclock", (0, 1, -1, 0)), "upside": ("hflip,vflip", (-1, 0, 0, -1)),
    "cclock": ("transpose=clock", (0, -1, 1, 0)), "mirrored": ("hflip", (-1, 0, 0, 1)),
    "stood-on-head": ("vflip", (1, 0, 0, -1)), "transposed": ("transpose=cclock_flip", (0, 1, 1, 0)),
    "transversed": ("transpose=clock_flip", (0, -1, -1, 0)),
}


def lying(name):
    def source(path):
        plain(path, before=LYING[name][0])
        turn(path, LYING[name][1])
    return source


def proresed(path):
    """Half seen through: colours at half their light."""
    make(path, "format=gbrap,colorchannelmixer=aa=0.5,scale=out_color_matrix=bt470bg:out_range=tv,format=yuva444p10le",
         "-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0")


def see_through_gif(path):
    make(path, "split[x][y];[x]palettegen=reserve_transparent=0[p];[y][p]paletteuse=dither=none", "-r", "12", "-loop", "0")


def changing_rate(path):
    """Frames 0, 1, 4, 9: at their own instants, which no rate tells."""
    make(path, TO_YUV.format("bt470bg", "tv", "yuv420p") + ",select='eq(n,0)+eq(n,1)+eq(n,4)+eq(n,9)'", "-vsync", "vfr",
         "-c:v", "libx264", "-qp", "8")


def half_seen(path):
    make(path, "format=rgba,colorchannelmixer=aa=0.5", "-frames:v", "1")


def phoned(path):
    """A JPEG that lies on its side, and says so in its Exif: orientation 6."""
    make(path, "transpose=cclock", "-frames:v", "1", "-q:v", "1", "-pix_fmt", "yuvj444p")
    tiff = b"II*\0\x08\0\0\0" + b"\x01\0" + b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0" + b"\0\0\0\0"
    app1 = b"Exif\0\0" + tiff
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(app1) + 2).to_bytes(2, "big") + app1 + data[2:])


def still(form, *options):
    return lambda path: make(path, f"format={form}", "-frames:v", "1", *options)


STILLS = {
    "plain.png": still("rgb24"), "sixteen-bits.png": still("rgb48be"), "palette.png": lambda p: make(
        p, "split[x][y];[x]palettegen=reserve_transparent=0[p];[y][p]paletteuse=dither=none", "-frames:v", "1"),
    "picture.webp": still("bgra", "-lossless", "1"), "picture.tiff": still("rgb24"), "half-seen-through.png": half_seen, "phoned.jpg": phoned,
}
SOURCES = {
    **STILLS,
    "sd.mp4": plain,
    "sd-as-709.mp4": lambda p: plain(p, "bt709", tags=tags("bt709")),
    "hd.mp4": lambda p: plain(p, "bt709", source=corners(1200, 720)),
    "full-range.mp4": lambda p: plain(p, "bt470bg", "pc", "yuvj420p"),
    "full-range-709.mp4": lambda p: plain(p, "bt709", "pc", "yuv420p", tags=tags("bt709", "pc")),
    "ten-bits.mp4": lambda p: plain(p, form="yuv420p10le"),
    "444.mp4": lambda p: plain(p, form="yuv444p"),
    "422-ten-bits.mov": lambda p: plain(p, form="yuv422p10le", codec=("prores_ks", "-profile:v", "3")),
    "rgb.mkv": lambda p: make(p, "format=bgr0", "-c:v", "ffv1"),
    "odd.mkv": lambda p: plain(p, form="yuv420p", codec=("ffv1",), source=corners(161, 97)),
    "small-and-odd.mkv": lambda p: plain(p, form="yuv444p", codec=("ffv1",), source=corners(51, 31)),
    "narrow-pixels.mp4": lambda p: plain(p, before="scale=80:96:flags=neighbor,setsar=2"),
    "wide-format.mkv": lambda p: plain(p, before="scale=160:48:flags=neighbor,setsar=1/2", codec=("ffv1",)),
    "turned-narrow-pixels.mp4": lambda p: (plain(p, before="scale=80:96:flags=neighbor,transpose=cclock,setsar=1/2"), turn(p, (0, 1, -1, 0))),
    "fields.mp4": lambda p: plain(p, before="tinterlace=interleave_top,fieldorder=tff", codec=("libx264", "-qp", "8", "-flags", "+ilme+ildct"),
                                  source=corners(rate=48)),
    "motion-jpeg.avi": lambda p: plain(p, "bt470bg", "pc", "yuvj422p", codec=("mjpeg", "-q:v", "1")),
    "transport.ts": lambda p: plain(p, codec=("mpeg2video", "-q:v", "1")),
    "vp9.webm": lambda p: plain(p, codec=("libvpx-vp9", "-crf", "10", "-b:v", "0", "-deadline", "realtime")),
    "one-frame.mp4": lambda p: plain(p, source=corners(seconds=0.04)),
    "animated.gif": see_through_gif,
    "changing-rate.mp4": changing_rate,
    "slow.mp4": lambda p: plain(p, source=corners(rate=10)),
    "fast.mp4": lambda p: plain(p, source=corners(rate="60000/1001")),
    **{f"{name}.mp4": lying(name) for name in LYING},
    "half-seen-through.mov": proresed,
}


def film(names, fit="pad"):
    shots = "".join(f"      - {{file: plates/{n}, seconds: {FRAMES / 24}{'' if n in STILLS else ', audio: drop'}}}\n" for n in names)
    return f"""c41: 1
title: Unlike
format: {WIDTH}x{HEIGHT}@24
scenes:
  - id: all
    shots:
{shots}deliver: [{{preset: web, quality: 4, fit: {fit}}}]
"""


def frames_of(path):
    raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-vf", "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd", "-f", "rawvideo",
                     "-pix_fmt", "rgb24", "-", text=False)
    size = WIDTH * HEIGHT * 3
    return [raw[i:i + size] for i in range(0, len(raw), size)]


def at(frame, x, y):
    i = (round(y * HEIGHT) * WIDTH + round(x * WIDTH)) * 3
    return tuple(frame[i:i + 3])


# Points near the middle and near the far edge of every corner: a picture that is shifted, squeezed or cut shows there.
POINTS = {name: [(x + dx, y + dy) for dx in (-0.18, 0.18) for dy in (-0.18, 0.18)]
          for name, (x, y) in zip(CORNERS, [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])}


@pytest.fixture(scope="module")
def shown(make_shared):
    """Frame by frame, what the film shows of each source."""
    project = make_shared({"film.yaml": film(SOURCES)})
    (project.folder / "plates").mkdir()
    for name, write in SOURCES.items():
        write(project.folder / "plates" / name)
    build = project.build()
    frames = frames_of(project.folder / "out/unlike.mp4")
    assert len(frames) == FRAMES * len(SOURCES), build.err
    return {name: frames[i * FRAMES:(i + 1) * FRAMES] for i, name in enumerate(SOURCES)}


@pytest.mark.parametrize("name", SOURCES)
def test_colours_are_where_they_belong(shown, name):
    light = 0.5 if name.startswith("half") else 1
    for n, frame in enumerate(shown[name]):
        for corner, rgb in CORNERS.items():
            for x, y in POINTS[corner]:
                seen, wanted = at(frame, x, y), tuple(round(v * light) for v in rgb)
                assert max(abs(a - b) for a, b in zip(seen, wanted)) <= 8, f"frame {n}: {corner} at {x:.2f}, {y:.2f} is {seen}, not {wanted}"


def test_fields_are_put_together_without_combs(make_project):
    """A bar that moves 6 pixels a field stands at one place in all rows of a frame; woven, it would be at two."""
    project = make_project({"film.yaml": film(["fields.mp4"])})
    (project.folder / "plates").mkdir()
    make(project.folder / "plates/fields.mp4", TO_YUV.format("bt470bg", "tv", "yuv420p") + ",tinterlace=interleave_top,fieldorder=tff",
         "-c:v", "libx264", "-qp", "4", "-flags", "+ilme+ildct",
         source=f"color=black:s={WIDTH}x{HEIGHT}:r=48:d=0.5[a];color=white:s=20x{HEIGHT}:r=48[b];[a][b]overlay=x=n*6:shortest=1")
    project.build()
    places = []
    for frame in frames_of(project.folder / "out/unlike.mp4"):
        rows = [frame[y * WIDTH * 3:(y + 1) * WIDTH * 3:3] for y in range(8, HEIGHT - 8)]
        middles = [sum(x * v for x, v in enumerate(row)) / sum(row) for row in rows]
        assert max(middles) - min(middles) < 1.5, middles
        places.append(sum(middles) / len(middles))
    steps = [b - a for a, b in zip(places, places[1:])]
    assert all(abs(step - 12) < 1.5 for step in steps), "one field of each frame, at its own time"


HIGH = {"smpte2084": [0.15, 0.30, 0.51, 0.75], "arib-std-b67": [0.10, 0.30, 0.50, 0.75]}


@pytest.mark.parametrize("curve", HIGH)
def test_high_range_is_brought_down(make_project, curve):
    """From shadow to highlight: steps that are told apart, diffuse white bright, and nothing burnt out."""
    if " zscale " not in media.tool("ffmpeg", "-v", "error", "-filters"):
        pytest.skip("this libavfilter has no zscale")
    project = make_project({"film.yaml": film(["high.mp4"])})
    (project.folder / "plates").mkdir()
    bars = [f"color=gray:s=40x{HEIGHT}:r=24:d=0.5,format=yuv420p10le,lutyuv=y={round(64 + 876 * v)}:u=512:v=512[{i}]" for i, v in enumerate(HIGH[curve])]
    make(project.folder / "plates/high.mp4", "", "-c:v", "libx264", "-qp", "4", *tags("bt2020nc", primaries="bt2020", curve=curve),
         source=";".join(bars) + ";[0][1][2][3]hstack=inputs=4")
    project.build()
    frame = frames_of(project.folder / "out/unlike.mp4")[2]
    seen = [at(frame, x, 0.5) for x in (0.12, 0.37, 0.62, 0.87)]
    assert all(max(rgb) - min(rgb) <= 4 for rgb in seen), "grey stays grey"
    greys = [rgb[1] for rgb in seen]
    assert all(b - a >= 12 for a, b in zip(greys, greys[1:])), greys
    assert greys[0] < 60 and 115 <= greys[2] <= 220 and 185 <= greys[3] <= 254, greys
