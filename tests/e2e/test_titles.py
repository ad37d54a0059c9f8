# SPDX-License-Identifier: MIT
"""Words over pictures: burnt-in subtitles, lower thirds, cards of other shapes, review copies, scripts without a font."""
import json
import subprocess
import sys

import pytest

import media

THEME = "family: DejaVu Sans\nsubtitle: {size: 6}\nlower-third: {accent: none}\n"
FILM = """\
c41: 1
title: Words
format: 256x144@24
theme: theme.yaml
deliver:
  - {name: plain, preset: web, subtitles: none}
  - {name: burnt, preset: web, subtitles: burn}
  - {name: tall, preset: web, pixels: 144x256}
  - {name: notes, preset: review, pixels: 256x144}
scenes:
  - id: one
    shots:
      - {shot: title, card: {text: Words, style: title}, seconds: 1}
      - shot: talk
        file: grey.png
        seconds: 3
        head: 0.5
        say: {narrator: Is anybody there?}
      - {shot: name, file: grey.png, text: {text: "Ann\\nA pilot", at: 0.5, seconds: 1}, seconds: 2}
      - {shot: over, file: grey.png, card: {text: Words, style: title}, seconds: 1}
"""


@pytest.fixture(scope="module")
def built(make_shared):
    project = make_shared({"film.yaml": FILM, "theme.yaml": THEME, "grey.png": media.png(128)})
    return project, project.build()


@pytest.fixture
def words(built, tmp_path):
    return built[0].copy(tmp_path / "words")


