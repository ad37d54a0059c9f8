# SPDX-License-Identifier: MIT
"""`c41 export`: what becomes of transitions where their shots have little to give."""
import pytest

import media
import turnover
from test_export import ALL, video

HEAD = "c41: 1\ntitle: Cut\nformat: {pixels: 256x144, fps: 24}\n"


@pytest.fixture
def handed_out(make_project):
    """What one scene of such shots is in each format, and what its build said. plate.mp4 lasts four seconds."""
    def hand_out(*shots, film=""):
        lines = "".join(f"      - {{shot: {name}, {keys}}}\n" for name, keys in zip("abcdef", shots))
        project = make_project({"film.yaml": f"{HEAD}{film}scenes:\n  - id: s\n    shots:\n{lines}", "photo.png": media.png(90)})
        video(project.folder / "plate.mp4", 4)
        build = project.build()
        done = project.run("export", "film.yaml", *ALL, "cut")
        assert done.returncode == 0, done.stderr
        cut = project.folder / "cut"
        readers = turnover.Otio(cut / "cut.otio"), turnover.Fcpxml(cut / "cut.fcpxml"), turnover.Edl(cut / "cut.edl", 24)
        assert {reader.frames for reader in readers} == {media.File(project.folder / "out/cut.mp4").frames}
        return *readers, build
    return hand_out


def transitions(reader):
    return [(t.at, t.before, t.after, t.kind) for t in reader.transitions]


def blends(edl):
    """Of each that is no cut: to which reel, for how long, and from when on."""
    return [("BL" if e[1] == "BL" else "clip", e[3], e[6] - edl.start) for e in edl.events if e[3]]


def warnings(otio):
    return [(at, name, text) for at, _, mark, name, text in otio.markers if mark == "warning"]


def test_a_fade_needs_no_handles(handed_out):
    """It ends with all that its first shot has, and begins with the first frame of the other."""
    otio, fcpxml, edl, build = handed_out("file: plate.mp4, in: 2, seconds: 2, transition: {fade: 1}", "file: plate.mp4, seconds: 2")
    assert transitions(otio) == transitions(fcpxml) == [(48, 12, 12, "fade")]
    assert blends(edl) == [("BL", 12, 36), ("clip", 12, 48)]
    assert warnings(otio) == [] and "held" not in build.err


def test_a_fade_out_of_a_clip_that_has_ended(handed_out):
    """The film fades the frame that it holds, and an editor has a hole there: only the other half is left."""
    otio, fcpxml, edl, build = handed_out("file: plate.mp4, in: 3, seconds: 2, transition: {fade: 1}", "file: plate.mp4, seconds: 2")
    assert transitions(otio) == transitions(fcpxml) == [(48, 0, 12, "fade")]
    assert blends(edl) == [("clip", 12, 48)]
    assert [(at, name) for at, name, _ in warnings(otio)] == [(24, "s/a"), (48, "s/b")]
    assert "the clip before the transition ends in it: its last frame is held" in build.err


def test_a_dissolve_without_handles(handed_out):
    """Of which the film holds edge frames."""
    otio, fcpxml, edl, build = handed_out("file: plate.mp4, in: 2, seconds: 2, transition: {dissolve: 1}", "file: plate.mp4, seconds: 2")
    assert transitions(otio) == transitions(fcpxml) == blends(edl) == []
    assert [(at, name) for at, name, _ in warnings(otio)] == [(48, "s/b")]
    assert "edge frames are held" in build.err


ROOM = "there is no room for this transition: it is shorter than in the film"
HANDLES = "the clips do not reach through this transition: it is shorter than in the film"


@pytest.mark.parametrize("film, shots, expected, warned", [
    ("opens: {fade: 1.9}", ["file: photo.png, seconds: 2, transition: {dissolve: 1}", "file: photo.png, seconds: 2"],
     [(0, 0, 36, "dissolve"), (48, 12, 12, "dissolve")], [(0, "s/a", ROOM)]),
    ("", ["file: photo.png, seconds: 2, transition: {fade: 1}", "file: photo.png, seconds: 2, transition: {fade: 1.75}"],
     [(48, 12, 12, "fade"), (96, 36, 0, "dissolve")], [(95, "s/b", ROOM)]),
    ("opens: {fade: 1.5}", ["file: photo.png, seconds: 2, transition: {fade: 0.75}"],
     [(0, 0, 32, "dissolve"), (48, 16, 0, "dissolve")], [(0, "s/a", ROOM), (47, "s/a", ROOM)]),
    ("opens: {fade: 1}", ["file: photo.png, seconds: 2, transition: {fade: 1}"],
     [(0, 0, 24, "dissolve"), (48, 24, 0, "dissolve")], []),
    ("opens: {fade: 1.5}", ["file: plate.mp4, in: 3, seconds: 2", "file: photo.png, seconds: 1, transition: {fade: 2}"],
     [(0, 0, 24, "dissolve"), (72, 24, 0, "dissolve")],
     [(0, "s/a", ROOM), (24, "s/a", "the clip ends before the shot does: the film holds its last frame here"), (71, "s/b", ROOM)]),
    ("", ["file: photo.png, seconds: 1", "file: plate.mp4, in: 3, seconds: 2, transition: {fade: 0.5}"],
     [], [(48, "s/b", "the clip ends before the shot does: the film holds its last frame here"), (71, "s/b", HANDLES)]),
])
def test_transitions_that_meet_in_one_shot(handed_out, film, shots, expected, warned):
    """They are side by side, a join whole, and never longer than their clip; what is shorter than in the film is told."""
    otio, fcpxml, edl, _ = handed_out(*shots, film=film and film + "\n")
    assert transitions(otio) == transitions(fcpxml) == expected
    assert sum(frames for _, frames, _ in blends(edl)) == sum(before + after for _, before, after, _ in expected)
    assert warnings(otio) == warned
