# SPDX-License-Identifier: MIT
"""Footage's sound of any rate and any number of channels, in a film's stereo at 48 kHz."""
import array
import math

import pytest

import media

LEFT, RIGHT, MIDDLE, BEHIND = 500, 900, 1300, 1700  # hertz of what comes from where
TONE = "0.1*sin(2*PI*{}*t)"
NONE = "0"


def write_footage(path, channels, layout, rate, codec, form):
    tones = "|".join(TONE.format(hertz) if hertz else NONE for hertz in channels)
    media.tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "color=gray:s=64x48:r=24:d=2", "-f", "lavfi", "-i", f"aevalsrc={tones}:c={layout}:s={rate}:d=2",
               "-c:v", "libx264", "-c:a", codec, *(("-sample_fmt", form) if form else ()), path)


def strength(samples, hertz):
    """Amplitude of a tone, by correlation."""
    n = len(samples)
    s = sum(v * math.sin(2 * math.pi * hertz * i / 48000) for i, v in enumerate(samples))
    c = sum(v * math.cos(2 * math.pi * hertz * i / 48000) for i, v in enumerate(samples))
    return 2 * math.hypot(s, c) / n


# Name, channels, layout, rate, codec, sample format; and which tones are heard left and right, in parts of the loudest.
SOUNDS = {
    "mono-8k.mov": ([LEFT], "mono", 8000, "pcm_s16le", None, {LEFT: 1}, {LEFT: 1}),
    "stereo-96k.mov": ([LEFT, RIGHT], "stereo", 96000, "pcm_s24le", None, {LEFT: 1}, {RIGHT: 1}),
    "stereo-44k.mp4": ([LEFT, RIGHT], "stereo", 44100, "aac", None, {LEFT: 1}, {RIGHT: 1}),
    "surround.mp4": ([LEFT, RIGHT, MIDDLE, None, BEHIND, None], "5.1", 44100, "aac", None,
                     {LEFT: 1, MIDDLE: 0.707, BEHIND: 0.707}, {RIGHT: 1, MIDDLE: 0.707}),
    "eight-bits.mkv": ([LEFT], "mono", 11025, "pcm_u8", None, {LEFT: 1}, {LEFT: 1}),
    "floats.mkv": ([LEFT, RIGHT], "stereo", 32000, "pcm_f32le", None, {LEFT: 1}, {RIGHT: 1}),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_where_it_is_heard(make_project, name):
    channels, layout, rate, codec, form, left, right = SOUNDS[name]
    project = make_project({"film.yaml": f"""c41: 1
title: Sound
format: 64x48@24
scenes: [{{id: a, shots: [{{shot: b, file: {name}}}]}}]
"""})
    write_footage(project.folder / name, channels, layout, rate, codec, form)
    build = project.build()
    assert abs(media.File(project.folder / "out/sound.mp4").seconds - 2) < 0.05
    raw = array.array("f", media.tool("ffmpeg", "-v", "error", "-i", build.output("a/b/mix", "effects"), "-f", "f32le", "-", text=False))
    middle = raw[48000:48000 + 2 * 24000]  # half a second from the half second on, both channels
    heard = {side: {hertz: strength(middle[i::2], hertz) for hertz in (LEFT, RIGHT, MIDDLE, BEHIND)} for i, side in enumerate(("left", "right"))}
    loudest = max(max(tones.values()) for tones in heard.values())
    for side, wanted in (("left", left), ("right", right)):
        for hertz, value in heard[side].items():
            assert abs(value / loudest - wanted.get(hertz, 0)) < 0.05, f"{side}: {heard[side]}"


@pytest.mark.parametrize("ending, codec", [("mkv", "flac"), ("ts", "aac")])
def test_sound_that_begins_before_its_picture(make_project, ending, codec):
    """Flash and beep are at one instant of the file, whose picture begins 0.48 s after its sound."""
    project = make_project({"film.yaml": f"""\
c41: 1
title: Sync
format: 160x90@25
scenes: [{{shots: [{{file: early.{ending}, seconds: 3}}]}}]
deliver: [{{preset: prores-master, loudness: -23}}]
"""})
    media.tool("ffmpeg", "-v", "error", "-filter_complex",
               "color=black:s=160x90:r=25:d=5,drawbox=c=white:t=fill:enable='lt(mod(t,1),0.02)',trim=start=0.48[v];"
               "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.04)':d=5:s=48000[a]", "-map", "[v]", "-map", "[a]",
               "-pix_fmt", "yuv420p", "-c:v", "libx264", "-c:a", codec, project.folder / f"early.{ending}")
    build = project.build()
    made = project.folder / build.end["deliverables"][0]["path"]
    flashes = [n / 25 for n, grey in enumerate(media.greys(made)) if grey > 128]
    sound = media.Sound(made)
    beeps = [sound.first(second, second + 1, -40) for second in range(3)]
    assert flashes == pytest.approx([0.52, 1.52, 2.52]) and beeps == pytest.approx(flashes, abs=0.002)
