# SPDX-License-Identifier: MIT
"""A person gets the computer back: c41 pause and resume, and the hours of a studio."""
import re
import time

import pytest

from chats import Chats
from comfy import ComfyUI, film, studio, wait_for
from films import many_shots
from ollama import Ollama
from project import Project, finish

PATIENT = ["build", "film.yaml", "--studio", "studio.yaml", "--events", "-"]


@pytest.fixture
def own_environment(environment, tmp_path):
    """Pauses are a person's: each test is another person."""
    return {**environment, "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def make(program, own_environment, tmp_path):
    def make(files, folder="project", **more):
        return Project(program, tmp_path / folder, {**own_environment, **more}, files)
    return make


def of_gpu(url, hours=None):
    """A studio whose patience is over at once."""
    text = studio(url) + "patience: 0.1 s\n"
    return text.replace("  gpu:\n", f"  gpu:\n    hours: {hours}\n") if hours else text


@pytest.fixture
def project(make, server):
    return make({"film.yaml": film(4), "studio.yaml": of_gpu(server.url)})


def say(project, *words, code=0, studio="studio.yaml"):
    done = project.run(*words, "--studio", studio)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def state_of(events):
    return [e["state"] for e in events if e["event"] == "service"]


def wait_for_line(running, pattern):
    for line in running.stderr:
        if re.search(pattern, line):
            return line
    raise AssertionError(f"it ended without {pattern!r}")


def test_what_runs_ends_and_nothing_new_is_sent(project, server):
    """The one that waits in the server's queue is taken back; models are unloaded; resume goes on where it stood."""
    server.hold()
    running = project.start(*PATIENT)
    wait_for(lambda: server.engine.running and len(server.accepted) == 2)
    assert say(project, "pause", "gpu") == "gpu is paused\n"
    assert wait_for_line(running, "gpu").strip() == "gpu is paused"
    wait_for(lambda: not server.engine.pending)
    assert server.engine.freed == [], "something of ours still runs"
    server.go_on()
    assert wait_for_line(running, "waiting").strip() == "waiting: gpu is paused"
    wait_for(lambda: server.engine.freed)
    assert server.engine.freed == [{"unload_models": True, "free_memory": True}]
    assert len(server.accepted) == 2 and not server.engine.running
    assert say(project, "resume", "gpu") == "gpu takes work again\n"
    out, err = finish(running)
    assert running.returncode == 0, err
    assert '"state":"paused"' in out and '"state":"up"' in out
    assert len(server.accepted) == 5, "four stills, and the one that was taken back"
    assert len(server.engine.freed) == 1


def test_it_goes_on_by_itself(project, server):
    """Patience never runs out for a machine that rests."""
    say(project, "pause", "gpu", "--for", "5s")
    done = project.build("film.yaml", "--studio", "studio.yaml")
    states = state_of(done.events)
    assert re.fullmatch(r"paused until \d\d:\d\d", states[0]) and states[1:] == ["up"]
    assert re.search(r"^waiting: gpu is paused until \d\d:\d\d$", done.err, re.M)
    names = [(e["event"], e.get("machine")) for e in done.events]
    assert names.index(("step-start", "gpu")) > max(i for i, name in enumerate(names) if name == ("service", "gpu"))


def local_time(hour, minute, second):
    """The TZ in which it is that late just now."""
    gmt = time.gmtime()
    ahead = (hour - gmt.tm_hour) * 3600 + (minute - gmt.tm_min) * 60 + second - gmt.tm_sec
    ahead = (ahead + 43200) % 86400 - 43200
    return f"XXX{'-' if ahead >= 0 else '+'}{abs(ahead) // 3600}:{abs(ahead) // 60 % 60:02}:{abs(ahead) % 60:02}"


def test_hours_begin(make, server):
    project = make({"film.yaml": film(1), "studio.yaml": of_gpu(server.url, "20:00-08:00")}, TZ=local_time(19, 59, 54))
    done = project.build("film.yaml", "--studio", "studio.yaml")
    assert "waiting: gpu rests until 20:00\n" in done.err and "gpu takes work again\n" in done.err
    assert state_of(done.events) == ["resting until 20:00", "up"]


def test_hours_end(make, server):
    project = make({"film.yaml": film(2), "studio.yaml": of_gpu(server.url, "[12:00-13:00, 22:00-08:00]")},
                   TZ=local_time(7, 59, 54))
    server.hold()
    running = project.start(*PATIENT)
    wait_for(lambda: server.engine.running)
    wait_for_line(running, "gpu rests until 12:00")
    wait_for(lambda: not server.engine.pending)
    server.go_on()
    wait_for_line(running, "waiting: gpu rests until 12:00")
    wait_for(lambda: server.engine.freed)
    running.terminate()
    finish(running)
    assert running.returncode == 130 and len(server.accepted) == 2


def test_every_build_of_the_person_heeds_it(make, project, server):
    other = make({"film.yaml": film(1), "studio.yaml": of_gpu(server.url)}, "other")
    say(project, "pause", "gpu")
    running = [p.start(*PATIENT) for p in (project, other)]
    for one in running:
        wait_for_line(one, "waiting: gpu is paused")
    assert server.requests == [], "a machine that rests is left alone"
    say(other, "resume")
    for one in running:
        finish(one)
    assert [one.returncode for one in running] == [0, 0]


def test_work_goes_to_another_machine(make, server, tmp_path):
    peer = ComfyUI(tmp_path / "peer").start()
    text = of_gpu(server.url).replace(
        "use:", f"  spare:\n    services:\n      comfy: {{driver: comfyui, url: \"{peer.url}\"}}\nuse:")
    project = make({"film.yaml": film(4), "studio.yaml": text})
    say(project, "pause", "gpu")
    done = project.build("film.yaml", "--studio", "studio.yaml")
    assert {e["machine"] for e in done.of("step-start") if e["kind"] == "image"} == {"spare"}
    assert server.accepted == [] and len(peer.accepted) == 4 and "waiting" not in done.err
    peer.stop()


def test_this_machine(make):
    project = make({"film.yaml": many_shots(2)})
    project.run("pause")
    running = project.start("build", "film.yaml")
    wait_for_line(running, "waiting: this machine is paused")
    assert not (project.folder / ".c41/browse").exists()
    project.run("resume", "here")
    finish(running)
    assert running.returncode == 0


def test_a_machine_that_nothing_is_left_for_is_not_told(project, server):
    project.build("film.yaml", "--studio", "studio.yaml")
    say(project, "pause", "gpu")
    project.change("film.yaml", "seconds: 1}\n      - {shot: s1", "seconds: 2}\n      - {shot: s1")
    done = project.build("film.yaml", "--studio", "studio.yaml")
    assert "a/s0/cut" in "".join(done.ran) and state_of(done.events) == [] and "gpu" not in done.err


def test_all_but_one(project, server):
    say(project, "pause")
    say(project, "resume", "gpu")
    assert "paused" in say(project, "pause", "here", "--for", "1h30m")
    running = project.start(*PATIENT)
    wait_for_line(running, "waiting: this machine is paused until")
    assert len(server.accepted) == 4
    running.terminate()
    finish(running)


def test_an_interrupt_ends_a_build_that_waits(project):
    say(project, "pause", "gpu")
    running = project.start(*PATIENT)
    wait_for_line(running, "waiting")
    running.terminate()
    finish(running)
    assert running.returncode == 130


class Slow(Ollama):
    """Says nothing until it is told to."""
    go = False

    async def chat(self, request, body):
        import asyncio
        while not self.go:
            await asyncio.sleep(0.01)
        return await super().chat(request, body)


def test_models_that_we_talked_to_are_unloaded(own_environment, program, tmp_path):
    def make_project(files):
        return Project(program, tmp_path / "project", own_environment, files)
    shots = "".join(f"      - {{shot: s{i}, seconds: 0.5, image: {{write: \"A platform {i}\"}}}}\n" for i in range(2))
    text = f"c41: 1\ntitle: P\nformat: 64x36@12\nscenes:\n  - id: a\n    shots:\n{shots}"
    with Slow() as server:
        server.loaded.append("somebody-elses:latest")
        chats = Chats(make_project, tmp_path, server, text=text)
        running = chats.project.start("build", "film.yaml", "--studio", chats.studio, "--to", "write")
        wait_for(lambda: chats.asked())
        say(chats.project, "pause", "mac", studio=chats.studio)
        wait_for_line(running, "mac is paused")
        assert not server.bodies("/api/generate")
        server.go = True
        wait_for(lambda: server.bodies("/api/generate"))
        assert [(b["model"], b["keep_alive"]) for b in server.bodies("/api/generate")] == [("gpt-oss:120b", 0)]
        wait_for_line(running, "waiting: mac is paused")
        assert len(chats.asked()) == 1 and server.loaded == ["somebody-elses:latest"]
        say(chats.project, "resume", "mac", studio=chats.studio)
        finish(running)
        assert running.returncode == 0 and len(chats.asked()) == 2


def test_the_last_step_of_a_build_leaves_nothing_loaded(make, server):
    project = make({"film.yaml": film(1), "studio.yaml": of_gpu(server.url)})
    server.hold()
    running = project.start(*PATIENT, "--to", "image")
    wait_for(lambda: server.engine.running)
    say(project, "pause", "gpu")
    wait_for_line(running, "gpu is paused")
    server.go_on()
    finish(running)
    assert running.returncode == 0 and len(server.engine.freed) == 1


@pytest.mark.parametrize("words, says", [
    (["pause", "gup"], 'studio.yaml has no machine "gup"\nhelp: did you mean "gpu"?'),
    (["resume", "sofa"], 'studio.yaml has no machine "sofa"'),
    (["pause", "gpu", "--until", "8pm"], '--until "8pm": expected a time of day such as 08:00'),
    (["pause", "gpu", "--for", "a while"], '--for "a while": expected a time such as 2h or 1h30m'),
    (["pause", "gpu", "--for", "2"], "expected a time such as"),
    (["pause", "gpu", "--for", "1h", "--until", "08:00"], "not both"),
])
def test_wrong_use(project, words, says):
    assert says in say(project, *words, code=64)


def test_a_studio_that_is_wrong_hinders_nobody(project):
    project.change("studio.yaml", "small-clip", "no-such-clip")
    assert "gpu is paused\n" in say(project, "pause", "gpu")


def test_until_is_the_next_such_time(project):
    project.environment["TZ"] = local_time(23, 30, 0)
    assert say(project, "pause", "gpu", "--until", "08:00") == "gpu is paused until 08:00\n"
    assert say(project, "pause", "gpu", "--for", "2d").startswith("gpu is paused until ")


def test_the_studio_shows_it(project):
    say(project, "pause", "gpu", "--until", "08:00")
    assert re.search(r"^gpu .*paused until 08:00$", say(project, "studio"), re.M)
    assert '"rest": "paused until 08:00"' in say(project, "studio", "--json")
