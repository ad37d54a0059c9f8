# SPDX-License-Identifier: MIT
"""Clips of another rate and of another length than their shots: what each frame shows, and what the build says of it."""
import re

import pytest

import media


def step(frames):
    """Of luma, from one frame of a clip to the next."""
    return min(10, 180 // frames)


def write_greys(path, frames, rate):
    media.tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"color=black:s=64x48:r={rate},format=yuv420p,geq=lum='40+{step(frames)}*N':cb=128:cr=128",
               "-frames:v", frames, "-c:v", "libx264", "-qp", "2", path)


def numbers(path, frames):
    """Which frame of its clip each frame of a film shows, in parts of one."""
    return [(grey * 219 / 255 + 16 - 40) / step(frames) for grey in media.greys(path)]


@pytest.fixture
def shown(make_project):
    def show(frames, rate, shot, fmt="fps: 24"):
        project = make_project({"film.yaml": f"""c41: 1
title: Pace
format: {{pixels: 64x48, {fmt}}}
scenes: [{{id: a, shots: [{{shot: b, file: clip.mp4, audio: drop, {shot}}}]}}]
deliver: [{{preset: web, quality: 2}}]
"""})
        write_greys(project.folder / "clip.mp4", frames, rate)
        project.write("words.wav", media.wav(1))
        build = project.build()
        return numbers(project.folder / "out/pace.mp4", frames), build.err
    return show


def near(seen, wanted, within=0.2):
    assert len(seen) == len(wanted), seen
    assert all(abs(a - b) <= within for a, b in zip(seen, wanted)), [round(v, 2) for v in seen]


def test_the_nearest_frame(shown):
    near(shown(8, 16, "seconds: 0.5")[0], [0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7, 7])


@pytest.mark.parametrize("shot, fmt", [("seconds: 0.5, between: blend", "fps: 24"), ("seconds: 0.5", "fps: 24, between: blend")])
def test_a_blend_by_how_long_each_is_seen(shown, shot, fmt):
    near(shown(8, 16, shot, fmt)[0], [0, 0.5, 1, 2, 2.5, 3, 4, 4.5, 5, 6, 6.5, 7])


