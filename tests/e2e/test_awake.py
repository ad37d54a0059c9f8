# SPDX-License-Identifier: MIT
"""Machines do not fall asleep while they have work: a program keeps each awake, and ends when we do, however we end."""
import os
import signal
import stat
import sys

import pytest

from comfy import ComfyUI, film, studio, wait_for
from project import finish

KEEPER = "caffeinate" if sys.platform == "darwin" else "systemd-inhibit"
# Says that it began and ended, and runs what it is given, as the real ones do.
FAKE = """\
#!/bin/sh
echo "began $0 $*" >>"$AWAKE_LOG"
while [ $# -gt 1 ]; do shift; done
"$1"
echo "ended $0" >>"$AWAKE_LOG"
"""


@pytest.fixture
def server(tmp_path):
    fake = ComfyUI(tmp_path / "server").start()
    yield fake
    fake.go_on()
    fake.stop()


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "awake.log"
    path.touch()
    return path


@pytest.fixture
def project(make_project, server, tmp_path, log):
    """With fakes of the programs first in PATH."""
    project = make_project({"film.yaml": film(2), "studio.yaml": studio(server.url)})
    for name in (KEEPER, "stay-up"):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(FAKE)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    project.environment = {**project.environment, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "AWAKE_LOG": str(log),
                           "XDG_STATE_HOME": str(tmp_path / "state")}
    return project


def build(project):
    return project.start("build", "film.yaml", "--studio", "studio.yaml")


def said(log, what, name):
    return [line for line in log.read_text().splitlines() if line.startswith(f"{what} ") and f"/{name}" in line]


def test_this_machine(project, server, log):
    server.hold()
    running = build(project)
    wait_for(lambda: said(log, "began", KEEPER))
    assert not said(log, "ended", KEEPER)
    server.go_on()
    finish(running)
    assert running.returncode == 0
    wait_for(lambda: said(log, "ended", KEEPER))
    assert len(said(log, "began", KEEPER)) == 1


def test_it_ends_with_a_builder_that_is_killed(project, server, log):
    server.hold()
    running = build(project)
    wait_for(lambda: said(log, "began", KEEPER))
    running.send_signal(signal.SIGKILL)
    finish(running)
    wait_for(lambda: said(log, "ended", KEEPER))


def test_a_machine_of_the_studio(project, server, log):
    """While something runs there, and not when somebody has taken it back."""
    project.change("studio.yaml", "  gpu:\n", "  gpu:\n    awake: stay-up -i cat\n")
    server.hold()
    running = build(project)
    wait_for(lambda: said(log, "began", "stay-up"))
    assert said(log, "began", "stay-up")[0].endswith("/stay-up -i cat")
    project.run("pause", "gpu", "--studio", "studio.yaml")
    wait_for(lambda: not server.engine.pending)
    assert not said(log, "ended", "stay-up"), "something runs there still"
    server.go_on()
    wait_for(lambda: said(log, "ended", "stay-up"))
    wait_for(lambda: project.run("status", "--brief").stdout.startswith("film: waiting"))
    project.run("resume", "--studio", "studio.yaml")
    finish(running)
    assert running.returncode == 0


def test_a_program_that_does_not_stay(project, server):
    project.change("studio.yaml", "  gpu:\n", "  gpu:\n    awake: [sh, -c, exit 3]\n")
    server.hold()
    running = build(project)
    heard = ""
    while "help:" not in heard:
        heard += running.stderr.readline()
    assert "studio.yaml:3:3: warning: nothing keeps gpu awake: sh ended with exit code 3" in heard
    server.go_on()
    assert "awake" not in finish(running)[1]
    assert running.returncode == 0


def test_no_such_program(project, server):
    """Of the studio's it is told; this machine may have none."""
    project.change("studio.yaml", "  gpu:\n", "  gpu:\n    awake: no-such-program cat\n")
    os.unlink(project.environment["PATH"].split(":")[0] + "/" + KEEPER)
    project.environment["PATH"] = project.environment["PATH"].split(":")[0]
    server.hold()
    running = build(project)
    heard = ""
    while "help:" not in heard:
        heard += running.stderr.readline()
    assert "nothing keeps gpu awake: starting no-such-program" in heard and KEEPER not in heard
    server.go_on()
    finish(running)
    assert running.returncode == 0
