# SPDX-License-Identifier: MIT
"""What README and docs/ say is true: their films compile, their commands run, and the reference of the
language is the schema's."""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BEGIN, END = "<!-- keys: made by docs/keys.py -->\n", "<!-- end of keys -->\n"


def blocks(page, language):
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def films():
    """Blocks that are a preset, a studio or picks are tested with tests/fixtures/language, films with
    hooks by test_hooks.py."""
    for page in PAGES:
        for number, block in enumerate(blocks(page, "yaml"), 1):
            if not re.search(r"^(preset|machines|approved|hooks):", block, re.M):
                yield pytest.param(block, id=f"{page.name}-{number}")


def whole(block):
    """A film of a block that may be scenes, shots or a theme alone."""
    if re.search(r"^c41: 1$", block, re.M):
        return block
    if block.startswith("- "):
        block = "scenes:\n  - shots:\n" + re.sub(r"^(?=.)", "      ", block, flags=re.M)
    if block.startswith("theme:"):
        block += "scenes: [{shots: [{card: Words}]}]\n"
    return f"c41: 1\ntitle: A Fragment\n{block}"


@pytest.mark.parametrize("block", films())
def test_every_film_compiles_without_a_warning(c41, tmp_path, block):
    shutil.copytree(ROOT / "tests/fixtures/language/music", tmp_path / "music")
    (tmp_path / "film.yaml").write_text(whole(block), encoding="utf-8")
    assert c41("check", "film.yaml", cwd=tmp_path).stderr == ""


def test_every_command_of_the_readme_runs(c41, tmp_path):
    shutil.copytree(ROOT / "examples", tmp_path / "examples",
                    ignore=shutil.ignore_patterns(".c41", "out"))
    keeper = tmp_path / "examples/keeper/film.yaml"
    keeper.write_text(keeper.read_text().replace("1920x1080", "256x144"))  # as said, but sooner
    commands = [line for block in blocks(ROOT / "README.md", "sh") for line in block.splitlines()]
    assert commands
    for line in commands:
        words = shlex.split(line, comments=True)
        assert words[0] == "./c41", f"what is {line}?"
        c41(*words[1:], cwd=tmp_path)
    assert (tmp_path / "examples/keeper/out/draft/the-keeper.mp4").stat().st_size > 0
    assert list((tmp_path / "my-film/out/draft").glob("*.mp4"))


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_reference_is_the_schema():
    page = ROOT / "docs" / "language.md"
    keys = subprocess.run([sys.executable, ROOT / "docs" / "keys.py"], check=True, text=True,
                          encoding="utf-8", stdout=subprocess.PIPE).stdout
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    kept, after = rest.split(END)
    if os.environ.get("C41_BLESS"):
        page.write_text(before + BEGIN + "\n" + keys + END + after, encoding="utf-8")
    assert kept == "\n" + keys


def test_the_manual_names_every_command_and_option(c41):
    manual = (ROOT / "docs" / "c41.1").read_text(encoding="utf-8").replace("\\-", "-")
    commands = re.findall(r"^  (\w+) {2,}", c41("help").stdout, re.M)
    assert {"build", "check", "show"} <= set(commands)
    for command in commands:
        assert f"Cm {command}" in manual, f"the manual misses {command}"
        for option in re.findall(r"--([a-z-]+)", c41("help", command).stdout.split("options:")[-1]):
            assert re.search(rf"(Fl|,) -{option}\b", manual), f"the manual misses --{option} of {command}"


def test_the_tour_shows_what_hello_compiles_to(c41):
    page = ROOT / "docs" / "hello.dot"
    dot = c41("graph", "examples/hello/film.yaml", "--format", "dot").stdout
    if os.environ.get("C41_BLESS"):
        page.write_text(dot, encoding="utf-8")
    assert dot == page.read_text(encoding="utf-8")
