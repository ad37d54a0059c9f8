# SPDX-License-Identifier: MIT
"""Footage in a turnover: its length, its speed, its rate and its clock, as editing programs take them."""
from fractions import Fraction

import pytest

import media
import turnover
from test_export import ALL, video


def test_footage_that_ends_before_its_shot(make_project):
    """The film holds the last frame; a timeline has a hole there, and says so."""
    project = make_project({"film.yaml": "c41: 1\ntitle: Held\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n"
                                         "      - {shot: short, file: plate.mp4, in: 1, seconds: 3, transition: {dissolve: 0.5}}\n"
                                         "      - {shot: gone, file: plate.mp4, in: 2, seconds: 1}\n"
                                         "      - {shot: end, card: End, seconds: 1}\n"})
    video(project.folder / "plate.mp4", 2)
    project.build()
    assert project.run("export", "film.yaml", *ALL, "cut").returncode == 0
    otio, fcpxml = turnover.Otio(project.folder / "cut/held.otio"), turnover.Fcpxml(project.folder / "cut/held.fcpxml")
    edl = turnover.Edl(project.folder / "cut/held.edl", 24)
    assert otio.frames == fcpxml.frames == edl.frames == media.File(project.folder / "out/held.mp4").frames
    for reader in (otio, fcpxml):
        assert [(c.at, c.frames, c.start) for c in reader.pictures] == [(0, 24, 24), (96, 24, 0)]
        assert reader.transitions == []
    held = [(at, frames, name) for at, frames, mark, name, _ in otio.markers if mark == "warning"]
    assert held == [(24, 48, "a/short"), (72, 1, "a/gone"), (72, 24, "a/gone")]


STRETCHED = """\
c41: 1
title: Fast
format: {{pixels: 256x144, fps: {fps}, stretch: 0.3}}
scenes:
  - id: a
    shots:
      - {{shot: slow, file: plate.mp4, audio: drop, in: 1, out: 4, seconds: 3.5, transition: {{dissolve: 0.5}}}}
      - {{shot: fast, file: plate.mp4, audio: drop, in: 1.3, out: 4.3, seconds: 2.5, text: {{text: Later, at: 1}}}}
      - {{shot: far, file: plate.mp4, audio: drop, in: 0, out: 1, seconds: 2}}
"""


@pytest.mark.parametrize("fps", ["24", "24000/1001"])
def test_footage_that_is_slowed_or_sped(make_project, fps):
    """As fast as the film shows it, through the transition too; where that would be too far, as it was taken, and to `out`."""
    project = make_project({"film.yaml": STRETCHED.format(fps=fps)})
    video(project.folder / "plate.mp4", 6)
    project.build()
    assert project.run("export", "film.yaml", *ALL, "cut").returncode == 0
    otio, fcpxml = turnover.Otio(project.folder / "cut/fast.otio"), turnover.Fcpxml(project.folder / "cut/fast.fcpxml")
    edl = turnover.Edl(project.folder / "cut/fast.edl", Fraction(fps))
    assert otio.frames == fcpxml.frames == edl.frames == media.File(project.folder / "out/fast.mp4").frames
    speeds = pytest.approx([float(3 * otio.fps / 84), float(3 * otio.fps / 60), 1], abs=5e-4)
    for reader in (otio, fcpxml):
        assert [(c.at, c.frames, c.start) for c in reader.pictures] == [(0, 84, 24), (84, 60, 31), (144, 24, 0)]
        assert [float(c.speed) for c in reader.pictures] == speeds
        assert [(t.at, t.before, t.after) for t in reader.transitions] == [(84, 6, 6)]
        assert reader.titles == [(108, 36, "Later")], "what hangs on a clip goes by the film's time"
    assert [(m[0], m[3]) for m in otio.markers if m[2] == "warning"] == [(168, "a/far")]
    assert [edl.speeds.get(n, 1) for n in (1, 2, 3)] == speeds
    assert [e[4:6] for e in edl.events] == [(24, 91), (91, 91), (24, 103), (0, 24), (0, 24)], "the last is black"


