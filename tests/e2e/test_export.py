# SPDX-License-Identifier: MIT
"""`c41 export`: an editing program finds the film as it was put together, and everything that it is cut from."""
import collections
import csv
import json
import os
import pathlib
import re
import shutil
from fractions import Fraction

import pytest

import media
import turnover

FILM = """\
c41: 1
title: 'Turn "Over" & <more> – é'
format: 256x144@24
opens: {fade: 1}
cast:
  ann: {looks: a woman in red}
  bob: {looks: a man in blue}
locations:
  hall: {looks: a long hall, sound: {file: "beds/ro om's.wav", level: 3}}
scenes:
  - scene: INT. "HALL" <DAY>
    id: hall
    location: hall
    note: the whole scene is one evening
    shots:
      - {shot: title, card: A title, seconds: 2, transition: {dissolve: 0.5}}
      - shot: ask
        size: medium
        image: Ann at a desk
        say: {ann: Are you coming with us?}
        tail: -0.35
        note: 'she | means "it"'
      - shot: walk
        image: an empty corridor
        video: a door swings slowly
        seconds: 3
        text: Three <days> later
        transition: {fade: 0.5}
      - shot: answer
        image: Bob in a doorway
        say: {bob: I am not.}
        head: -0.33
  - id: street
    shots:
      - {shot: house, image: a house on a hill, move: push-in, seconds: 1}
      - shot: plate
        file: "plates/a 'storm' é.mp4"
        in: 0.5
        seconds: 2
        transition: {wipe: 1}
      - shot: photo
        file: photo.png
        seconds: 2
        say: {narrator: Nobody came at all.}
        sound: a bell
        transition: {fade: 0.5}
music:
  - {file: theme.wav, from: walk, level: -12, fade: 1}
deliver:
  - web
  - {name: small, preset: web, pixels: 144x256, fit: crop}
  - {name: each, preset: web, each: scene}
"""
ALL = ("--otio", "--fcpxml", "--edl", "--srt", "--vtt", "--markers")
SHOTS = ["hall/title", "hall/ask", "hall/walk", "hall/answer", "street/house", "street/plate", "street/photo"]


def video(path, seconds, rate="24"):
    path.parent.mkdir(parents=True, exist_ok=True)
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc=s=256x144:r={rate}:d={seconds}", "-f", "lavfi",
               "-i", f"sine=330:r=48000:d={seconds}", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", path)


def noise(path, seconds):
    path.parent.mkdir()
    media.tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"anoisesrc=c=pink:r=48000:a=0.5:seed=7:d={seconds}", path)


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, "photo.png": media.png(90), "theme.wav": media.wav(20)})
    noise(project.folder / "beds/ro om's.wav", 3)
    video(project.folder / "plates/a 'storm' é.mp4", 4)
    build = project.build()
    done = project.run("export", "film.yaml", *ALL, "turn over")
    assert done.returncode == 0, done.stderr
    return project, build, done


@pytest.fixture(scope="module")
def folder(built):
    return built[0].folder / "turn over"


@pytest.fixture(scope="module")
def name(built):
    return next(p.stem for p in (built[0].folder / "out/draft").glob("*-web.mp4"))


@pytest.fixture(scope="module")
def otio(folder, name):
    return turnover.Otio(folder / f"{name}.otio")


@pytest.fixture(scope="module")
def fcpxml(folder, name):
    return turnover.Fcpxml(folder / f"{name}.fcpxml")


@pytest.fixture(scope="module")
def edl(folder, name):
    return turnover.Edl(folder / f"{name}.edl", 24)


@pytest.fixture(scope="module")
def frames(built, name):
    """Of the deliverable, counted by decoding it."""
    return media.File(built[0].folder / f"out/draft/{name}.mp4").frames


@pytest.fixture(scope="module")
def lengths(built):
    """The frames of each shot, as they were put together."""
    path = built[1].output("film/web")
    assert path.exists()
    shown = {}
    for cut in [s for s in json.loads(built[0].graph())["steps"] if s["kind"] == "cut" and s["id"].endswith("/web")]:
        joins = cut["params"].get("skip", 0) + cut["params"].get("drop", 0)
        shown[cut["shot"]] = media.File(built[1].output(cut["id"])).frames + joins
    return [shown[shot] for shot in SHOTS]


