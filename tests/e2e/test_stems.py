# SPDX-License-Identifier: MIT
"""Deliverables of sound: stems that sum to their mix, music and effects without a word, a podcast."""
import math

import pytest

import media

STEMS = ["dialogue", "effects", "music"]

FILM = """\
c41: 1
title: Parts
format: 128x72@24
scenes:
  - scene: INT. HALL - DAY
    id: hall
    sound: {file: bed.wav}
    shots:
      - {shot: a, file: a.png, say: [{narrator: one, file: words.wav}], tail: 0.6}
      - {shot: b, file: a.png, seconds: 1.5, sound: {file: spot.wav, level: -3}}
  - scene: EXT. ROOF - DAY
    id: roof
    shots:
      - {shot: c, file: a.png, seconds: 2, say: [{narrator: two, file: words.wav}]}
music:
  - {file: music.wav, from: hall/b, level: -6}
"""


@pytest.fixture(scope="module")
def made(make_shared):
    """The film with files that differ from each other, and what is to be handed over."""
    project = make_shared({"film.yaml": FILM + """\
deliver:
  - stems
  - {name: hot, preset: stems, loudness: -9}
  - me
  - {name: level, preset: me, duck: false}
  - podcast
  - {name: master, preset: prores-master, stems: true}
""", "a.png": media.png(90), "words.wav": media.samples_wav(media.noise(1, 0.9, seed=3)),
                           "bed.wav": media.samples_wav(media.noise(2.2, 0.5, seed=4)), "spot.wav": media.wav(0.8, 700),
                           "music.wav": media.wav(5, 300)})
    return project, project.build()


@pytest.fixture(scope="module")
def sounds(made):
    """Decoded once."""
    known = {}

    def sound(name):
        if name not in known:
            known[name] = media.Master(made[0].folder / f"out/parts-{name}")
        return known[name]
    return sound


def furthest(whole, parts):
    """How far the sum of parts is from the whole, in steps of 24 bits."""
    assert {p.frames for p in parts} == {whole.frames}
    return max(abs(a - sum(rest)) for a, *rest in zip(whole.samples, *(p.samples for p in parts)))


@pytest.mark.parametrize("name, mix", [("stems", "stems.wav"), ("hot", "hot.wav"), ("master", "master.mov")])
def test_stems_sum_to_the_mix(sounds, name, mix):
    """Each of the four is rounded to 24 bits."""
    parts = [sounds(f"{name}-{stem}.wav") for stem in STEMS]
    assert furthest(sounds(mix), parts) <= 4
    for part in parts:
        assert max(map(abs, part.samples)) > 1 << 16, "a stem is silent"


def test_the_limiter_takes_from_each_stem_what_it_takes_from_the_mix(sounds, made):
    """So loud a film is limited: then stems are not the softer film's times one factor, and still sum to the mix (above)."""
    assert media.loudness(made[0].folder / "out/parts-hot.wav").peak <= -0.9
    soft, hot = sounds("stems-dialogue.wav"), sounds("hot-dialogue.wav")
    factors = [math.sqrt(sum(x * x for x in hot.samples[i:i + 960]) / sum(x * x for x in soft.samples[i:i + 960]))
               for i in range(2 * 12000, 2 * 50000, 960)]
    assert max(factors) / min(factors) > 1.05, "nothing was limited"


def correlation(a, b):
    dot = sum(x * y for x, y in zip(a.samples, b.samples))
    return dot / math.sqrt(sum(x * x for x in a.samples) * sum(x * x for x in b.samples))


def test_me_is_the_mix_without_its_words(sounds):
    dialogue, me = sounds("stems-dialogue.wav"), sounds("me.wav")
    assert furthest(sounds("stems.wav"), [dialogue, me]) <= 3
    assert abs(correlation(me, dialogue)) < 0.02 < 0.2 < correlation(sounds("stems.wav"), dialogue)


def test_me_steps_back_unless_it_is_to_stay_level(sounds):
    """Between 0.4 and 1 s somebody speaks; the bed, which is all that there is, is 6 dB lower then, or as it was."""
    for name, db in (("me.wav", -6), ("level.wav", 0)):
        me = sounds(name)
        assert me.level(0.4, 1) - me.level(1.62, 1.8) == pytest.approx(db, abs=1), name


def test_what_is_handed_over(made):
    names = sorted(p.name for p in (made[0].folder / "out").iterdir())
    assert names == ["parts-hot-dialogue.wav", "parts-hot-effects.wav", "parts-hot-music.wav", "parts-hot.wav", "parts-level.wav",
                     "parts-master-dialogue.wav", "parts-master-effects.wav", "parts-master-music.wav", "parts-master.mov",
                     "parts-master.srt", "parts-master.vtt", "parts-me.wav", "parts-podcast.m4a", "parts-podcast.srt",
                     "parts-podcast.vtt", "parts-stems-dialogue.wav", "parts-stems-effects.wav", "parts-stems-music.wav",
                     "parts-stems.wav"]
    for name in names:
        if name.endswith(".wav"):
            file = media.File(made[0].folder / "out" / name)
            sound = file.stream("audio")
            assert (sound["codec_name"], sound["sample_rate"], sound["channels"], sound["bits_per_raw_sample"]) == \
                ("pcm_s24le", "48000", 2, "24"), name
            assert b"bext" in (made[0].folder / "out" / name).read_bytes()[:700], "no Broadcast WAV"
            media.decode(file.path)