@pytest.mark.parametrize("fps, drops", [("24", False), ("30000/1001", True), ("30000/1001", False)])
def test_clocks_of_the_film_and_of_cameras(make_project, fps, drops):
    """The timeline begins as the deliverable does, and footage is told by what its camera's clock showed, which drops
    numbers or does not."""
    project = make_project({"film.yaml": STRETCHED.format(fps=fps).replace("scenes:", "deliver: [{preset: web, timecode: '%s'}]\nscenes:" % (
        "00:58:00;02" if drops else "00:58:00:00"))})
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=256x144:r={fps}:d=6", "-timecode", "10:20:30;12" if drops else "10:20:30:12",
         "-c:v", "libx264", "-pix_fmt", "yuv420p", project.folder / "plate.mov")
    project.write("film.yaml", project.read("film.yaml").replace("plate.mp4", "plate.mov"))
    project.build()
    assert project.run("export", "film.yaml", *ALL, "cut").returncode == 0
    otio, fcpxml = turnover.Otio(project.folder / "cut/fast.otio"), turnover.Fcpxml(project.folder / "cut/fast.fcpxml")
    edl = turnover.Edl(project.folder / "cut/fast.edl", Fraction(fps))
    whole = 24 if fps == "24" else 30
    def number(h, m, s, f): # numbers 0 and 1 are left out of nine minutes in ten
        return ((h * 60 + m) * 60 + s) * whole + f - (2 * ((h * 60 + m) - (h * 60 + m) // 10) if drops else 0)
    clock = number(10, 20, 30, 12)
    assert edl.drops == fcpxml.drops == drops
    assert otio.start == fcpxml.start == edl.start == number(0, 58, 0, 2 if drops else 0)
    for reader in (otio, fcpxml):
        assert [c.clock for c in reader.pictures] == [clock] * 3
        assert [c.start for c in reader.pictures] == [whole, round(1.3 * otio.fps), 0]
    assert [e[4] for e in edl.events if e[1] != "BL"][0] == clock + whole


NTSC = """\
c41: 1
title: Drop
format: {{pixels: 256x144, fps: {fps}}}
scenes:
  - id: a
    shots:
      - {{shot: one, card: A minute, seconds: 61, transition: {{dissolve: 1}}}}
      - {{shot: two, file: plate.mp4, seconds: 3, say: {{narrator: All gone.}}, head: -0.2}}
"""


@pytest.mark.parametrize("fps", ["30000/1001", "24000/1001"])
def test_rates_that_are_no_whole_numbers(make_project, fps):
    """Across a minute, where numbers are dropped; media of another rate, and a cut whose footage has no frame before it."""
    project = make_project({"film.yaml": NTSC.format(fps=fps)})
    video(project.folder / "plate.mp4", 4, "25")
    project.build()
    done = project.run("export", "film.yaml", *ALL, "cut")
    assert done.returncode == 0, done.stderr
    frames = media.File(project.folder / "out/draft/drop.mp4").frames
    otio, fcpxml = turnover.Otio(project.folder / "cut/drop.otio"), turnover.Fcpxml(project.folder / "cut/drop.fcpxml")
    edl = turnover.Edl(project.folder / "cut/drop.edl", Fraction(fps))
    assert otio.frames == fcpxml.frames == edl.frames == frames
    assert otio.fps == fcpxml.fps == Fraction(fps) and edl.drops == fcpxml.drops == (fps == "30000/1001")
    assert otio.start == fcpxml.start == edl.start
    assert [t.before for t in otio.transitions] == [0], "footage from its first frame on has nothing before it"
    assert any(m[2] == "warning" for m in otio.markers)
    speech = [c for c in otio.sounds if c.track == "DX 1"][0]
    assert speech.at == otio.pictures[1].at - {"30000/1001": 6, "24000/1001": 5}[fps]


@pytest.mark.parametrize("rate, told", [("60000/1001", "1001/60000s"), ("24000/1001", "1001/24000s"), ("24", "1/24s"), ("17", "1/17s")])
def test_rates_of_footage_whose_times_are_milliseconds(make_project, rate, told):
    """Final Cut takes no frame of 317/19001 s."""
    project = make_project({"film.yaml": "c41: 1\ntitle: Rate\nformat: 64x48@24\nscenes: [{id: a, shots: [{shot: b, file: plate.mkv}]}]\n"})
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=64x48:r={rate}:d=5", "-c:v", "libx264", project.folder / "plate.mkv")
    project.build()
    assert project.run("export", "film.yaml", *ALL, "cut").returncode == 0
    resources = turnover.Fcpxml(project.folder / "cut/rate.fcpxml").resources
    [plate] = [e for e in resources.values() if e.tag == "asset" and "hasVideo" in e.attrib]
    assert resources[plate.attrib["format"]].attrib["frameDuration"] == told