def test_each_is_as_long_as_the_deliverable(otio, fcpxml, edl, frames, lengths):
    assert otio.frames == fcpxml.frames == edl.frames == frames == sum(lengths)
    assert otio.fps == fcpxml.fps == 24 and otio.start == fcpxml.start == edl.start == 24 * 3600


def test_shots_are_where_the_film_has_them(otio, fcpxml, lengths):
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    for reader in (otio, fcpxml):
        assert [(c.at, c.frames) for c in reader.pictures] == list(zip(starts, lengths))
    assert [c.name for c in fcpxml.pictures] == SHOTS
    assert [c.more["shot"] for c in otio.pictures] == SHOTS
    assert [c.url for c in otio.pictures] == [c.url for c in fcpxml.pictures]
    assert [c.name for c in otio.pictures] == [c.url.removeprefix("media/") for c in otio.pictures]


def test_pictures_begin_behind_their_handles(otio, built):
    """Half a second of a clip that was generated; what the film says of footage."""
    starts = dict(zip(SHOTS, (c.start for c in otio.pictures)))
    assert starts["hall/walk"] == 12 and starts["street/plate"] == 12
    drafts = {s["shot"]: s["id"] for s in json.loads(built[0].graph())["steps"] if s["kind"] == "lipsync"}
    for shot in drafts:
        assert starts[shot] == 12


def media_seconds(path):
    kind = path.suffix
    return None if kind == ".png" else Fraction(media.File(path).format["duration"])


def test_ranges_lie_in_their_media_with_the_transitions(otio, folder):
    """Read from the files themselves: clip, and what transitions need of it on both sides."""
    by_cut = {t.at: t for t in otio.transitions}
    for clip in otio.pictures + otio.sounds:
        length = media_seconds(turnover.file_of(folder, clip.url))
        picture = clip in otio.pictures
        head = by_cut[clip.at].before if picture and clip.at in by_cut else 0
        end = clip.at + clip.frames
        tail = by_cut[end].after if picture and end in by_cut else 0
        assert clip.start - head >= 0
        if length is not None:
            assert Fraction(clip.start + clip.frames + tail, 24) <= length + Fraction(1, 1000), clip


def test_transitions(otio, fcpxml, edl, lengths, frames):
    cuts = [sum(lengths[:i]) for i in range(len(lengths) + 1)]
    expected = [(0, 0, 24, "dissolve"), (cuts[1], 6, 6, "dissolve"), (cuts[3], 6, 6, "fade"), (cuts[6], 12, 12, "wipe"),
                (frames, 12, 0, "dissolve")]
    for reader in (otio, fcpxml):
        assert [(t.at, t.before, t.after, t.kind) for t in reader.transitions] == expected
    blends = [(e[2], e[3], e[6] - edl.start) for e in edl.events if e[3]]
    assert blends == [("D", 24, 0), ("D", 12, cuts[1] - 6), ("D", 6, cuts[3] - 6), ("D", 6, cuts[3]), ("W001", 24, cuts[6] - 12),
                      ("D", 12, frames - 12)]


def test_an_edl_read_back_gives_the_same_clips(otio, edl, folder):
    """Every frame of the film: which reel, which frame of it. Inside a blend that is what comes in."""
    def frames_of(events):
        return {event[6] + i - edl.start: (event[1], event[4] + i) for event in events for i in range(event[7] - event[6])}
    found = frames_of(edl.events)
    assert sorted(found) == list(range(otio.frames))
    by_cut = {t.at: t for t in otio.transitions}
    for clip in otio.pictures:
        end = by_cut.get(clip.at + clip.frames)
        reel = re.search(r"_([0-9a-f]{8})\.", clip.url).group(1).upper()
        still = clip.url.endswith(".png")
        for i in range(clip.frames - (end.before if end else 0)):
            assert found[clip.at + i][0] == reel
            assert still or found[clip.at + i][1] == clip.start + i
    names = {n for group in edl.names.values() for n in group}
    assert names == {c.name for c in otio.pictures}
    assert all((folder / "media" / n).is_file() for n in names)


