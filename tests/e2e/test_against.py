# SPDX-License-Identifier: MIT
"""c41 check --against: a film beside what ComfyUI servers said of their nodes, kept in files."""
import json
import pathlib

import pytest

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "comfyui"
NEWEST = FIXTURES / "newest.json"
FILM = """\
c41: 1
title: Two Waves
format: 64x64@8
style: soft light
cast: {ana: {looks: a pilot}}
scenes:
  - scene: EXT. SEA - DAY
    id: sea
    shots:
      - {shot: a, size: wide, image: Ana and a wave, seconds: 1}
      - {shot: b, image: {prompt: a second wave, with: {steps: 30}}, video: {prompt: it breaks}, seconds: 1.5}
"""
ALL = ("--use", "image=z-image", "--use", "animate=wan-2.2-i2v")


@pytest.fixture
def film(tmp_path):
    (tmp_path / "film.yaml").write_text(FILM)
    return tmp_path


def write_changed(folder, change):
    """The newest document after change(classes)."""
    classes = json.loads(NEWEST.read_text())
    change(classes)
    (folder / "info.json").write_text(json.dumps(classes))
    return "info.json"


def check(c41, film, document, *words, code=2):
    done = c41("check", "film.yaml", *words, "--against", document, cwd=film, code=code)
    assert done.stdout.startswith("film.yaml: 1 scene, 2 shots, ")
    assert not (film / ".c41").exists()
    return done.stderr


def test_what_fits_is_silent(c41, film):
    assert check(c41, film, NEWEST, *ALL, code=0) == ""


def test_what_nobody_makes_there_is_told(c41, film):
    said = check(c41, film, NEWEST, code=0)
    assert said == ("warning: nothing of this film is made by a ComfyUI server: there was nothing to compare\n"
                    "help: name presets by --use KIND=PRESET, or a studio by --studio\n")


def test_a_missing_node_is_told_once_at_the_first_step_that_needs_it(c41, film):
    document = write_changed(film, lambda classes: classes.pop("EmptySD3LatentImage"))
    said = check(c41, film, document, *ALL)
    assert said.count("error:") == 1
    assert said.startswith('film.yaml:10:38: error: image by preset "z-image": the server lacks the node '
                           '"EmptySD3LatentImage"\n   10 |       - {shot: a, size: wide, image: Ana and a wave')
    assert said.endswith("help: update ComfyUI on that server: newer versions have it themselves\n")


def test_a_missing_pack_is_named(c41, film):
    def change(classes):
        for name in [n for n, c in classes.items() if c["python_module"] == "custom_nodes.ComfyUI-FramePackWrapper"]:
            del classes[name]

    said = check(c41, film, write_changed(film, change), "--use", "animate=framepack")
    assert said.count('animate by preset "framepack": the server lacks the node "FramePackSampler"') == 1
    assert "help: install the node pack ComfyUI-FramePackWrapper on that server, and start it again\n" in said


def test_a_missing_model_is_told_with_its_folder(c41, film):
    def change(classes):
        classes["UNETLoader"]["input"]["required"]["unet_name"][0] = ["sub\\z_image.safetensors"]

    said = check(c41, film, write_changed(film, change), *ALL)
    assert "z_image" not in said  # which it has, in a subfolder
    for noise in ("high", "low"):
        assert (f'film.yaml:11:86: error: animate by preset "wan-2.2-i2v": the server lacks the model '
                f'"wan2.2_i2v_{noise}_noise_14B_fp8_scaled.safetensors"\n') in said
    assert said.count("help: put it into models/diffusion_models of that server\n") == 2
    assert said.count("error:") == 2


def test_values_out_of_range_of_presets_and_of_films(c41, film):
    def change(classes):
        classes["KSampler"]["input"]["required"]["steps"][1]["max"] = 40

    document = write_changed(film, change)
    said = check(c41, film, document, *ALL)
    assert said.count("error:") == 1 and "film.yaml:10:38: error: image by preset" in said
    assert "lacks a KSampler that takes 50 for steps (node 3)\n" in said and "help: it takes 40 at most\n" in said

    (film / "film.yaml").write_text(FILM.replace("steps: 30", "steps: 45"))
    said = check(c41, film, document, *ALL)
    assert said.count("error:") == 2
    assert "film.yaml:11:35: error: image by preset \"z-image\": the server lacks a KSampler that takes 45" in said


def test_presets_that_take_over_are_compared_too(c41, film):
    def change(classes):
        del classes["WanInfiniteTalkToVideo"]

    (film / "film.yaml").write_text(FILM.replace("video: {prompt: it breaks}", "say: [{ana: The sea.}]"))
    said = check(c41, film, write_changed(film, change), "--use", "lipsync=humo", "--use", "image=z-image")
    assert said.startswith('error: lipsync by preset "infinitetalk": the server lacks the node '
                           '"WanInfiniteTalkToVideo"\n')


def test_several_documents_are_parts_of_one(c41, film):
    classes = json.loads(NEWEST.read_text())
    names = sorted(classes)
    for number in (0, 1):
        part = {name: classes[name] for name in names[number::2]}
        (film / f"part{number}.json").write_text(json.dumps(part))
    assert "lacks the node" in check(c41, film, "part0.json", *ALL)
    assert check(c41, film, "part0.json", *ALL, "--against", "part1.json", code=0) == ""
    done = c41("check", "film.yaml", *ALL, "--against", "part0.json", "part1.json", cwd=film)
    assert done.stderr == ""


@pytest.mark.parametrize("text, told", [
    ("<html>502 Bad Gateway</html>", "bad.json: this is not what a ComfyUI server says of its nodes"),
    ("{}", "this is not what a ComfyUI server says of its nodes"),
    (NEWEST.read_text()[:-9], "this is not what a ComfyUI server says of its nodes"),
    (None, "bad.json: opening bad.json: No such file or directory"),
])
def test_what_is_no_document_is_wrong_use(c41, film, text, told):
    if text is not None:
        (film / "bad.json").write_text(text)
    done = c41("check", "film.yaml", "--against", "bad.json", cwd=film, code=64)
    assert told in done.stderr and done.stdout == ""
