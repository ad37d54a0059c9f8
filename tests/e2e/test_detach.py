# SPDX-License-Identifier: MIT
"""Builds in the background, and what others see and do of a builder: c41 build --detach, status, cancel."""
import json
import os
import pathlib
import re
import signal

import pytest

from comfy import film, studio, wait_for
from films import many_shots
from project import finish, read_until

STUDIO = ("--studio", "studio.yaml")


@pytest.fixture
def project(make_project, server):
    project = make_project({"film.yaml": film(3), "studio.yaml": studio(server.url)})
    yield project
    server.go_on()
    project.run("cancel")


def detach(project, *args, code=0):
    """Not waited for by its pipes: nothing of the builder may hold them."""
    done = project.run("build", *(args or ("film.yaml", *STUDIO)), "--detach")
    assert done.returncode == code, done.stderr
    return done


def status(project, *args):
    return json.loads(project.run("status", "--json", *args).stdout)


def has_ended(pid):
    """Nobody may be there to bury it."""
    stat = pathlib.Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"


def pid_of(done):
    return int(re.search(r"\(process (\d+)\)", done.stdout).group(1))


def test_it_returns_and_the_build_goes_on(project, server):
    server.hold()
    done = detach(project)
    assert re.fullmatch(r"film.yaml is being built in the background \(process \d+\): `c41 status film.yaml` looks at it, "
                        r"`c41 cancel film.yaml` ends it\n", done.stdout)
    pid = pid_of(done)
    assert os.getsid(pid) == pid and os.readlink(f"/proc/{pid}/fd/0") == "/dev/null", "it has left the terminal"
    wait_for(lambda: status(project).get("running") and server.engine.running)
    seen = status(project, "film.yaml")
    assert seen["pid"] == pid and seen["state"] == "running" and seen["film"] == "film"
    assert {(s["machine"], s["service"], s["kind"]) for s in seen["running"]} >= {("gpu", "comfy", "image")}
    assert seen["done_ms"] > 0 and seen["to_run"] > seen["done"]
    brief = project.run("status", "--brief").stdout
    assert brief.count("\n") == 1
    assert re.match(r"film: building; \d+/\d+ steps; about [\d:]+ left, until \d\d:\d\d; .*a/s0/image on gpu", brief)
    text = project.run("status").stdout
    assert re.search(rf"^  process {pid} on \S+, since \d\d:\d\d$", text, re.M)
    assert re.search(r"^  gpu +comfy +a/s0/image +small ", text, re.M)
    assert project.run("status", "--wait", 0).returncode == 75
    server.go_on()
    done = project.run("status", "film.yaml", "--wait", 60)
    assert done.returncode == 0
    assert re.search(r"^film: built at \d\d:\d\d in [\d:]+: \d+ steps made, 0 at hand$", done.stdout, re.M)
    assert "out/lamps.mp4" in done.stdout.replace("draft/", "")
    assert "steps made" in project.read(".c41/log/film.log")
    assert "nothing to do" in project.build("film.yaml", *STUDIO).err


def test_a_second_builder_is_refused(project, server):
    server.hold()
    pid = pid_of(detach(project))
    done = detach(project, code=1)
    assert f"(process {pid} on " in done.stderr and "builds film" in done.stderr and "c41 cancel" in done.stderr


def test_a_film_that_is_wrong_is_told_before(project):
    project.change("film.yaml", "image: a lamp number 0", "imag: a lamp number 0")
    done = detach(project, code=2)
    assert "film.yaml:7" in done.stderr and not (project.folder / ".c41/status.json").exists()
    assert status(project) == {"state": "none"}


def test_cancel_ends_what_runs_there_by_its_id(project, server):
    server.hold()
    pid = pid_of(detach(project))
    wait_for(lambda: server.engine.running and len(server.accepted) == 2)
    ids = [p["prompt_id"] for p in server.accepted]
    running = project.start("cancel", "film.yaml")
    wait_for(lambda: server.engine.interrupted and not server.engine.pending)
    server.go_on()
    out, err = finish(running)
    assert (running.returncode, out) == (0, "cancelled: film\n"), err
    assert has_ended(pid)
    assert {i for i in ids if server.engine.history.get(i, {}).get("status", {}).get("completed")} == set()
    seen = status(project)
    assert (seen["state"], seen["status"], seen["exit_code"]) == ("ended", "interrupted", 130)
    assert project.run("status", "--wait", 1).returncode == 130
    assert project.run("cancel").stdout == "no build is at work here\n"


def test_cancel_after_one_interrupt_still_cancels(project, server):
    """A third Ctrl-C would end it at once, and leave its work running there."""
    server.hold()
    running = project.start("build", "film.yaml", *STUDIO)
    wait_for(lambda: server.engine.running and len(server.accepted) == 2)
    running.send_signal(signal.SIGINT)
    wait_for(lambda: status(project)["state"] == "stopping")
    other = project.start("cancel")
    wait_for(lambda: server.engine.interrupted and not server.engine.pending)
    server.go_on()
    finish(other)
    finish(running)
    assert running.returncode == 130 and status(project)["status"] == "interrupted"


