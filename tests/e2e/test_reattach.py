# SPDX-License-Identifier: MIT
"""A build that was killed while ComfyUI worked for it: the next one finds its prompts again, and renders nothing twice."""
import contextlib
import json
import signal
import sqlite3
import time

import pytest

from comfy import PRESETS, ComfyUI, Fault, film, studio, wait_for
from comfyui_engine import OUT_OF_MEMORY
from project import finish, read_until

STUDIO = ("film.yaml", "--studio", "studio.yaml")
OTHERS = "00000000-0000-4000-8000-000000000001"
OTHERS_GRAPH = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
                "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}


@pytest.fixture
def server(tmp_path):
    fake = ComfyUI(tmp_path / "server").start()
    yield fake
    for fault in fake.faults:
        fault.go.set()
    fake.stop()


@pytest.fixture
def project(make_project, server):
    return make_project({"film.yaml": film(), "studio.yaml": studio(server.url)})


def notes(project):
    with contextlib.closing(sqlite3.connect(project.folder / ".c41/ledger.db")) as db:
        return db.execute("SELECT step, service, spare FROM in_flight ORDER BY step, service").fetchall()


def start(project):
    return project.start("build", *STUDIO, "--events", "-")


def kill(running):
    running.kill()
    finish(running)
    assert running.returncode == -9, "it ended before it was killed"


def kill_when(project, true):
    running = start(project)
    wait_for(true)
    kill(running)


def kill_at_work(project, server, n=1):
    """Kills a build when the server has n prompts, one of them at work, which stays where it is."""
    server.hold()
    kill_when(project, lambda: len(server.accepted) >= n and server.engine.running)


def interrupt_twice(running):
    """Two signals at once may count as one."""
    running.send_signal(signal.SIGINT)
    while "stopping" not in running.stderr.readline():
        pass
    running.send_signal(signal.SIGINT)


def check_end(project):
    assert notes(project) == []
    assert project.run("verify").returncode == 0
    assert project.build(*STUDIO).end["ran"] == 0


# Where a build can be killed.

def test_while_a_prompt_runs_and_one_waits(project, server):
    project.write("film.yaml", film(2))
    kill_at_work(project, server, 2)
    assert notes(project) == [("a/s0/image", "gpu/comfy", 0), ("a/s1/image", "gpu/comfy", 0)]
    running = start(project)
    wait_for(lambda: server.paths("GET").count("/queue") >= 2)
    server.go_on()
    out, err = finish(running)
    assert running.returncode == 0, err
    again = {e["id"] for e in map(json.loads, out.splitlines()) if e.get("note") == "found again"}
    assert again == {"a/s0/image", "a/s1/image"}
    assert err.count("gpu/comfy was sent it before, and is asked for it") == 2
    assert len(server.accepted) == 2
    assert len(set(server.socket_ids)) == 1, "its messages go to the socket of who sent it"
    check_end(project)


@pytest.mark.parametrize("path, what, sent", [
    ("/object_info", "mute", 0),         # after the note, and before the prompt
    ("/prompt", "hold", 0),              # the prompt is on its way
    ("/prompt", "hold-answer", 1),       # it is there, and its answer on its way
    ("/view.*type=output", "hold", 1),   # its file is on its way
    ("/view.*type=output", "hold-body", 1)])
def test_on_the_way(project, server, path, what, sent):
    fault = Fault(path, what)
    server.faults.append(fault)
    kill_when(project, lambda: fault.hits)
    assert notes(project) == [("a/s0/image", "gpu/comfy", 0)] and len(server.accepted) == sent
    if what != "hold" or path != "/prompt":
        fault.go.set()
    done = project.build(*STUDIO)
    assert len(server.accepted) == 1
    fault.go.set()
    assert done.ran >= {"a/s0/image"}
    check_end(project)


