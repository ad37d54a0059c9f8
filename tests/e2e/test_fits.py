# SPDX-License-Identifier: MIT
"""Pictures of one shape in deliverables of another, by their pixels: padded, cropped around a point, on a blur of
themselves; from odd sizes, and from a still under a move as from footage."""
import pytest

import media

COLOURS = {"left": (200, 40, 40), "middle": (40, 160, 40), "right": (40, 40, 200)}
SIZES = {"upright": (90, 160), "square": (96, 96), "flat": (192, 80), "same": (160, 90)}
WAYS = {"pad": "fit: pad", "blur": "fit: blur", "crop": "fit: crop", "crop-left": "fit: crop, focus: [0, 0.5]", "crop-right": "fit: crop, focus: [1, 0.5]"}


def write_plate(path, width, height):
    """Three upright stripes of one width."""
    third = width // 3
    parts = [f"color=c=0x{''.join(f'{v:02x}' for v in rgb)}:s={w}x{height}:r=24:d=0.2,format=gbrp[{i}]"
             for i, (rgb, w) in enumerate(zip(COLOURS.values(), (third, width - 2 * third, third)))]
    media.tool("ffmpeg", "-v", "error", "-y", "-filter_complex", ";".join(parts) + ";[0][1][2]hstack=inputs=3", *(
        ("-frames:v", "1") if path.suffix == ".png" else ("-c:v", "ffv1")), path)


@pytest.fixture(scope="module", params=["plate.mkv", "plate.png"])
def shown(request, make_shared):
    name = request.param
    deliver = "".join(f"  - {{name: {way}-{size}, preset: web, pixels: {w}x{h}, {fit}, quality: 4}}\n"
                      for way, fit in WAYS.items() for size, (w, h) in SIZES.items())
    project = make_shared({"film.yaml": f"""c41: 1
title: Fits
format: 160x90@24
scenes: [{{id: a, shots: [{{shot: b, file: {name}, seconds: 0.1{'' if name.endswith('png') else ', audio: drop'}}}]}}]
deliver:
{deliver}"""})
    write_plate(project.folder / name, 161, 91)
    project.build()

    def show(way, size):
        w, h = SIZES[size]
        raw = media.tool("ffmpeg", "-v", "error", "-i", project.folder / f"out/fits-{way}-{size}.mp4", "-frames:v", "1", "-vf",
                         "scale=in_color_matrix=bt709:in_range=tv", "-f", "rawvideo", "-pix_fmt", "rgb24", "-", text=False)
        assert len(raw) == w * h * 3
        return [[tuple(raw[(y * w + x) * 3:(y * w + x) * 3 + 3]) for x in range(w)] for y in range(h)]
    return show


def near(seen, wanted, within=10):
    return max(abs(a - b) for a, b in zip(seen, wanted)) <= within


def inside(size):
    """Where a plate of 16:9 lies in the frame, in parts of it: left, top, right, bottom."""
    w, h = SIZES[size]
    part = min(1, (w / h) / (161 / 91)), min(1, (161 / 91) / (w / h))
    across, down = part[1], part[0]
    return (1 - across) / 2, (1 - down) / 2, (1 + across) / 2, (1 + down) / 2


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", ["pad", "blur"])
def test_all_of_it_is_in_the_middle(shown, way, size):
    frame, (left, top, right, bottom) = shown(way, size), inside(size)
    h, w = len(frame), len(frame[0])
    for i, rgb in enumerate(COLOURS.values()):
        for down in (0.08, 0.5, 0.92):
            x, y = left + (right - left) * (i + 0.5) / 3, top + (bottom - top) * down
            assert near(frame[int(y * h)][int(x * w)], rgb), (i, down, frame[int(y * h)][int(x * w)])
    bars = [frame[2][w // 2], frame[h - 3][w // 2]] if top > 0.1 else [frame[h // 2][2], frame[h // 2][w - 3]] if left > 0.1 else []
    for seen in bars:
        if way == "pad":
            assert near(seen, (0, 0, 0), 3)
        else:
            assert 12 < max(seen) < 130, "what is around it is of its colours, and darker"


@pytest.mark.parametrize("way, stripe", [("crop", "middle"), ("crop-left", "left"), ("crop-right", "right")])
def test_a_crop_keeps_its_point(shown, way, stripe):
    """A frame of 9:16 has room for a third of the plate: the one around the point."""
    frame = shown(way, "upright")
    for row in (0, 80, 159):
        for x in (4, 45, 85):
            assert near(frame[row][x], COLOURS[stripe]), (row, x, frame[row][x])


@pytest.mark.parametrize("way", ["crop", "crop-left", "crop-right"])
def test_a_crop_of_the_height_keeps_the_width(shown, way):
    frame = shown(way, "flat")
    for i, rgb in enumerate(COLOURS.values()):
        assert near(frame[40][int(192 * (i + 0.5) / 3)], rgb) and near(frame[1][int(192 * (i + 0.5) / 3)], rgb)
