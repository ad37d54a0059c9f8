# SPDX-License-Identifier: MIT
"""Pairs: NAME.yaml beside NAME.json (its graph), NAME.err (what `c41 check` says of it on stderr,
with exit 2) or NAME.warn (the same with exit 0). A .yaml alone belongs to another's pair.
C41_BLESS=1 rewrites what is expected: look at the difference before it is committed. A new pair
begins with an empty file of the kind wanted."""
import os
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).resolve().parent
PAIRS = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*")
               if path.suffix in (".json", ".err", ".warn") and path.with_suffix(".yaml").exists())


def said(c41, expected):
    film = expected.with_suffix(".yaml")
    if expected.suffix == ".json":
        return c41("graph", film, "--format", "json", cwd=FOLDER).stdout
    done = c41("check", film, cwd=FOLDER, code=2 if expected.suffix == ".err" else 0, timeout=60)
    return done.stderr


@pytest.mark.parametrize("expected", PAIRS, ids=str)
def test_pair(c41, expected):
    actual = said(c41, expected)
    path = FOLDER / expected
    if os.environ.get("C41_BLESS"):
        path.write_text(actual, encoding="utf-8")
    assert actual == path.read_text(encoding="utf-8")
    assert actual, f"{expected}: nothing was said"