def test_stems_on_tracks(otio, fcpxml, lengths, frames):
    """Where each shot's sound begins and ends: the words of one run over the next, those of another begin before it."""
    starts = [sum(lengths[:i]) for i in range(len(lengths))]
    dialogue = {c.more["shot"]: c for c in otio.sounds if c.track.startswith("DX")}
    assert set(dialogue) == {"hall/ask", "hall/answer", "street/photo"}
    ask, answer = dialogue["hall/ask"], dialogue["hall/answer"]
    assert ask.at == starts[1] and ask.at + ask.frames > starts[2], "a negative tail"
    assert answer.at == starts[3] - 8, "a head of -0.33 s: eight frames before its picture"
    music = [c for c in otio.sounds if c.track.startswith("MX")]
    assert [(c.at, c.frames, c.more["level"]) for c in music] == [(starts[2], frames - starts[2], -12)]
    by_track = collections.defaultdict(list)
    for clip in otio.sounds:
        by_track[clip.track].append(clip)
    for clips in by_track.values():
        assert all(a.at + a.frames <= b.at for a, b in zip(clips, clips[1:]))
    key = lambda c: (c.at, c.frames, c.start, c.url, c.more["level"])
    assert sorted(map(key, otio.sounds)) == sorted(map(key, fcpxml.sounds))
    assert {c.more["role"] for c in fcpxml.sounds} == {"dialogue", "effects", "music"}


def test_sound_fades_where_the_film_does(otio, frames):
    """In over its first second, and out over its last half."""
    opening = [c for c in otio.sounds if c.at < 24]
    closing = [c for c in otio.sounds if c.at + c.frames > frames - 12]
    assert opening and closing
    assert all(c.more["fade_in"]["value"] >= 24 - c.at for c in opening)
    assert all(c.more["fade_out"]["value"] >= 12 - (frames - c.at - c.frames) for c in closing)
    inside = [c for c in otio.sounds if c.at >= 24 and c.at + c.frames <= frames - 12 and c.track.startswith("DX")]
    assert inside and not any(c.more[side]["value"] for c in inside for side in ("fade_in", "fade_out"))


def test_a_bed_goes_round_at_the_level_that_the_film_gives_it(otio, built, lengths):
    """Three seconds of noise under four shots: a loop after the other from the first cut to the last, at -35 LUFS + 3."""
    beds = [c for c in otio.sounds if "ro-om-s" in c.url]
    assert beds[0].at == 0 and beds[-1].at + beds[-1].frames == sum(lengths[:4]) + 5
    assert all(a.at + a.frames == b.at for a, b in zip(beds, beds[1:])) and len(beds) > 2
    assert {c.more["level"] for c in beds} == {beds[0].more["level"]}
    bed = media.loudness(built[0].folder / "beds/ro om's.wav", before="pan=stereo|c0=0.7071*c0|c1=0.7071*c0,")
    assert abs(bed.lufs + beds[0].more["level"] - (-35 + 3)) < 0.3


TAKES = """\
c41: 1
title: Takes
format: 256x144@24
use: {image: stand-in, animate: stand-in}
scenes:
  - id: a
    shots:
      - {shot: house, image: {prompt: a house on a hill, takes: 3, pick: 2}, seconds: 1}
      - shot: door
        image: a door
        video: {prompt: it opens, takes: 2, pick: 2}
        seconds: 2
"""


def without_digest(url):
    return re.sub(r"_[0-9a-f]{8}\.\w+$", "", url)


def test_takes_that_were_kept(make_studio_project):
    """The one that was picked is in the film; the others are further media of the same clip, in the same order as ever."""
    project = make_studio_project({"film.yaml": TAKES})
    project.build()
    assert project.run("export", "film.yaml", *ALL, "cut").returncode == 0
    otio, fcpxml = turnover.Otio(project.folder / "cut/takes.otio"), turnover.Fcpxml(project.folder / "cut/takes.fcpxml")
    house, door = otio.pictures
    assert [without_digest(u) for u in (house.url, *otio.takes[house.url])] == [f"media/a_house_image_take-{n}" for n in (2, 1, 3)]
    assert [without_digest(u) for u in (door.url, *otio.takes[door.url])] == [f"media/a_door_video_take-{n}" for n in (2, 1)]
    assert (house.more["take"], door.more["take"]) == (2, 2)
    assert fcpxml.takes == {"a/house": otio.takes[house.url], "a/door": otio.takes[door.url]}
    for urls in otio.takes.values():
        assert all(turnover.file_of(project.folder / "cut", url).is_file() for url in urls)


