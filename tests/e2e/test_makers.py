# SPDX-License-Identifier: MIT
"""Kinds that nothing on this machine makes: they compile, the plan says so, the build fails and names them."""
import re

import pytest

import media

FILMS = {
    "write": ("c41: 1\ntitle: Written\nformat: 256x144@24\nscenes:\n  - id: a\n    shots:\n      - shot: b\n"
              "        image: {prompt: {write: a lonely house}}\n        seconds: 1\n"),
    "train": ("c41: 1\ntitle: Trained\nformat: 256x144@24\nuse: {image: z-image}\ncast:\n  mara: {looks: a keeper, loras: [mara]}\n"
              "loras:\n  mara: {images: pictures, captions: files, trigger: m4ra, base: z-image}\nscenes:\n  - id: a\n    shots:\n"
              "      - {shot: b, image: Mara at the lamp, seconds: 1}\n"),
}


@pytest.mark.parametrize("kind", FILMS)
def test_kind_without_a_maker(make_project, kind):
    project = make_project({"film.yaml": FILMS[kind], "pictures/one.png": media.png(50), "pictures/one.txt": "m4ra"})
    assert project.run("check", "film.yaml").returncode == 0
    plan = project.run("plan", "film.yaml")
    assert plan.returncode == 0 and re.search(rf"\b{kind}\b", plan.stdout), plan.stdout
    done = project.run("build", "film.yaml")
    assert done.returncode == 2, f"exit {done.returncode}: {done.stderr}" # the studio is wrong for this film
    assert re.search(rf'^film.yaml:8:\d+: error: .*"{kind}"', done.stderr, re.M), done.stderr
    assert not list((project.folder / "out").rglob("*.mp4"))


def test_strict_refuses_a_draft(make_project):
    project = make_project({"film.yaml": "c41: 1\ntitle: Strict\nformat: 256x144@24\nscenes: [{id: a, shots: [{image: a door, seconds: 1}]}]\n"})
    build = project.build()
    assert re.search(r"\bimage\b", (build.out + build.err).strip().splitlines()[-1]), "the last line names the drafted kinds"
    done = project.run("build", "film.yaml", "--strict")
    assert done.returncode == 4, done.stderr
    assert "image" in done.stderr


def test_film_of_files_alone_is_no_draft(make_project):
    project = make_project({"film.yaml": "c41: 1\ntitle: Mine\nformat: 256x144@24\nscenes: [{id: a, shots: [{file: a.png, seconds: 1}]}]\n",
                            "a.png": media.png(120)})
    project.build("film.yaml", "--strict")
    assert (project.folder / "out/mine.mp4").is_file() and not (project.folder / "out/draft").exists()