def test_a_prompt_that_arrives_late(project, server):
    """The network had it all the while: it is found in the ten seconds for which it is looked for."""
    fault = Fault("/prompt", "hold")
    server.faults.append(fault)
    kill_when(project, lambda: fault.hits)
    running = start(project)
    wait_for(lambda: server.paths("GET").count("/queue") >= 2)
    fault.go.set()
    finish(running)
    assert running.returncode == 0 and len(server.accepted) == 1
    check_end(project)


# What the server did meanwhile.

def test_a_server_that_has_finished_meanwhile(project, server):
    kill_at_work(project, server)
    server.go_on()
    wait_for(lambda: server.engine.history)
    done = project.build(*STUDIO)
    assert len(server.accepted) == 1
    [took] = [e["seconds"] for e in done.of("step-done") if e["id"] == "a/s0/image"]
    [messages] = [entry["status"]["messages"] for entry in server.engine.history.values()]
    assert took == (messages[-1][1]["timestamp"] - messages[0][1]["timestamp"]) / 1000
    check_end(project)


def test_a_server_that_was_started_again_before_it_had_finished(project, server):
    kill_at_work(project, server)
    server.restart()
    done = project.build(*STUDIO)
    assert len(server.accepted) == 2 and len({p["prompt_id"] for p in server.accepted}) == 2
    assert "does not have what it was sent before" in done.err
    check_end(project)


def test_a_server_that_was_started_again_after_it_had_finished(project, server):
    """Its history is gone, the file is there."""
    kill_at_work(project, server)
    server.go_on()
    wait_for(lambda: server.engine.history)
    server.restart()
    project.build(*STUDIO)
    assert len(server.accepted) == 1
    assert [p for p in server.paths("HEAD") if "_00001_.png" in p]
    check_end(project)


def test_a_server_that_ran_out_of_memory_meanwhile(project, server):
    """That is dealt with as always: it is asked for memory, and the step is sent once more."""
    server.engine.trouble.errors = [(None, *OUT_OF_MEMORY)]
    kill_at_work(project, server)
    server.go_on()
    wait_for(lambda: server.engine.history)
    project.build(*STUDIO)
    assert len(server.accepted) == 2 and server.engine.freed == [{"unload_models": True, "free_memory": True}]
    check_end(project)


def test_a_prompt_that_was_interrupted_meanwhile(project, server):
    kill_at_work(project, server)
    server.interrupt()
    server.go_on()
    wait_for(lambda: server.engine.history)
    project.build(*STUDIO)
    assert len(server.accepted) == 2
    check_end(project)


def test_a_server_that_is_down_when_the_next_build_begins(project, server):
    kill_at_work(project, server)
    server.go_away()
    running = start(project)
    [away] = [e for e in read_until(running, "service") if e["event"] == "service"]
    assert away["state"].startswith("down")
    server.go_on()
    server.come_back()
    finish(running)
    assert running.returncode == 0 and len(server.accepted) == 1
    check_end(project)


def test_a_kill_while_the_server_is_away(project, server):
    """What a build left behind when its server stayed away is still noted."""
    server.hold()
    running = start(project)
    wait_for(lambda: server.engine.running)
    server.go_away()
    read_until(running, "service")
    kill(running)
    assert notes(project) == [("a/s0/image", "gpu/comfy", 0)]
    server.come_back()
    server.go_on()
    project.build(*STUDIO)
    assert len(server.accepted) == 1
    check_end(project)


# Two servers.

@pytest.fixture
def between(make_project, tmp_path):
    """A project whose prompt a killed build has left with a server, which is out of reach; and another server."""
    fakes = {name: ComfyUI(tmp_path / name).start() for name in ("one", "two")}
    machines = {name: {"services": {"comfy": {"driver": "comfyui", "url": fake.url}}} for name, fake in fakes.items()}
    text = {"c41": 1, "machines": machines, "use": {"image": "small"}, "presets": [str(PRESETS)], "patience": "3 s"}
    project = make_project({"film.yaml": film(), "studio.yaml": json.dumps(text)})
    for fake in fakes.values():
        fake.hold()
    kill_when(project, lambda: any(fake.engine.running for fake in fakes.values()))
    [first] = [name for name, fake in fakes.items() if fake.accepted]
    [second] = set(fakes) - {first}
    fakes[first].go_away()
    fakes[second].go_on()
    yield project, fakes[first], fakes[second]
    for fake in fakes.values():
        fake.stop()