def test_takes_that_a_locked_pick_leaves_out(make_studio_project):
    """Nobody's work any more, even where the prompt has changed since; but they were kept, and somebody may want one."""
    project = make_studio_project({"film.yaml": TAKES})
    made = {e["id"]: e["outputs"][0]["digest"] for e in project.build().of("step-done")}
    third = made["a/house/image/take-3"]
    project.write("film.picks.yaml", f"a/house/image: {{take: 3, is: {third[:8]}, locked: true}}\n")
    project.change("film.yaml", "a house on a hill", "a hut on a hill")
    project.build()
    assert project.run("export", "film.yaml", "--otio", "cut").returncode == 0
    house = (otio := turnover.Otio(project.folder / "cut/takes.otio")).pictures[0]
    urls = [house.url, *otio.takes[house.url]]
    assert house.more["take"] == 3
    assert urls == [f"media/a_house_image_take-{n}_{made[f'a/house/image/take-{n}'][:8]}.png" for n in (3, 1, 2)]


def test_every_file_is_what_the_project_has(folder, built, otio):
    """The artifacts' own bytes, each once, and all names plain."""
    listed = {c.url for c in otio.pictures + otio.sounds} | {u for urls in otio.takes.values() for u in urls}
    assert {f"media/{p.name}" for p in (folder / "media").iterdir()} == listed
    kept = {p.read_bytes() for p in (built[0].folder / ".c41/store").rglob("*") if p.is_file()}
    kept |= {(built[0].folder / p).read_bytes() for p in ("photo.png", "theme.wav", "beds/ro om's.wav", "plates/a 'storm' é.mp4")}
    for url in listed:
        path = turnover.file_of(folder, url)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", path.name) and path.read_bytes() in kept


def test_ids_are_unique(fcpxml):
    assert fcpxml.version == "1.10" and len(fcpxml.ids) == len(set(fcpxml.ids))


def test_titles(otio, fcpxml, lengths):
    assert otio.titles == fcpxml.titles == [(sum(lengths[:2]), lengths[2], "Three <days> later")]


def test_titles_over_one_another(make_project):
    """A card over a picture lasts as long as the shot, a lower third some of it: each is where the film has it."""
    project = make_project({"film.yaml": "c41: 1\ntitle: Titles\nformat: 64x48@24\nscenes:\n  - id: s\n    shots:\n"
                                         "      - {file: photo.png, card: Big, text: {text: Name, at: 1, seconds: 0.5}, seconds: 2}\n"
                                         "      - {file: photo.png, text: {text: Second, at: 0.5}, seconds: 2}\n", "photo.png": media.png(90)})
    project.build()
    assert project.run("export", "film.yaml", "--otio", "--fcpxml", "cut").returncode == 0
    expected = [(0, 48, "Big"), (24, 12, "Name"), (60, 36, "Second")]
    otio, fcpxml = turnover.Otio(project.folder / "cut/titles.otio"), turnover.Fcpxml(project.folder / "cut/titles.fcpxml")
    assert sorted(otio.titles) == fcpxml.titles == expected and otio.frames == fcpxml.frames == 96


def test_markers(otio, fcpxml, edl, folder, name, lengths):
    """Chapters at the scenes, remarks at their shots: in every format."""
    scene, shot = "the whole scene is one evening", 'she | means "it"'
    hall, street = sum(lengths[:4]), sum(lengths[4:])
    chapters = [(0, hall, "chapter", 'INT. "HALL" <DAY>', ""), (hall, street, "chapter", "Street", "")]
    notes = [(0, 1, "note", "hall/title", scene), (lengths[0], 1, "note", "hall/ask", shot)]
    assert [m for m in otio.markers if m[2] == "chapter"] == chapters
    assert [m for m in otio.markers if m[2] == "note"] == notes
    assert [(at, text) for at, tag, text in fcpxml.markers if tag == "marker"] == [(0, scene), (lengths[0], shot)]
    assert [at for at, tag, _ in fcpxml.markers if tag == "chapter-marker"] == [m[0] for m in chapters]
    rows = list(csv.DictReader(open(folder / f"{name}.markers.csv", newline="", encoding="utf-8")))
    assert [(int(r["frame"]), int(r["frames"]), r["mark"], r["name"], r["text"]) for r in rows] == otio.markers
    resolve = (folder / f"{name}.markers.edl").read_text()
    assert re.findall(r"^(.*) \|C:ResolveColor(\w+) \|M:(.*) \|D:(\d+)$", resolve, re.M) == \
        [(m[4].replace("|", "/"), {"chapter": "Green", "note": "Blue", "warning": "Red"}[m[2]], m[3], str(m[1])) for m in otio.markers]
    assert sum("* LOC:" in r for r in edl.remarks) == len(otio.markers)


