# SPDX-License-Identifier: MIT
"""A slate before the film: everything in the file is as much later, and nothing else is different."""
import json

import pytest

import films
import media

# 30 dark frames, 20 light ones with a beep 0.2 s after the cut, 30 dark ones.
FILM = """\
c41: 1
title: Slated
format: 128x72@RATE
scenes:
  - {scene: INT. ONE - DAY, id: one, shots: [{shot: a, file: dark.png, seconds: 1.2, transition: {dissolve: 0.24}}]}
  - scene: INT. TWO - DAY
    id: two
    shots:
      - {shot: b, file: light.png, seconds: 0.8, say: [{narrator: Beep., file: beep.wav, at: 0.2}], tail: 0}
      - {shot: c, file: dark.png, seconds: 1.2}
deliver:
"""
FRAMES, BEEP = 80, 1.4


def sources():
    return {"dark.png": media.png(60, 128, 72), "light.png": media.png(200, 128, 72), "beep.wav": media.wav(0.4)}


def film(entries, rate="25"):
    return FILM.replace("RATE", rate) + "".join(f"  - {entry}\n" for entry in entries)


@pytest.fixture(scope="module")
def made(make_shared):
    project = make_shared({"film.yaml": film([
        "{name: plain, preset: prores-master}",
        "{name: master, preset: prores-master, slate: 2, stems: true}",
        "{name: copy, preset: review, pixels: 128x72, slate: {seconds: 1.5, text: 'Version 3, for Ines'}, subtitles: embed}",
        "{name: shown, preset: web, slate: 1, poster: b}",
        "{name: tight, preset: web, slate: 1, max-bytes: 60000, audio: {codec: aac, bitrate: 48000}}",
        "{name: each, preset: web, slate: 1, each: scene}"]), **sources()})
    return project, project.build()


def params(project, step):
    """What a step of the film is asked for."""
    [found] = [s for s in json.loads(project.graph())["steps"] if s["id"] == step]
    return found["params"]


@pytest.mark.parametrize("name, ending, slate", [("master", "mov", 50), ("copy", "mp4", 38), ("tight", "mp4", 25)])
def test_the_film_begins_behind_it(made, name, ending, slate):
    """1.5 s are 37.5 frames: the nearest whole number."""
    path = made[0].folder / f"out/slated-{name}.{ending}"
    media.decode(path)
    file = media.File(path)
    assert file.frames == FRAMES + slate
    greys = media.greys(path)
    light = [i for i, grey in enumerate(greys[slate:]) if grey > 130]
    assert (light[0], light[-1]) == (30, 49), "the cuts are where they were"
    assert len({round(grey, 1) for grey in greys[:slate]}) < slate / 2 and max(greys[:slate]) < 60, "the slate stands still"
    sound = media.Sound(path)
    assert sound.first(0, sound.seconds, -30) == pytest.approx(slate / 25 + BEEP, abs=0.003)
    assert sound.level(0, slate / 25 - 0.05) < -70


def test_the_film_is_the_same(made):
    """Frame by frame, where nothing is lost in between; its timecode too, for the slate's is before it."""
    plain, master = (made[0].folder / f"out/slated-{name}.mov" for name in ("plain", "master"))
    digests = media.frame_digests(master)
    assert digests[-FRAMES:] == media.frame_digests(plain)
    assert media.File(plain).stream("video")["tags"]["timecode"] == "01:00:00:00"
    assert media.File(master).stream("video")["tags"]["timecode"] == "00:59:58:00"


def test_stems_have_it_too(made):
    out = made[0].folder / "out"
    for name in ("dialogue", "effects", "music"):
        file = media.File(out / f"slated-master-{name}.wav")
        assert float(file.format["duration"]) == (FRAMES + 50) / 25
        assert int(file.format["tags"]["time_reference"]) == 3598 * 48000
    assert media.Sound(out / "slated-master-dialogue.wav").first(0, 5, -30) == pytest.approx(2 + BEEP, abs=0.003)


def test_chapters_and_subtitles(made):
    path = made[0].folder / "out/slated-copy.mp4"
    file, start = media.File(path), 38 / 25
    assert [(c["tags"]["title"], float(c["start_time"]), float(c["end_time"])) for c in file.chapters] == \
        [("Slate", 0, start), ("INT. ONE - DAY", start, pytest.approx(start + 1.2)), ("INT. TWO - DAY", pytest.approx(start + 1.2), pytest.approx(start + 3.2))]
    assert [(first, text) for first, _, text in media.cues(path.with_suffix(".srt"))] == [(pytest.approx(start + BEEP, abs=0.002), "Beep.")]
    inside = media.tool("ffmpeg", "-v", "error", "-copyts", "-i", path, "-map", "0:s", "-f", "srt", "-")
    assert inside.split(" --> ")[0].split()[-1] == "00:00:02,920"


