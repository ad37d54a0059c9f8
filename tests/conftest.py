# SPDX-License-Identifier: MIT
"""What every test of the program has: the program, and a way to run it that sees nothing of the
machine but the folder it is given."""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


class C41:
    """The program under test (C41_PROGRAM, else the build folder's), with a config folder of its own."""

    def __init__(self, home):
        self.program = pathlib.Path(os.environ.get("C41_PROGRAM", ROOT / "build" / "c41")).resolve()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("C41_", "LC_"))}
        self.env.update(HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), NO_COLOR="1",
                        LC_ALL="C.UTF-8")

    def __call__(self, *words, cwd=ROOT, code=0, **options):
        """Runs `c41 words…`; fails unless it ends with code (None: any)."""
        done = subprocess.run([self.program, *map(str, words)], cwd=cwd, env=self.env, text=True,
                              encoding="utf-8", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=options.pop("timeout", 900), **options)
        assert code is None or done.returncode == code, (
            f"c41 {' '.join(map(str, words))}: exit {done.returncode}, expected {code}\n"
            f"{done.stdout}{done.stderr}")
        return done


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes many seconds; only `tests/run --all` runs it")


@pytest.fixture
def c41(tmp_path_factory):
    return C41(tmp_path_factory.mktemp("home"))