def test_a_remark_renders_nothing_again(built, tmp_path):
    project = built[0].copy(tmp_path / "noted")
    project.change("film.yaml", '''note: 'she | means "it"\'''', "note: louder")
    assert project.build().ran == set()


def test_subtitles_are_those_of_the_film(built, folder, name):
    for ending in ("srt", "vtt"):
        assert (folder / f"{name}.{ending}").read_bytes() == (built[0].folder / f"out/draft/{name}.{ending}").read_bytes()
    cues = turnover.srt(folder / f"{name}.srt")
    assert [text for _, _, text in cues] == ["Are you coming with us?", "I am not.", "Nobody came at all."]
    assert all(start < end for start, end, _ in cues)


def test_again_replaces_nothing_that_stands(built, folder, tmp_path):
    before = {p: p.stat().st_mtime_ns for p in (folder / "media").iterdir()}
    done = built[0].run("export", "film.yaml", "--otio", "turn over")
    assert done.returncode == 0 and re.search(r"media/: \d+ files, 0 of them new$", done.stdout, re.M)
    assert {p: p.stat().st_mtime_ns for p in (folder / "media").iterdir()} == before


def test_an_editor_that_writes_into_media_leaves_the_store_whole(built, tmp_path):
    project = built[0].copy(tmp_path / "written")
    assert project.run("export", "film.yaml", "--otio", "cut").returncode == 0
    for path in (project.folder / "cut/media").iterdir():
        path.write_bytes(b"an editor was here")
    project.check_store()
    assert project.build().ran == set()
    again = project.run("export", "film.yaml", "--otio", "cut")
    assert again.returncode == 0 and b"an editor was here" not in {p.read_bytes() for p in (project.folder / "cut/media").iterdir()}


def test_other_deliverables(built, tmp_path):
    project = built[0]
    done = project.run("export", "film.yaml", "--fcpxml", "--deliverable", "small", tmp_path / "small")
    assert done.returncode == 0, done.stderr
    upright = next((tmp_path / "small").glob("*-small.fcpxml")).read_text()
    assert re.search(r'<format id="r\d+" frameDuration="1/24s" width="144" height="256"', upright)
    done = project.run("export", "film.yaml", "--otio", "--deliverable", "each/street", tmp_path / "street")
    assert done.returncode == 0, done.stderr
    street = turnover.Otio(next((tmp_path / "street").glob("*.otio")))
    assert [c.more["shot"] for c in street.pictures] == ["street/house", "street/plate", "street/photo"]
    done = project.run("export", "film.yaml", "--otio", "--deliverable", "tiny", tmp_path / "none")
    assert done.returncode == 64 and "web, small, each/hall, each/street" in done.stderr


@pytest.mark.parametrize("cue, at, start, frames", [
    ("in: 0.5, out: 1.5, at: 0.25, fade: {in: 0, out: 0.5}", 30, 12, 24),
    ("at: -0.5", 12, 0, 60),            # begins before its shot, and ends with it
    ("from: s/a, at: -1, in: 0.5", 0, 36, 36), # the file ends first: what lies before the film is gone
])
def test_cues_lie_where_the_film_has_them(make_project, cue, at, start, frames):
    cue = cue if "from" in cue else cue + ", from: s/b"
    project = make_project({"film.yaml": "c41: 1\ntitle: Cue\nformat: 64x48@24\nscenes:\n  - id: s\n    shots:\n"
                                         "      - {shot: a, card: X, seconds: 1}\n      - {shot: b, card: Y, seconds: 2}\n"
                                         f"music: [{{file: m.wav, {cue}}}]\n", "m.wav": media.wav(3)})
    project.build()
    assert project.run("export", "film.yaml", "--otio", "--fcpxml", "cut").returncode == 0
    for found in turnover.Otio(project.folder / "cut/cue.otio"), turnover.Fcpxml(project.folder / "cut/cue.fcpxml"):
        [music] = [c for c in found.sounds if c.url.endswith(".wav")]
        assert (music.at, music.start, music.frames) == (at, start, frames)


