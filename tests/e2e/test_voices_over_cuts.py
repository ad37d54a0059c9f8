# SPDX-License-Identifier: MIT
"""Words that begin before and end after their pictures, to the sample: J and L cuts, voices over several shots, two at once."""
import array
import re
from fractions import Fraction

import pytest

import media

RATE = 48000
WORDS = 1.0     # seconds of a recording, with a click on its first sample and on its last
LONG = 3.25
TONE = media.wav(12, 440)     # what the loudness is measured of: clicks are not limited then


def clicks(seconds):
    samples = [0] * round(seconds * RATE)
    samples[0] = samples[-1] = 16000
    return media.samples_wav(samples)


class Shot:
    """What is written, how many seconds it must last before that is rounded up to frames, and where in it lines begin."""

    def __init__(self, text, seconds, *lines):
        self.text, self.seconds, self.lines = text, seconds, lines


# Scenes of shots. The first line is at `head`, each other one `gap` after the one before it.
SCENES = [
    [
        Shot("say: [{narrator: a, file: words.wav}]", 0.2 + WORDS + 0.4, (0.2, WORDS)),
        Shot("head: -0.5, say: [{narrator: b, file: words.wav}]", -0.5 + WORDS + 0.4, (-0.5, WORDS)),
        Shot("tail: -0.7, say: [{narrator: c, file: words.wav}]", 0.2 + WORDS - 0.7, (0.2, WORDS)),
        Shot("seconds: 0.25", 0.25), # ends before those words do
        Shot("head: -0.123456, tail: -0.6, say: [{narrator: d, file: words.wav}]", -0.123456 + WORDS - 0.6, (-0.123456, WORDS)),
    ],
    [
        Shot("seconds: 0.5", 0.5), # those words run on into another scene
        Shot("tail: -2.7, say: [{narrator: e, file: long.wav, mode: vo}]", 0.2 + LONG - 2.7, (0.2, LONG)), # over three shots
        Shot("seconds: 0.5", 0.5),
        Shot("seconds: 1, say: [{narrator: f, file: words.wav, at: -0.25}]", 1, (-0.25, WORDS)),
        Shot("say: [{narrator: g, file: words.wav}, {narrator: h, file: words.wav, gap: -0.4}]", 0.2 + 2 * WORDS - 0.4 + 0.4,
             (0.2, WORDS), (0.2 + WORDS - 0.4, WORDS)), # two at once
        Shot("head: 0, say: [{narrator: i, file: words.wav}, {narrator: j, file: words.wav, gap: -1.3}]", WORDS + 0.4,
             (0, WORDS), (WORDS - 1.3, WORDS)), # the second begins before the shot
        Shot("tail: -0.3, say: [{narrator: k, file: words.wav}]", 0.2 + WORDS - 0.3, (0.2, WORDS)), # the film ends first
    ],
]


def film(fps):
    text = f"c41: 1\ntitle: Clicks\nformat: 128x72@{fps}\ndeliver: [stems]\nmusic: [{{file: tone.wav, level: 0, duck: false}}]\nscenes:\n"
    for number, shots in enumerate(SCENES):
        text += f"  - id: s{number}\n    shots:\n"
        text += "".join(f"      - {{shot: a{i}, file: a.png, {shot.text}}}\n" for i, shot in enumerate(shots))
    return text


def expected(fps):
    """The samples on which clicks must be, and how many samples the film has."""
    found, frame = set(), 0
    for shot in (shot for shots in SCENES for shot in shots):
        start = round(Fraction(frame * RATE) / fps)
        for at, seconds in shot.lines:
            first = start + round(at * RATE)
            found |= {first, first + round(seconds * RATE) - 1}
        samples = round(shot.seconds * RATE)
        frame += round(shot.seconds * fps) if "seconds:" in shot.text else -(-samples * fps // RATE)
    length = round(Fraction(frame * RATE) / fps)
    return sorted(at for at in found if at < length), length


@pytest.mark.parametrize("fps, rate", [("24", Fraction(24)), ("23.976", Fraction(24000, 1001)), ("30", Fraction(30))])
def test_words_lie_to_the_sample(make_project, fps, rate):
    project = make_project({"film.yaml": film(fps), "a.png": media.png(90), "words.wav": clicks(WORDS), "long.wav": clicks(LONG),
                            "tone.wav": TONE})
    build = project.build()
    dialogue = media.Master(project.folder / "out/clicks-dialogue.wav")
    wanted, length = expected(rate)
    assert dialogue.frames == length
    assert [i for i in range(length) if dialogue.samples[2 * i]] == wanted
    assert re.search(r'"k" is cut off: it outlasts the film by 0\.(2[6-9]|30) s', build.err) and build.err.count("is cut off") == 1


def test_words_before_the_film(make_project):
    """A first shot whose words begin earlier than the film: the rest of them is in its place, and comes without a click."""
    tone = media.wav(1, 375)
    project = make_project({"film.yaml": "c41: 1\ntitle: Early\nformat: 128x72@24\ndeliver: [stems]\nscenes:\n  - shots:\n"
                                         "      - {file: a.png, head: -0.501, say: [{narrator: early, file: tone.wav}]}\n",
                            "a.png": media.png(90), "tone.wav": tone})
    build = project.build()
    assert '"early" is cut off: it begins before the film by 0.50 s' in build.err
    made = media.Master(project.folder / "out/early-dialogue.wav").samples[::2]
    said = array.array("h", tone[44:])[round(0.501 * RATE):]
    loudest = max(map(abs, made))
    factor = loudest / max(said)
    assert all(abs(a - b * factor) < 0.01 * loudest for a, b in zip(made[600:len(said)], said[600:]))
    assert max(abs(a - b) for a, b in zip([0, *made], made)) < 0.06 * loudest