def test_a_blend_of_many(shown):
    near(shown(18, 36, "seconds: 0.5, between: blend")[0], [n // 2 * 3 + (1 / 3 if n % 2 == 0 else 5 / 3) for n in range(12)])


@pytest.mark.parametrize("shot, frames", [("seconds: 1", 24), ("seconds: 1.125, stretch: 0.15", 27)])
def test_motion(make_project, shot, frames):
    """A bar that moves 88 pixels in a clip of 12 frames moves on in even steps, to the end."""
    project = make_project({"film.yaml": """c41: 1
title: Motion
format: 160x96@24
scenes: [{id: a, shots: [{shot: b, file: clip.mp4, audio: drop, between: motion, SHOT}]}]
deliver: [{preset: web, quality: 2}]
""".replace("SHOT", shot)})
    media.tool("ffmpeg", "-v", "error", "-y", "-filter_complex", "color=black:s=160x96:r=12:d=2[a];color=white:s=24x96:r=12[b];[a][b]overlay=x=8*n:shortest=1,"
               "format=yuv420p", "-frames:v", "12", "-c:v", "libx264", "-qp", "4", project.folder / "clip.mp4")
    project.build()
    raw = media.tool("ffmpeg", "-v", "error", "-i", project.folder / "out/motion.mp4", "-f", "rawvideo", "-pix_fmt", "gray", "-", text=False)
    rows = [[max(0, v - 40) for v in raw[i + 48 * 160:i + 49 * 160]] for i in range(0, len(raw), 160 * 96)]
    places = [sum(x * v for x, v in enumerate(row)) / sum(row) for row in rows]
    moves = [b - a for a, b in zip(places, places[1:])]
    assert len(places) == frames
    assert all(abs(move - 96 / frames) < 1.6 for move in moves[:-2]), moves
    assert abs(places[-2] - places[0] - 88) < 1.5, "the last frame of the clip is reached"


# Frames of the clip, keys of the shot, what is shown at the end, and what is said.
LENGTHS = {
    "as it is": (24, "seconds: 1", 23, None),
    "held": (24, "seconds: 1.5", 23, r"the clip is 1\.00 s, the shot 1\.50 s: its last frame is held"),
    "slowed": (24, "seconds: 1.125, stretch: 0.15", 23, r"the clip is 1\.00 s, the shot 1\.12 s: slowed by 11 %"),
    "sped": (27, "seconds: 1, stretch: 0.15", 26, r"the clip is 1\.12 s, the shot 1\.00 s: sped by 12 %"),
    "too short": (24, "seconds: 1.5, stretch: 0.15", 23, r"its last frame is held, for that is more than it may be stretched"),
    "too long": (36, "seconds: 1, stretch: 0.15", 23, r"its end is cut off, for that is more than it may be stretched"),
    "trimmed": (36, "seconds: 1", 23, None),
    "ends at `out`": (48, "in: 0.5, out: 1, seconds: 1.5", 23, r"the clip is 0\.50 s, the shot 1\.50 s: its last frame is held"),
    "ends at `out`, too short": (48, "in: 0.5, out: 1, seconds: 1.5, stretch: 0.15", 23, r"held, for that is more than it may be stretched"),
    "ends at `out`, blended": (48, "in: 0.5, out: 1, seconds: 1.51, between: blend", 23, r"its last frame is held"),
    "ends at `out` under words": (48, "in: 0.5, out: 1, head: 0, tail: 0, say: [{narrator: Oh, file: words.wav}]", 23,
                                  r"the clip is 0\.50 s, the shot 1\.00 s: its last frame is held"),
    "words before `out`": (48, "in: 0.5, out: 1.9, head: 0, tail: 0, say: [{narrator: Oh, file: words.wav}]", 35, None),
    "`seconds` before `out`": (48, "in: 0.5, out: 1.5, seconds: 0.5", 23, None),
    "a part": (48, "in: 0.5, out: 1.5, seconds: 1.125, stretch: 0.15", 35, r"the clip is 1\.00 s, the shot 1\.12 s: slowed by 11 %"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_lengths(shown, name):
    frames, shot, last, says = LENGTHS[name]
    seen, err = shown(frames, 24, shot)
    near(seen[-1:], [last], 0.8)
    said = re.findall(r"the clip (?:is|ends).*", err)
    assert bool(said) == bool(says) and (not says or re.search(r"film\.yaml:4:\d+: .*" + says, err)), err


@pytest.mark.parametrize("seconds, says", [(2.25, "slowed by 11 %"), (2.75, "its last frame is held, for that is more than it may be stretched")])
def test_a_sound_that_lasts_longer_is_no_picture(make_project, seconds, says):
    """Matroska tells how long the longer of both is."""
    project = make_project({"film.yaml": f"""c41: 1
title: Long sound
format: 64x48@24
scenes: [{{id: a, shots: [{{shot: b, file: clip.mkv, audio: drop, seconds: {seconds}, stretch: 0.2}}]}}]
deliver: [{{preset: web, quality: 2}}]
"""})
    write_greys(project.folder / "mute.mp4", 48, 24)
    media.tool("ffmpeg", "-v", "error", "-i", project.folder / "mute.mp4", "-f", "lavfi", "-i", "sine=440:d=3", "-c:v", "copy", "-c:a", "flac", project.folder / "clip.mkv")
    err = project.build().err
    assert f"the clip is 2.00 s, the shot {seconds:.2f} s: {says}" in err, err


FILM_OUT = """c41: 1
title: Out
format: 64x48@24
scenes: [{id: a, shots: [{shot: b, file: clip.mkv, in: 1, out: 2, seconds: 3}]}]
deliver: [{preset: web, loudness: -20, audio: {codec: pcm_s16le}, file: out/out.mov}]
"""


def test_footage_is_heard_no_longer_than_it_is_seen(make_project):
    """Its sound ends at `out`, as its picture does."""
    project = make_project({"film.yaml": FILM_OUT})
    media.tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=5", "-f", "lavfi", "-i", "sine=440:r=48000:d=5",
               "-c:v", "libx264", "-c:a", "flac", project.folder / "clip.mkv")
    err = project.build().err
    assert re.search(r"film\.yaml:4:\d+: .*the clip is 1\.00 s, the shot 3\.00 s: its last frame is held", err), err
    raw = media.tool("ffmpeg", "-v", "error", "-i", project.folder / "out/out.mov", "-ac", "1", "-f", "s16le", "-", text=False)
    heard = [max(raw[i + 1:i + 4800:2]) != 0 for i in range(0, 3 * 96000, 4800)]
    assert all(heard[:20]) and not any(heard[20:]), heard


def test_where_footage_ends_is_in_no_key_where_the_shot_ends_first(make_project):
    project = make_project({"film.yaml": FILM_OUT.replace("seconds: 3", "seconds: 0.5")})
    media.tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc=s=64x48:r=24:d=5", project.folder / "clip.mkv")
    assert '"out": 2' not in project.graph()
    project.change("film.yaml", "seconds: 0.5", "seconds: 1.5")
    assert project.graph().count('"out": 2') == 2, "the cut's and the mix's"


def test_what_is_heard_keeps_its_speed(make_project):
    project = make_project({"film.yaml": """c41: 1
title: Heard
format: 64x48@24
scenes: [{id: a, shots: [{shot: b, file: clip.mp4, seconds: 1.1, stretch: 0.2}]}]
"""})
    write_greys(project.folder / "clip.mp4", 24, 24)
    done = project.run("check", "film.yaml")
    assert "film.yaml:4:" in done.stderr and "keeps its speed" in done.stderr and "audio: drop" in done.stderr, done.stderr