def test_wrong_use(make_project, tmp_path):
    project = make_project({"film.yaml": "c41: 1\ntitle: X\nscenes:\n  - shots:\n      - {card: X, seconds: 1}\n"})
    for args, code, says in [
            (["film.yaml", "out"], 64, "which format"),
            (["film.yaml", "--otio"], 64, "which folder|into"),
            (["film.yaml", "--otoi", "out"], 64, 'did you mean "?--otio'),
            (["--otio"], 64, "film"),
            (["film.yaml", "a", "b", "--otio"], 64, "b"),
            (["none.yaml", "--otio", "out"], 2, "none.yaml"),
            (["film.yaml", "--otio", "out"], 1, "not built.*`c41 build`.*shot-|not built")]:
        done = project.run("export", *args)
        assert done.returncode == code and re.search(says, done.stderr, re.S), (args, done.returncode, done.stderr)
        assert not (project.folder / "out").exists()


def test_a_film_that_has_changed_is_built_first(built, tmp_path):
    project = built[0].copy(tmp_path / "changed")
    project.change("film.yaml", "Bob in a doorway", "Bob at a window")
    done = project.run("export", "film.yaml", "--edl", "cut")
    assert done.returncode == 1 and "hall/answer/image" in done.stderr and not (project.folder / "cut").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_takes_nothing(built, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    done = built[0].run("export", "film.yaml", "--edl", locked / "cut")
    assert done.returncode == 1 and "locked" in done.stderr


def test_a_folder_that_is_a_file(built, tmp_path):
    (tmp_path / "file").write_text("")
    done = built[0].run("export", "film.yaml", "--edl", tmp_path / "file/cut")
    assert done.returncode == 1 and "file" in done.stderr


def test_large_media_is_linked_and_copied_when_asked(make_project, tmp_path):
    """A second name of one file where blocks cannot be shared, never a second copy; --copy makes one that can be taken away."""
    project = make_project({"film.yaml": "c41: 1\ntitle: Big\nformat: 64x48@24\nscenes:\n  - shots:\n"
                                         "      - {card: X, seconds: 1}\nmusic: [{file: sounds/big.wav}]\n"})
    noise(project.folder / "sounds/big.wav", 180)
    project.build()
    big = project.folder / "sounds/big.wav"
    for folder, options in [("linked", []), ("copied", ["--copy"])]:
        assert project.run("export", "film.yaml", "--otio", *options, folder).returncode == 0
    linked, copied = (next((project.folder / f / "media").glob("big*")) for f in ("linked", "copied"))
    assert linked.stat().st_ino == big.stat().st_ino or shares_blocks(big, linked)
    assert copied.stat().st_ino != big.stat().st_ino and copied.read_bytes() == big.read_bytes()


def shares_blocks(a, b):
    """A clone has an inode of its own: then the disk can clone, which cp finds out too."""
    return shutil.which("cp") and not media.tool("cp", "--reflink=always", a, b.with_suffix(".clone"))


@pytest.mark.parametrize("ending, read", [("otio", turnover.Otio), ("fcpxml", turnover.Fcpxml),
                                          ("edl", lambda path: turnover.Edl(path, 24))])
def test_what_the_writers_are_held_against(ending, read):
    """The files of tests/unit/export_test.c: five shots, one of which ends early, and each kind of transition."""
    found = read(pathlib.Path(__file__).parents[1] / f"fixtures/export/all.{ending}")
    assert found.frames == 240
    if ending == "edl":
        assert [(e[1], e[2], e[3], e[7] - e[6]) for e in found.events if e[7] > e[6]] == [
            ("11111111", "D", 24, 42), ("22222222", "D", 12, 50), ("BL", "D", 4, 4), ("33333333", "D", 4, 30), ("BL", "C", 0, 18),
            ("11111111", "C", 0, 40), ("22222222", "W001", 16, 44), ("BL", "D", 12, 12)]
        return
    assert [(c.at, c.frames) for c in found.pictures] == [(0, 48), (48, 48), (96, 30), (144, 48), (192, 48)]
    assert [(t.at, t.before, t.after, t.kind) for t in found.transitions] == [
        (0, 0, 24, "dissolve"), (48, 6, 6, "dissolve"), (96, 4, 4, "fade"), (192, 8, 8, "wipe"), (240, 12, 0, "dissolve")]
    assert [(c.at, c.frames) for c in found.sounds] == [(40, 60), (96, 20), (200, 40)]