def frames(project, name):
    """The luma of every frame of a deliverable, and its width."""
    [path] = (project.folder / "out").rglob(f"words-{name}.mp4")
    video = media.File(path).stream("video")
    size = video["width"] * video["height"]
    raw = media.tool("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-", text=False)
    return [raw[i:i + size] for i in range(0, len(raw), size * 3 // 2)], video["width"]


def changed(a, b, width, least=40):
    """The box in which two frames differ: left, top, right, bottom; None: nowhere."""
    rows = [y for y in range(len(a) // width)
            if any(abs(p - q) > least for p, q in zip(a[y * width:(y + 1) * width], b[y * width:(y + 1) * width]))]
    columns = [x for x in range(width)
               if rows and any(abs(a[y * width + x] - b[y * width + x]) > least for y in range(rows[0], rows[-1] + 1))]
    return (columns[0], rows[0], columns[-1], rows[-1]) if rows else None


def test_a_subtitle_is_in_the_picture_while_it_is_spoken(built):
    plain, width = frames(built[0], "plain")
    burnt, _ = frames(built[0], "burnt")
    done = [e for e in built[1].of("step-done") if e["id"] == "one/talk/timing"]
    [line] = json.loads((built[0].folder / done[0]["outputs"][0]["path"]).read_text())["lines"].values()
    first, last = round((1 + line["start"]) * 24), round((1 + line["end"]) * 24)
    for n, (a, b) in enumerate(zip(plain, burnt)):
        box = changed(a, b, width)
        assert (box is not None) == (first <= n < last), (n, first, last, box)
        if box:
            assert box[0] > 25 and box[2] < 231 and box[1] > 72 and box[3] < 131, f"outside the safe area: {box}"


OVER = """\
c41: 1
title: Words
format: 256x144@24
theme: theme.yaml
deliver:
  - {{name: plain, preset: web, subtitles: sidecar}}
  - {{name: burnt, preset: web, subtitles: burn}}
scenes:
  - id: one
    shots:
      - {{shot: before, file: grey.png, seconds: 1{before}}}
{second}      - {{shot: talk, file: grey.png, head: -0.5, tail: -1.6, say: [{{narrator: Is anybody there?, file: voice.wav}}]}}
{third}      - {{shot: after, file: grey.png, seconds: 1{after}}}
      - {{shot: last, file: grey.png, seconds: 2}}
"""
SCENE = "  - id: %s\n    shots:\n"


@pytest.mark.parametrize("second,third", [("", ""), (SCENE % "two", ""), ("", SCENE % "three"), (SCENE % "two", SCENE % "three")])
@pytest.mark.parametrize("before,after", [("", ""), ("", "dissolve"), ("wipe", "fade")])
def test_subtitles_go_on_over_the_next_picture(make_project, second, third, before, after):
    """A line from 0.5 to 4.6 s over a J cut, two L cuts and transitions: each frame of it looks the same."""
    before, after = (f", transition: {{{kind}: 0.5}}" if kind else "" for kind in (before, after))
    project = make_project({"film.yaml": OVER.format(second=second, third=third, before=before, after=after),
                            "theme.yaml": THEME, "grey.png": media.png(128), "voice.wav": media.wav(4.1)})
    project.build()
    [cue] = media.cues(project.folder / "out/words-plain.srt")
    assert cue[:2] == pytest.approx((0.5, 4.6), abs=0.002)
    plain, width = frames(project, "plain")
    burnt, _ = frames(project, "burnt")
    boxes = [changed(a, b, width) for a, b in zip(plain, burnt)]
    assert len(boxes) == 24 * 6
    assert [n for n, box in enumerate(boxes) if box] == list(range(12, 110))
    for n in range(12, 110): # an encoder smears edges where the picture changes
        assert max(abs(a - b) for a, b in zip(boxes[n], boxes[60])) <= 2, (n, boxes[n], boxes[60])


@pytest.mark.parametrize("second", ["", SCENE % "two"])
def test_words_begin_within_a_transition(make_project, second):
    """It has their shot's first frames, and they are that shot's own."""
    project = make_project({"film.yaml": f"""c41: 1
title: Words
format: 256x144@24
theme: theme.yaml
deliver: [{{name: plain, preset: web, subtitles: sidecar}}, {{name: burnt, preset: web, subtitles: burn}}]
scenes:
  - id: one
    shots:
      - {{shot: before, file: grey.png, seconds: 2, transition: {{dissolve: 1}}}}
{second}      - {{shot: talk, file: grey.png, head: 0.2, say: [{{narrator: Is anybody there?, file: voice.wav}}]}}
""", "theme.yaml": THEME, "grey.png": media.png(128), "voice.wav": media.wav(2)})
    project.build()
    plain, width = frames(project, "plain")
    burnt, _ = frames(project, "burnt")
    assert [n for n, (a, b) in enumerate(zip(plain, burnt)) if changed(a, b, width)] == list(range(53, 101))


def test_an_ordinary_cut_knows_nothing_of_its_neighbours(words):
    cuts = [step for step in json.loads(words.graph())["steps"] if step["id"].endswith("/cut/burnt")]
    assert [step["id"] for step in cuts if "subtitles" in step["params"]] == ["one/talk/cut/burnt"]
    assert not any("around" in step["params"].get("subtitles", {}) for step in cuts)


def test_a_lower_third_comes_and_goes(built):
    plain, width = frames(built[0], "plain")
    shown = [n for n in range(96, 144) if changed(plain[97], plain[n], width)]
    assert 108 <= shown[0] <= 112 and 128 <= shown[-1] <= 131
    assert changed(plain[97], plain[120], width)[2] < 128, "it begins at the left"


def test_a_card_lies_over_the_picture_of_its_shot(built):
    plain, width = frames(built[0], "plain")
    assert all(changed(plain[97], plain[144 + n], width, 60) is None for n in (0, 23)), "it fades in and out"
    left, top, right, bottom = changed(plain[97], plain[156], width, 60)
    assert left > 60 and right < 196 and top > 40 and bottom < 104, "letters in the middle, and the picture around them"
    assert "one/over/card" not in built[1].ran


def test_what_is_said_of_subtitles_costs_no_card(words):
    words.change("theme.yaml", "size: 6", "size: 7")
    assert words.build().ran == {"one/talk/cut/burnt", "film/burnt"}


def test_a_card_is_set_for_each_shape(built):
    """As large as the upright picture lets them be, and no bars: a wide card in it would have letters of half the size."""
    [first, *_], width = frames(built[0], "tall")
    assert "one/title/card/tall" in built[1].ran and "one/title/card/notes" not in built[1].ran
    assert first[0] > 17 and first[-1] > 17, "no bars above and below"
    letters = [x for x in range(width) if any(first[y * width + x] > 120 for y in range(256))]
    assert letters[-1] - letters[0] > 36


def test_review_copies_have_a_clock(built):
    notes, width = frames(built[0], "notes")
    plain, _ = frames(built[0], "plain")
    for n in range(24, 95):
        box = changed(notes[n], notes[n + 1], width, 6)
        assert box and box[0] > 128 and box[3] < 36, (n, box)
    corners = changed(plain[30], notes[30], width, 20)
    assert corners[0] < 20 and corners[1] < 12 and corners[2] > 236 and corners[3] > 126


def test_the_clock_is_the_shots_own(words):
    """An edit before a shot costs the edit, in a review copy too."""
    words.change("film.yaml", "seconds: 1}\n      - shot: talk", "seconds: 2}\n      - shot: talk")
    assert not {s for s in words.build().ran if s.startswith(("one/talk/cut", "one/name/cut"))}


def test_the_take_is_told(make_project):
    project = make_project({"film.yaml": "c41: 1\ntitle: X\nformat: 64x48@24\ndeliver: [review]\nscenes:\n"
                                         "  - {id: a, shots: [{shot: b, image: {prompt: A, takes: 3, pick: 2}, seconds: 1}, "
                                         "{shot: c, image: B, seconds: 1}]}\n"})
    cuts = {s["id"]: s["params"].get("burn-in") for s in json.loads(project.graph())["steps"]}
    assert cuts["a/b/cut/review"] == {"film": "X", "scene": "a", "shot": "b", "take": 2, "timecode": True}
    assert "take" not in cuts["a/c/cut/review"]


def only_fonts(folder, *folders):
    conf = folder / "fonts.conf"
    conf.write_text("<fontconfig>" + "".join(f"<dir>{f}</dir>" for f in folders) + f"<cachedir>{folder}/cache</cachedir></fontconfig>")
    return {"FONTCONFIG_FILE": str(conf)}


SCRIPTS = [("ภาพ", "Thai", "th"), ("चित्र", "Devanagari", "hi"), ("画像", "Chinese", "zh"), ("مرحبا", "Arabic", "ar"), ("תמונה", "Hebrew", "he")]


@pytest.mark.skipif(sys.platform == "darwin", reason="Core Text takes fonts from where it wants")
@pytest.mark.parametrize("text,name,_", SCRIPTS)
def test_a_script_without_a_font_is_told(make_project, tmp_path, text, name, _):
    """With a folder of fonts that has one Latin face alone."""
    only = tmp_path / "fonts"
    only.mkdir()
    path = media.tool("fc-match", "-f", "%{file}", "DejaVu Sans Mono:bold")
    (only / "mono.ttf").symlink_to(path)
    project = make_project({"film.yaml": f'c41: 1\ntitle: X\nformat: 64x48@24\nscenes:\n  - shots: [{{card: "{text}", seconds: 1}}]\n'})
    build = project.build(environment=only_fonts(tmp_path, only))
    said = build.out + build.err
    if media.tool("fc-query", "-f", "%{lang}", path).find(f"|{_}") >= 0:
        assert "no font here" not in said
    else:
        assert f"no font here has {name}" in said and "install" in said and "film.yaml:5" in said


@pytest.mark.parametrize("text,name,language", SCRIPTS)
def test_a_script_with_a_font_is_set(make_project, text, name, language):
    if not subprocess.run(["fc-list", f":lang={language}", "family"], capture_output=True, text=True).stdout.strip():
        pytest.skip(f"no font for {name} here")
    project = make_project({"film.yaml": f'c41: 1\ntitle: X\nformat: 64x48@24\nscenes:\n  - shots: [{{card: "{text}", seconds: 1}}]\n'})
    build = project.build()
    assert "no font here" not in build.out + build.err


@pytest.mark.parametrize("theme,place,says", [
    ("subtitel: {size: 4}\n", "theme.yaml:1:1", 'did you mean "subtitle"'),
    ("title: {size: huge}\n", "theme.yaml:1:15", 'expected a size, found "huge"'),
    ("ink: redd\n", "theme.yaml:1:6", "expected a colour"),
    ("", "theme.yaml:1:1", "this file is empty"),
])
def test_a_theme_is_checked(words, theme, place, says):
    words.write("theme.yaml", theme)
    words.refuse("check", "film.yaml", place=place, says=says)


def test_a_theme_may_stand_in_the_film(words):
    """The same words in the film itself make the same steps."""
    before = words.graph()
    words.change("film.yaml", "theme: theme.yaml", "theme: {family: DejaVu Sans, subtitle: {size: 6}, lower-third: {accent: none}}")
    assert words.graph() == before
