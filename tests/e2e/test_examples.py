# SPDX-License-Identifier: MIT
"""The films of examples/ but for the keeper, which has a file of its own."""
import csv
import re

import pytest

import media

SMALL = "format: 144x256@24"


def check_deliverable(path, least):
    file = media.File(path)
    assert file.stream("video")["codec_name"] == "h264" and file.stream("audio")["codec_name"] == "aac"
    assert file.seconds >= least
    media.decode(path)
    return file


@pytest.mark.parametrize("film", ["hello/film.yaml", "keeper/film.yaml", "products/film.yaml", "series/ep01.yaml",
                                  "series/ep02.yaml"])
def test_checks_without_a_warning(copy_example, film):
    folder, name = film.split("/")
    done = copy_example(folder).run("check", name)
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr and "error" not in done.stderr, done.stderr


def test_hello(copy_example):
    project = copy_example("hello")
    build = project.build()
    assert [d["path"] for d in build.end["deliverables"]] == [f"out/draft/hello.{kind}" for kind in ("mp4", "srt", "vtt")]
    file = check_deliverable(project.folder / "out/draft/hello.mp4", 1.5)
    assert (file.stream("video")["width"], file.stream("video")["height"]) == (1920, 1080)


@pytest.mark.long
def test_products_makes_a_file_for_each_row(copy_example):
    project = copy_example("products")
    project.change("film.yaml", re.search(r"^format: .*$", project.read("film.yaml"), re.M).group(), SMALL)
    build = project.build()
    rows = list(csv.DictReader(project.read("products.csv").splitlines()))
    made = {p.name: p for p in (project.folder / "out/draft/twenty-things").glob("*.mp4")}
    assert set(made) == {f"{row['sku'].lower()}.mp4" for row in rows} and len(made) == 20
    assert {d["path"] for d in build.end["deliverables"] if d["path"].endswith(".mp4")} == \
        {f"out/draft/twenty-things/{name}" for name in made}
    for path in made.values():
        check_deliverable(path, 3)

    project.change("products.csv", "€12", "€14")
    again = project.build()
    assert not again.ran_models
    assert again.ran == {"pen-07/price/card", "pen-07/price/cut/web", "film/web/pen-07"}


@pytest.mark.long
def test_series_builds_two_episodes_at_once(copy_example):
    project = copy_example("series")
    project.change("project.yaml", "pixels: 1280x720", "pixels: 256x144")
    done = project.run("build", "ep01.yaml", "ep02.yaml")
    assert done.returncode == 0, done.stderr
    made = sorted((project.folder / "out/draft").glob("*.mp4"))
    assert [p.stem for p in made] == ["lost-property-1-the-shadow", "lost-property-2-the-hour"]
    for path in made:
        check_deliverable(path, 8)
    assert (project.folder / ".c41").is_dir(), "the series has one store, in the project's folder"