def test_a_peer_leaves_it_alone_for_as_long_as_the_patience(between):
    project, server, other = between
    running = start(project)
    read_until(running, "service")
    server.come_back()
    server.go_on()
    finish(running)
    assert running.returncode == 0
    assert len(server.accepted) == 1 and other.accepted == []
    check_end(project)


def test_a_peer_makes_it_after_that(between):
    """And when the server is back, it is told that nobody waits any more."""
    project, server, other = between
    began = time.monotonic()
    other.hold()
    running = start(project)
    wait_for(lambda: other.engine.running)
    assert time.monotonic() - began > 3
    assert {(step, spare) for step, _, spare in notes(project)} == {("a/s0/image", 0)} and len(notes(project)) == 2
    assert other.accepted[0]["prompt_id"] != server.accepted[0]["prompt_id"]
    server.come_back()
    wait_for(lambda: server.engine.interrupted)
    server.go_on()
    other.go_on()
    finish(running)
    assert running.returncode == 0
    assert (len(server.accepted), len(other.accepted)) == (1, 1)
    check_end(project)


def test_a_server_that_comes_back_when_a_peer_has_made_it(between):
    project, server, other = between
    project.build(*STUDIO)
    assert len(notes(project)) == 1 and len(other.accepted) == 1
    server.come_back()
    project.write("film.yaml", film(2))
    running = start(project)
    wait_for(lambda: server.engine.interrupted)
    server.go_on()
    finish(running)
    assert running.returncode == 0
    assert len(server.accepted) + len(other.accepted) == 3
    check_end(project)


# Ctrl-C.

def test_ctrl_c_three_times_leaves_it_to_the_next_build(project, server):
    server.hold()
    running = start(project)
    wait_for(lambda: server.engine.running)
    server.faults.append(Fault("/queue", "mute", times=10 ** 6, method="POST"))
    interrupt_twice(running)
    wait_for(lambda: "/queue" in server.paths("POST"))
    running.send_signal(signal.SIGINT)
    finish(running)
    assert running.returncode == 130 and notes(project)
    server.faults.clear()
    server.go_on()
    project.build(*STUDIO)
    assert len(server.accepted) == 1
    check_end(project)


def test_ctrl_c_twice_cancels_what_was_found_again(project, server):
    kill_at_work(project, server)
    server.do(server.engine.put, (99, OTHERS, OTHERS_GRAPH, {}, ["2"]))
    running = start(project)
    wait_for(lambda: server.paths("GET").count("/queue") >= 1)
    interrupt_twice(running)
    wait_for(lambda: server.engine.interrupted)
    server.go_on()
    finish(running)
    assert running.returncode == 130 and notes(project) == []
    wait_for(lambda: OTHERS in server.engine.history)
    assert server.engine.history[OTHERS]["status"]["status_str"] == "success"


def test_ctrl_c_twice_keeps_what_has_ended_meanwhile(project, server):
    server.hold()
    running = start(project)
    wait_for(lambda: server.engine.running)
    late = Fault("/queue", "hold", method="POST")
    server.faults.append(late)
    interrupt_twice(running)
    assert late.held.wait(10)
    server.go_on()
    wait_for(lambda: server.engine.history)
    late.go.set()
    finish(running)
    assert running.returncode == 130 and notes(project) == [("a/s0/image", "gpu/comfy", 0)]
    project.build(*STUDIO)
    assert len(server.accepted) == 1, "it was there"
    check_end(project)


# What no step wants any more.

def edit(project):
    project.change("film.yaml", "a lamp number 0", "a lighthouse")


