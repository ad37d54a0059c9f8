# SPDX-License-Identifier: MIT
"""Each planned frame is in every deliverable, once and in order: by codec, container, rate and transition."""
from fractions import Fraction

import pytest

import media
import numbered
from numbered import Shot

RATES = {"23.976": Fraction(24000, 1001), "24": Fraction(24), "25": Fraction(25), "29.97": Fraction(30000, 1001), "30": Fraction(30),
         "50": Fraction(50), "59.94": Fraction(60000, 1001), "60": Fraction(60)}

# Every codec in every container that takes it, with the sound that goes there.
SOUNDS = {"mp4": "aac", "mov": "pcm_s24le", "mkv": "flac"}
CODECS = {
    **{codec: ("mp4", "mov", "mkv") for codec in ("h264", "hevc")}, "av1": ("mp4", "mkv"),
    **{codec: ("mov", "mkv") for codec in ("prores-proxy", "prores-lt", "prores-422", "prores-hq", "prores-4444", "prores-xq",
                                           "dnxhr-lb", "dnxhr-sq", "dnxhr-hq", "dnxhr-hqx", "dnxhr-444")},
}
ALL = [(codec, container) for codec in CODECS for container in CODECS[codec]]
# What ffprobe calls the profile of each.
PROFILES = {"prores-proxy": "Proxy", "prores-lt": "LT", "prores-422": "Standard", "prores-hq": "HQ", "prores-4444": "4444", "prores-xq": "XQ",
            "dnxhr-lb": "DNXHR LB", "dnxhr-sq": "DNXHR SQ", "dnxhr-hq": "DNXHR HQ", "dnxhr-hqx": "DNXHR HQX", "dnxhr-444": "DNXHR 444",
            "h264": "High", "hevc": "Main", "av1": "Main"}

HANDLE = 12  # frames that each clip has before and after its shot


def film(shots, rate_name, wanted, opens=""):
    """Its text; transitions in frames, to the nearest even number."""
    rate = RATES[rate_name]
    text = (f"c41: 1\ntitle: Frames\nformat: {numbered.WIDTH}x{numbered.HEIGHT}@{rate_name}\n{opens}scenes:\n  - id: a\n    shots:\n")
    for i, shot in enumerate(shots):
        line = f"file: {shot.clip}.mp4, in: {numbered.seconds(shot.first, rate):.6f}, seconds: {numbered.seconds(shot.frames, rate):.6f}"
        if shot.transition:
            kind, frames, luma = shot.transition
            colour = ", color: white" if kind == "fade" and luma > 200 else ""
            line += f", transition: {{{kind}: {numbered.seconds(frames, rate):.6f}{colour}}}"
        text += f"      - {{shot: s{i}, {line}}}\n"
    text += "deliver:\n"
    for codec, container in wanted:
        text += f"  - {{name: {codec}-{container}, preset: web, video: {codec}, audio: {SOUNDS[container]}, file: out/{codec}.{container}}}\n"
    return text


def build(make_project, shots, rate_name, wanted):
    project = make_project({"film.yaml": film(shots, rate_name, wanted)})
    for clip in {shot.clip for shot in shots}:
        last = max(shot.first + shot.frames for shot in shots if shot.clip == clip)
        numbered.write_clip(project.folder / f"{clip}.mp4", clip, last + HANDLE, RATES[rate_name])
    built = project.build("film.yaml")
    assert built.code == 0, built.err
    return project, built


def four(n):
    """A cut, a dissolve, a fade through white and a wipe of n frames, one shot of which has room for no more than its two."""
    return [Shot(1, HANDLE, 14), Shot(2, HANDLE, 14, ("dissolve", n, None)), Shot(3, HANDLE, n + 1, ("fade", n, 235)),
            Shot(4, HANDLE, 13, ("wipe", n, None)), Shot(5, HANDLE, 16)]


