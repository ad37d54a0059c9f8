# SPDX-License-Identifier: MIT
"""Gathers the fuzzer's corpus from all the YAML at hand: examples, golden films, the fixtures of the
language, and the blocks of docs/. Run by hand after these grew; files are named by their digest."""
import hashlib
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
MOST_BYTES = 8192  # more makes the fuzzer slow


def texts():
    for folder in ("examples", "tests/golden", "tests/fixtures", "stdlib/new"):
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            yield path.read_bytes()
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S):
            yield block.encode()


def main():
    CORPUS.mkdir(exist_ok=True)
    for text in texts():
        text = re.sub(rb"^ *#.*\n", b"", text, flags=re.M)  # comments only slow the fuzzer down
        if len(text) <= MOST_BYTES:
            (CORPUS / hashlib.sha256(text).hexdigest()[:16]).write_bytes(text)


main()