def test_a_prompt_that_the_film_does_not_want_any_more(project, server):
    kill_at_work(project, server)
    [old] = [p["prompt_id"] for p in server.accepted]
    server.do(server.engine.put, (99, OTHERS, OTHERS_GRAPH, {}, ["2"]))
    edit(project)
    running = start(project)
    wait_for(lambda: server.engine.interrupted)
    server.go_on()
    finish(running)
    assert running.returncode == 0 and len(server.accepted) == 2
    said = [m[0] for m in server.engine.history[old]["status"]["messages"]]
    assert said[-1] == "execution_interrupted"
    assert server.engine.history[OTHERS]["status"]["status_str"] == "success"
    check_end(project)


def test_one_that_waits_leaves_the_queue(project, server):
    server.hold()
    server.do(server.engine.put, (-1, OTHERS, OTHERS_GRAPH, {}, ["2"]))
    wait_for(lambda: server.engine.running)
    kill_when(project, lambda: server.accepted)
    edit(project)
    running = start(project)
    wait_for(lambda: len(server.accepted) == 2 and len(server.engine.pending) == 1)
    server.go_on()
    finish(running)
    assert running.returncode == 0
    assert server.accepted[0]["prompt_id"] not in server.engine.history and OTHERS in server.engine.history
    assert "/interrupt" not in server.paths("POST")
    check_end(project)


def test_what_had_finished_is_kept_until_it_is_wanted_again(project, server):
    kill_at_work(project, server)
    server.go_on()
    wait_for(lambda: server.engine.history)
    was = project.read("film.yaml")
    edit(project)
    project.build(*STUDIO)
    assert len(server.accepted) == 2
    assert notes(project) == [("a/s0/image", "gpu/comfy", 1)]
    project.write("film.yaml", was)
    project.build(*STUDIO)
    assert len(server.accepted) == 2, "it was there"
    check_end(project)


def test_notes_of_long_ago_are_forgotten(project, server):
    kill_at_work(project, server)
    with contextlib.closing(sqlite3.connect(project.folder / ".c41/ledger.db")) as db:
        db.execute("UPDATE in_flight SET sent_ms = sent_ms - 31 * 86400000")
        db.commit()
    server.go_on()
    project.build(*STUDIO)
    assert len(server.accepted) == 2
    check_end(project)


def test_another_film_of_the_project_is_left_alone(project, server):
    kill_at_work(project, server)
    project.write("other.yaml", film(shots="      - {shot: b, image: a boat, seconds: 1}\n"))
    running = project.start("build", "other.yaml", "--studio", "studio.yaml", "--to", "image")
    wait_for(lambda: len(server.accepted) == 2)
    server.go_on()
    finish(running)
    assert running.returncode == 0 and notes(project) == [("a/s0/image", "gpu/comfy", 0)]
    assert server.paths("POST") == ["/prompt", "/prompt"]
    project.build(*STUDIO)
    assert len(server.accepted) == 2
    check_end(project)


def test_two_projects_on_one_server(make_project, server):
    """Ctrl-C in one: the other's prompts, the one at work and the one that waits, are not touched."""
    ours, theirs = (make_project({"film.yaml": film(2).replace("a lamp", f"{name} lamp"), "studio.yaml": studio(server.url)}, name)
                    for name in ("ours", "theirs"))
    server.hold()
    first = start(theirs)
    wait_for(lambda: len(server.accepted) == 2)
    second = start(ours)
    wait_for(lambda: len(server.accepted) == 4)
    mine = [p["prompt_id"] for p in server.accepted[2:]]
    interrupt_twice(second)
    _, err = finish(second)
    assert second.returncode == 130, err
    assert not server.engine.interrupted and len(server.engine.pending) == 1 and server.engine.running
    assert "/interrupt" not in server.paths("POST")
    assert not {item[1] for item in server.engine.pending} & set(mine)
    server.go_on()
    _, err = finish(first)
    assert first.returncode == 0, err
    assert len(server.accepted) == 4 and not set(mine) & set(server.engine.history)
    assert ours.build(*STUDIO).end["failed"] == 0
    assert len(server.accepted) == 6