def test_killed(project, server):
    server.hold()
    pid = pid_of(detach(project))
    wait_for(lambda: status(project).get("running"))
    os.kill(pid, signal.SIGKILL)
    done = project.run("status", "--wait", 30)
    assert done.returncode == 137 and "ended without a word (killed)" in done.stdout
    assert status(project)["state"] == "killed"
    assert "killed" in project.run("status", "--brief").stdout


def test_what_failed_is_told(project, server):
    server.engine.trouble.errors = [(None, "ValueError", "the lamp is broken")]
    detach(project)
    done = project.run("status", "--wait", 60)
    assert done.returncode == 1
    assert re.search(r"^film: failed at .*, 1 failed \(exit code 1\)$", done.stdout, re.M)
    assert re.search(r"^  a/s\d/image  .*the lamp is broken", done.stdout, re.M)
    assert re.search(r"^  what it says is in \.?/?\.c41/log/film.log$", done.stdout, re.M)
    assert "the lamp is broken" in project.read(".c41/log/film.log")


def test_what_ends_before_its_first_step_is_told(make_project):
    project = make_project({"film.yaml": many_shots(1)})
    detach(project, "film.yaml", "--strict", "--use", "image=z-image")
    done = project.run("status", "--wait", 60)
    code = project.run("build", "film.yaml", "--strict", "--use", "image=z-image").returncode
    assert done.returncode == code != 0
    assert "film.log" in done.stdout and "error: " in project.read(".c41/log/film.log")


def test_several_films(make_project):
    project = make_project({f"{name}.yaml": many_shots(2).replace("Many", name) for name in ("ep01", "ep02")})
    detach(project, "ep01.yaml", "ep02.yaml")
    done = project.run("status", "--wait", 60)
    assert done.returncode == 0 and done.stdout.startswith("ep02: built")
    assert (project.folder / "out/draft/ep01.mp4").exists() and (project.folder / "out/draft/ep02.mp4").exists()


def test_nothing_to_do_is_said_here(make_project):
    project = make_project({"film.yaml": many_shots(1)})
    project.build()
    assert "nothing to do" in detach(project, "film.yaml").stderr


def test_every_read_is_whole(make_project):
    """Numbers only grow, and no read finds half a file."""
    project = make_project({"film.yaml": many_shots(8)})
    running = project.start("build", "film.yaml", "--events", "-")
    read_until(running, "step-done")
    done = 0
    while running.poll() is None:
        running.stdout.readline()
        seen = json.loads(project.read(".c41/status.json"))
        assert done <= seen["done"] <= seen["to_run"]
        done = seen["done"]
    finish(running)
    seen = status(project)
    assert seen["done"] == seen["to_run"] == seen["ran"] and seen["running"] == []
    assert [d["path"] for d in seen["deliverables"]][0].endswith("many.mp4")


def test_a_build_that_waits_says_for_whom(project, server, tmp_path):
    project.environment = {**project.environment, "XDG_STATE_HOME": str(tmp_path / "state")}
    project.run("pause", "gpu", *STUDIO)
    detach(project)
    wait_for(lambda: status(project)["state"] == "waiting")
    seen = status(project)
    assert seen["waits"] == "gpu is paused"
    assert seen["services"] == [{"machine": "gpu", "service": "comfy", "state": "paused"}]
    assert project.run("status", "--brief").stdout.startswith("film: waiting: gpu is paused; ")
    project.run("resume", *STUDIO)
    assert project.run("status", "--wait", 60).returncode == 0
    assert status(project)["services"] == []


def test_others_who_change_the_store_are_left_alone(make_project):
    """gc has the lock, too, and is no build."""
    project = make_project({"film.yaml": many_shots(1)})
    project.build()
    (project.folder / ".c41/lock").write_text("")
    import fcntl
    with open(project.folder / ".c41/lock", "r+") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        lock.write(f"c41 (process {os.getpid()} on here) cleans up")
        lock.flush()
        assert "no build is at work here: c41 (process" in project.run("cancel").stdout
        assert status(project)["state"] == "busy" and "cleans up" in project.run("status").stdout
    assert status(project)["state"] == "ended"


def test_from_a_folder_below(make_project):
    project = make_project({"film.yaml": many_shots(1), "pictures/note.txt": "x"})
    project.build()
    assert "built at" in project.run("status", cwd=project.folder / "pictures").stdout
    assert "built at" in project.run("status", project.folder, cwd="/").stdout


@pytest.mark.parametrize("words, says", [
    (["build", "film.yaml", "--detach", "--events", "-"], "--detach leaves the command line alone"),
    (["build", "film.yaml", "--detach", "--dry-run"], "--detach leaves the command line alone"),
    (["status", "--wait", "soon"], '--wait "soon": expected a whole number'),
    (["status", "a", "b"], '"b" is one word too many'),
])
def test_wrong_use(make_project, words, says):
    project = make_project({"film.yaml": many_shots(1)})
    done = project.run(*words)
    assert done.returncode == 64 and says in done.stderr


def test_no_such_film(make_project):
    done = make_project().run("status", "flim.yaml")
    assert done.returncode == 2 and 'there is no film "flim.yaml"' in done.stderr
