# SPDX-License-Identifier: MIT
"""Looks, compared with what libavfilter and the formulas of ASC CDL make of the same picture."""
import array
import random
import subprocess

import pytest

import media

ACROSS, DOWN, BLOCK = 20, 14, 8  # blocks of one colour each: encoders smear colours over two pixels
WIDTH, HEIGHT = ACROSS * BLOCK, DOWN * BLOCK


def write_picture(path):
    """Every mixture of six levels of red, green and blue, and a ramp of the darker greys."""
    levels = range(0, 256, 51)
    colours = [(r, g, b) for r in levels for g in levels for b in levels] + [(i, i, i) for i in range(64)]
    raw = b"".join(bytes(colours[y // BLOCK * ACROSS + x // BLOCK]) for y in range(HEIGHT) for x in range(WIDTH))
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-i", "-", str(path)],
                   input=raw, check=True)


def cube(size, function, low=0.0, high=1.0):
    """A 3D LUT, red fastest."""
    steps = [low + (high - low) * i / (size - 1) for i in range(size)]
    lines = [f"LUT_3D_SIZE {size}", f"DOMAIN_MIN {low} {low} {low}", f"DOMAIN_MAX {high} {high} {high}"]
    return "\n".join(lines + [" ".join(f"{v:.6f}" for v in function(r, g, b)) for b in steps for g in steps for r in steps]) + "\n"


def warm(r, g, b):
    return min(1, r * 1.1), g ** 1.2, 0.1 + b * 0.7


def curve(r, g, b):
    return r ** 0.6, g, b ** 1.5


random.seed(7)
NOISE = {}
CUBES = {
    "small": cube(2, lambda r, g, b: (1 - r, g, b)), "usual": cube(33, warm), "odd": cube(17, curve), "large": cube(65, curve),
    "wide-domain": cube(21, warm, 0.0, 2.0),
    "flat": "LUT_1D_SIZE 64\n" + "\n".join(f"{(i / 63) ** 0.5:.6f} {i / 63:.6f} {(i / 63) ** 2:.6f}" for i in range(64)) + "\n",
    "wild": cube(9, lambda r, g, b: NOISE.setdefault((r, g, b), tuple(random.uniform(0.2, 0.8) for _ in range(3)))),
}


@pytest.fixture
def shown(make_project):
    """The picture under a look, as RGB, from a deliverable that loses next to nothing."""
    def show(look, files={}):
        project = make_project({"film.yaml": f"""c41: 1
title: Looks
format: {WIDTH}x{HEIGHT}@24
scenes: [{{id: a, shots: [{{shot: b, file: picture.png, seconds: 0.05, look: {look}}}]}}]
deliver: [prores-master]
""", **files})
        write_picture(project.folder / "picture.png")
        project.build()
        film, = (project.folder / "out").rglob("*.mov")
        return project, rgb(film, "scale=in_color_matrix=bt709:in_range=tv:flags=accurate_rnd+full_chroma_int+full_chroma_inp")
    return show


def rgb(path, filters):
    """The colour of each block, from its middle."""
    raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-vf", filters, "-f", "rawvideo", "-pix_fmt", "rgb24", "-", text=False)
    middles = [(y * WIDTH + x) * 3 for y in range(BLOCK // 2, HEIGHT, BLOCK) for x in range(BLOCK // 2, WIDTH, BLOCK)]
    return [tuple(raw[i:i + 3]) for i in middles]


def check(seen, wanted):
    """At most two levels apart."""
    assert len(seen) == len(wanted) == ACROSS * DOWN
    worst = max((max(abs(a - b) for a, b in zip(*pair)), pair) for pair in zip(seen, wanted))
    assert worst[0] <= 2, "seen {}, wanted {}".format(*worst[1])


@pytest.mark.parametrize("name", CUBES)
def test_a_lut_is_as_libavfilter_has_it(shown, name):
    project, seen = shown("lut.cube", {"lut.cube": CUBES[name]})
    kind, way = ("lut1d", "linear") if name == "flat" else ("lut3d", "trilinear")
    wanted = rgb(project.folder / "picture.png", f"format=gbrp,{kind}={project.folder / 'lut.cube'}:interp={way}")
    assert wanted != rgb(project.folder / "picture.png", "format=gbrp"), "the LUT does something"
    check(seen, wanted)


USUAL = CUBES["usual"]
HEADS = {
    "a byte order mark": "\ufeff" + USUAL,
    "CRLF": USUAL.replace("\n", "\r\n"),
    "Resolve's range": USUAL.replace("DOMAIN_MIN 0.0 0.0 0.0\nDOMAIN_MAX 1.0 1.0 1.0", "LUT_3D_INPUT_RANGE 0.0 1.0"),
    "tabs": USUAL.replace(" ", "\t"),
}


@pytest.mark.parametrize("name", HEADS)
def test_a_lut_in_the_forms_that_programs_write(shown, name):
    project, seen = shown("lut.cube", {"lut.cube": HEADS[name], "usual.cube": USUAL})
    check(seen, rgb(project.folder / "picture.png", f"format=gbrp,lut3d={project.folder / 'usual.cube'}:interp=trilinear"))


def test_the_range_of_a_lut_is_its_domain(shown):
    domain = CUBES["wide-domain"]
    ranged = domain.replace("DOMAIN_MIN 0.0 0.0 0.0\nDOMAIN_MAX 2.0 2.0 2.0", "LUT_3D_INPUT_RANGE 0.0 2.0")
    assert ranged != domain
    project, seen = shown("lut.cube", {"lut.cube": ranged, "domain.cube": domain})
    check(seen, rgb(project.folder / "picture.png", f"format=gbrp,lut3d={project.folder / 'domain.cube'}:interp=trilinear"))


def graded(rgb, slope, offset, power, saturation):
    """As ASC CDL has it."""
    values = [min(1, max(0, v / 255 * s + o)) ** p for v, s, o, p in zip(rgb, slope, offset, power)]
    luma = 0.2126 * values[0] + 0.7152 * values[1] + 0.0722 * values[2]
    return tuple(round(255 * min(1, max(0, luma + saturation * (v - luma)))) for v in values)


@pytest.mark.parametrize("slope, offset, power, saturation", [
    ([1.2, 1, 0.8], [0, 0.02, 0.05], [1, 1, 1], 1), ([1, 1, 1], [0, 0, 0], [0.45, 0.6, 2.2], 1), ([1, 1, 1], [0, 0, 0], [1, 1, 1], 0),
    ([0.9, 1.1, 1], [0.05, -0.05, 0], [1.4, 0.7, 1], 1.3),
])
def test_a_cdl_is_as_its_formula_has_it(shown, slope, offset, power, saturation):
    project, seen = shown(f"{{cdl: {{slope: {slope}, offset: {offset}, power: {power}, saturation: {saturation}}}}}")
    check(seen, [graded(v, slope, offset, power, saturation) for v in rgb(project.folder / "picture.png", "format=gbrp")])


def luma_levels(path):
    """The luma of the first line, of 10 bits."""
    raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv422p10le", "-", text=False)
    return array.array("H", raw[:2 * 1024])


def test_footage_of_many_bits_keeps_them_under_a_look(make_project):
    project = make_project({"film.yaml": """c41: 1
title: Ramp
format: 1024x64@24
scenes: [{id: a, shots: [{shot: b, file: ramp.mov, seconds: 0.1, audio: drop, look: {cdl: {saturation: 0.99}}}]}]
deliver: [prores-master]
"""})
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=black:s=1024x64:r=24:d=0.2,format=yuv422p10le,geq=lum='64+X*876/1023':cb=512:cr=512",
               "-c:v", "prores_ks", "-profile:v", "hq", "-qscale:v", "2", project.folder / "ramp.mov")
    project.build()
    film, = (project.folder / "out").rglob("*.mov")
    before, after = luma_levels(project.folder / "ramp.mov"), luma_levels(film)
    assert len(set(after)) > 0.95 * len(set(before)) > 700
    assert max(abs(a - b) for a, b in zip(before, after)) <= 3