def start_of(path):
    return int(media.File(path).format["tags"].get("time_reference", 0))


def test_stems_begin_where_their_master_does(made):
    """So that an editor lays them under it: BWF counts the samples since midnight."""
    out = made[0].folder / "out"
    assert {start_of(out / f"parts-master-{stem}.wav") for stem in STEMS} == {3600 * 48000}
    assert start_of(out / "parts-stems-music.wav") == 0, "this one has no timecode"


@pytest.mark.parametrize("fps, timecode, start", [("24", "10:00:00:12", 36000 * 48000 + 24000), ("24000/1001", "01:00:00:00", 86400 * 2002),
                                                  ("30000/1001", "01:00:00;00", round(107892 * 1601.6))])
def test_a_timecode_in_samples(make_project, fps, timecode, start):
    """By the frames that it counts: 23.976's hour is longer than the wall's, and drop-frame leaves out 108 numbers."""
    film = ("c41: 1\ntitle: At\nformat: {pixels: 128x72, fps: " + fps + "}\nscenes: [{shots: [{file: a.png, seconds: 0.5}]}]\n"
            f"deliver: [{{preset: stems, timecode: \"{timecode}\"}}]\n")
    project = make_project({"film.yaml": film, "a.png": media.png(90)})
    project.build()
    assert start_of(project.folder / "out/at.wav") == start_of(project.folder / "out/at-effects.wav") == start


def test_podcast(made):
    path = made[0].folder / "out/parts-podcast.m4a"
    media.decode(path)
    file = media.File(path)
    assert file.stream("audio")["codec_name"] == "aac" and not [s for s in file.streams if s["codec_type"] == "video"]
    assert file.format["tags"]["title"] == "Parts" and media.boxes(path)[1] == "moov"
    assert [(c["tags"]["title"], round(float(c["start_time"]), 3)) for c in file.chapters] == \
        [("INT. HALL - DAY", 0), ("EXT. ROOF - DAY", round(80 / 24, 3))]
    lufs, _, peak = media.loudness(path)
    assert lufs == pytest.approx(-16, abs=0.35) and peak <= -1
    assert [text for _, _, text in media.cues(path.with_suffix(".srt"))] == ["one", "two"]


def test_sound_alone_asks_for_no_picture(make_project):
    project = make_project({"film.yaml": FILM + "deliver: [podcast]\n", "a.png": media.png(90), "words.wav": media.wav(1),
                            "bed.wav": media.wav(1), "spot.wav": media.wav(1), "music.wav": media.wav(1)})
    build = project.build()
    assert {e["kind"] for e in build.of("step-done")} == {"timing", "mix", "conform"}
    project.change("film.yaml", "seconds: 1.5, sound: {file: spot.wav, level: -3}", "seconds: 1.5, sound: {file: spot.wav, level: -9}")
    assert project.build().ran == {"hall/b/mix", "film/podcast"}


def test_the_ending_of_a_file_makes_it_sound_alone(make_project):
    project = make_project({"film.yaml": FILM + "deliver: [{preset: web, file: out/heard.m4a}]\n", "a.png": media.png(90),
                            "words.wav": media.wav(1), "bed.wav": media.wav(1), "spot.wav": media.wav(1), "music.wav": media.wav(1)})
    build = project.build()
    assert "cut" not in {e["kind"] for e in build.of("step-done")}
    assert media.File(project.folder / "out/heard.m4a").stream("audio")["codec_name"] == "aac"


@pytest.mark.parametrize("deliver, says", [
    ("{preset: web, mix: false, stems: true}", "a film with a picture has its mix in it"),
    ("{preset: podcast, mix: false}", "nothing is left of this deliverable"),
    ("{preset: podcast, audio: pcm_s24le}", "a file of m4a cannot hold pcm_s24le"),
    ("{preset: stems, subtitles: burn}", "a file without a picture shows no subtitles"),
    ("{preset: stems, stems: [voices]}", "voices"),
])
def test_what_cannot_be(make_project, deliver, says):
    project = make_project({"film.yaml": FILM + f"deliver: [{deliver}]\n", "a.png": media.png(90), "words.wav": media.wav(1),
                            "bed.wav": media.wav(1), "spot.wav": media.wav(1), "music.wav": media.wav(1)})
    project.refuse("check", "film.yaml", says=says)


def test_a_stem_that_is_too_loud_for_its_file_is_told(make_project):
    """The bed takes away what the words have too much: the mix is fine, the words alone are not."""
    loud = media.wav(2)
    minus = loud[:44] + media.array.array("h", [-x for x in media.array.array("h", loud[44:])]).tobytes()
    project = make_project({"film.yaml": """\
c41: 1
title: Loud
format: 128x72@24
scenes:
  - shots:
      - {file: a.png, seconds: 2, head: 0, say: [{narrator: one, file: words.wav}], sound: {file: minus.wav, level: -2}}
deliver: [{preset: stems, loudness: -9}]
""", "a.png": media.png(90), "words.wav": loud, "minus.wav": minus})
    assert "the stem of dialogue is clipped" in project.build().err