def test_poster(made):
    raw = media.tool("ffmpeg", "-v", "error", "-i", made[0].folder / "out/slated-shown.mp4", "-map", "0:v:1", "-frames:v", "1",
                     "-pix_fmt", "gray", "-f", "rawvideo", "-", text=False)
    assert sum(raw) / len(raw) == pytest.approx(200, abs=4), "the poster is the middle of its shot"


def test_what_it_says(made):
    """The length is that of the film, once the shots' are known: of 0.6 s of voice and 2.6 s of pictures."""
    text = params(made[0], "film/copy/slate/card")["text"].splitlines()
    assert text == ["Slated", "Version 3, for Ines", "copy (review)", "128x72, 25 frames a second"]
    assert params(made[0], "film/master/slate/card")["text"].splitlines()[-1] == "begins at 01:00:00:00"
    frames = params(made[0], "film/copy/slate/card")["frames"]
    assert frames[0] == frames[2] == 30 and frames[1]["late"] == "two/b.frames"


def test_it_fits_among_the_bytes(made):
    project, build = made
    path = project.folder / "out/slated-tight.mp4"
    assert path.stat().st_size <= 60000
    tried = {s["id"] for s in json.loads(project.graph())["steps"] if s["id"].startswith("film/tight/") and s["kind"] == "cut"}
    assert tried == {"film/tight/slate", "film/tight/guess/slate"} | {f"film/tight/trial-{i}/slate" for i in range(1, 5)}


def test_each_file_has_its_own(made):
    out = made[0].folder / "out/slated/each"
    assert {path.name: media.File(path).frames for path in out.glob("*.mp4")} == {"one.mp4": 55, "two.mp4": 75}


def test_judged_against_the_film(make_shared):
    """Nothing is found: neither that the slate stands still, nor that it is silent, nor that all voices are late. What is
    wrong behind it is told of its shot."""
    project = make_shared({"film.yaml": films.TALK + "deliver: [{preset: web, slate: 3}]\n"})
    build = project.build("film.yaml", "--keep-going")
    assert not build.end["deliverables"][0]["facts"].get("findings")
    done = project.run("qc", "film.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["findings"] == []


def test_a_fault_is_told_of_its_shot(make_project):
    project = make_project({"film.yaml": film(["{preset: web, slate: 2}"]).replace("file: light.png, seconds: 0.8", "file: ice.mp4, seconds: 4"), **sources()})
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x72:r=25:d=0.2,loop=199:1:0", "-t", "5", "-pix_fmt", "yuv420p",
               project.folder / "ice.mp4")
    [found] = project.build().end["deliverables"][0]["facts"]["findings"]
    assert (found["check"], found["shot"]) == ("frozen", "two/b") and found["start"] == pytest.approx(3.5, abs=0.3)
    [judged] = json.loads(project.run("qc", "film.yaml", "--json").stdout)
    assert [(f["check"], f["shot"]) for f in judged["findings"]] == [("frozen", "two/b")]


def test_an_edit_costs_what_the_slate_tells(make_project):
    project = make_project({"film.yaml": film(["{preset: web, slate: 1}"]), "new.png": media.png(90, 128, 72), **sources()})
    project.build()
    project.change("film.yaml", "shot: c, file: dark.png", "shot: c, file: new.png")
    assert project.build().ran == {"two/c/cut/web", "film/web"}
    project.change("film.yaml", "seconds: 1.2}", "seconds: 1.6}")
    assert project.build().ran == {"two/c/cut/web", "film/web/slate/card", "film/web/slate", "film/web"}


def test_an_editor_gets_the_film_alone(made, tmp_path):
    """And its timeline begins at 01:00:00:00, as that of any deliverable."""
    edls = []
    for name in ("plain", "master"):
        assert made[0].run("export", "film.yaml", "--edl", "--deliverable", name, str(tmp_path / name)).returncode == 0
        [path] = (tmp_path / name).glob("*.edl")
        edls.append(path.read_text())
    assert edls[0] == edls[1] and "01:00:00:00" in edls[0]


@pytest.mark.parametrize("rate, said, seconds, begins", [
    ("24", "01:00:00:00", 10, "00:59:50:00"),
    ("25", "10:00:00:00", 0.04, "09:59:59:24"),
    ("25", "00:00:00:00", 2, "23:59:58:00"),
    ("30000/1001", "01:00:00;00", 5, "00:59:55;00"),
    ("30000/1001", "00:01:00;02", 0.01, "00:00:59;29"),
    ("30000/1001", "00:10:00;00", 0.04, "00:09:59;29"),
    ("60000/1001", "00:02:00;04", 1, "00:01:59;00"),
    ("24000/1001", "01:00:00:00", 1, "00:59:59:00"),
])
def test_timecode_of_the_first_frame(make_project, rate, said, seconds, begins):
    project = make_project({"film.yaml": film([f"{{preset: web, slate: {seconds}, timecode: \"{said}\"}}"], rate), **sources()})
    assert params(project, "film/web")["timecode"] == begins