def check_container(path, frames, rate, name):
    """Constant rate, from 0, as long as its frames."""
    video = media.File(path).stream("video")
    clock = Fraction(1, 1000) if path.suffix == ".mkv" else 0  # Matroska's has milliseconds
    for told in ("r_frame_rate", "avg_frame_rate"):
        assert abs(Fraction(video[told]) / rate - 1) <= clock, f"{name}: {told}"
    assert float(video["start_time"]) == 0, name
    assert (video["color_space"], video["color_transfer"], video["color_primaries"], video["color_range"]) == ("bt709",) * 3 + ("tv",), name
    assert video["sample_aspect_ratio"] == "1:1", name
    times = media.packets(path, "v:0")
    assert len(times) == frames, name
    assert all(abs(at - n / rate) <= clock for n, (at, _) in enumerate(times)), name
    if not clock:
        assert int(video["duration_ts"]) * Fraction(video["time_base"]) == frames / rate, name


@pytest.mark.long
def test_every_codec_in_every_container(make_project):
    shots = four(8)
    project, built = build(make_project, shots, "24", ALL)
    frames = sum(shot.frames for shot in shots)
    for codec, container in ALL:
        name, path = f"{codec}-{container}", project.folder / f"out/{codec}.{container}"
        media.decode(path)
        numbered.check(path, shots, name)
        check_container(path, frames, RATES["24"], name)
        assert media.File(path).stream("video")["profile"] == PROFILES[codec], name
        if container != CODECS[codec][0]:
            continue  # the same packets stand in another container
        pieces = [f"a/s{i}/{kind}/{name}" for i in range(len(shots)) for kind in ("cut", "join") if kind == "cut" or shots[i].transition]
        own = [digest for step in pieces for digest in media.frame_digests(built.output(step))]
        assert media.frame_digests(path) == own, f"{name}: joined frames are not those of the segments"


@pytest.mark.long
@pytest.mark.parametrize("rate_name", sorted(RATES))
def test_every_rate(make_project, rate_name):
    wanted = [("h264", "mp4"), ("h264", "mkv"), ("hevc", "mp4"), ("prores-proxy", "mov")]
    shots = four(6)
    project, _ = build(make_project, shots, rate_name, wanted)
    for codec, container in wanted:
        path = project.folder / f"out/{codec}.{container}"
        numbered.check(path, shots, f"{codec}-{container}")
        check_container(path, sum(shot.frames for shot in shots), RATES[rate_name], f"{codec}-{container}")


def test_shots_of_one_frame(make_project):
    shots = [Shot(1, 0, 1), Shot(2, 5, 1), Shot(1, 3, 2), Shot(2, 9, 1), Shot(1, 7, 24), Shot(2, 1, 1)]
    wanted = [("h264", "mp4"), ("hevc", "mp4"), ("av1", "mp4"), ("h264", "mkv")]
    project, _ = build(make_project, shots, "24", wanted)
    for codec, container in wanted:
        numbered.check(project.folder / f"out/{codec}.{container}", shots, codec)


WRONG = [("prores-hq", "film.mp4", "a file of mp4 cannot hold prores-hq", "these can: mkv, mov"),
         ("dnxhr-lb", "film.mp4", "a file of mp4 cannot hold dnxhr-lb", "these can: mkv, mov"),
         ("av1", "film.mov", "a file of mov cannot hold av1", "these can: mkv, mp4"),
         ("hevv", "film.mp4", 'unknown codec "hevv"', 'did you mean "hevc"?')]


@pytest.mark.parametrize("codec, file, says, help_", WRONG)
def test_what_a_container_cannot_hold(make_project, codec, file, says, help_):
    project = make_project({"film.yaml": "c41: 1\ntitle: No\nscenes:\n  - shots:\n      - {image: a wall}\ndeliver:\n"
                                         f"  - {{preset: web, video: {codec}, file: out/{file}}}\n"})
    done = project.run("check", "film.yaml")
    assert done.returncode == 2 and f"film.yaml:7:26: error: {says}" in done.stderr and help_ in done.stderr, done.stderr
