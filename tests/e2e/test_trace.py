# SPDX-License-Identifier: MIT
"""c41 build --trace: what ran where and when, of a build on two machines, and of builds that go wrong."""
import json
import signal

import pytest

from comfy import PRESETS, ComfyUI, Fault, film, studio, wait_for
from project import finish, read_until
from traces import FILM, PATH, Trace

SHOTS = "".join(f'      - {{shot: s{i}, image: lamp {i}, video: it swings, seconds: 1, say: {{narrator: "Number {i}."}}}}\n'
                for i in range(8))
STUDIO = """\
c41: 1
machines:
  one: {{services: {{comfy: {{driver: comfyui, url: "{0}"}}}}}}
  two: {{services: {{comfy: {{driver: comfyui, url: "{1}"}}}}}}
use: {{image: small, animate: small-clip}}
presets: [presets]
"""


def presets(models):
    """The small presets, which are of these models here."""
    for name, model in models.items():
        yield f"presets/{name}.yaml", (PRESETS / f"{name}.yaml").read_text() + f"model: {model}\n"
        yield f"presets/{name}.api.json", (PRESETS / f"{name}.api.json").read_text()


def id_of(slice):
    return slice.name.split()[0]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    both = [ComfyUI(folder / name, step_seconds=0.05).start() for name in ("one", "two")]
    yield both
    for server in both:
        server.stop()


@pytest.fixture(scope="module")
def project(make_shared, servers):
    shared = make_shared({"project/film.yaml": film(shots=SHOTS), "studio.yaml": STUDIO.format(*(s.url for s in servers)),
                          **dict(presets({"small": "stills", "small-clip": "clips"}))})
    shared.folder = shared.folder / "project"
    return shared


@pytest.fixture(scope="module")
def traced(project, servers):
    """The build, one of whose prompts gets lost on its way, and its trace."""
    servers[0].faults.append(Fault("/prompt", 502, method="POST"))
    build = project.build("film.yaml", "--studio", "../studio.yaml", "--trace", "../night.json")
    trace = Trace(project.folder.parent / "night.json")
    trace.check(build.end["seconds"])
    return build, trace


def test_every_step_is_there_once(traced):
    build, trace = traced
    assert sorted(s.name for s in trace.of("step")) == sorted(build.ran)
    places = {e["id"]: e["machine"] for e in build.of("step-start")}
    assert {s.name: trace.where(s)[0] for s in trace.of("step")} == places
    assert set(trace.groups.values()) == {"film", "here", "one", "two"}


def test_a_row_for_each_step_that_a_service_takes_at_once(traced):
    _, trace = traced
    rows = {group: {name for (of, _), name in trace.rows.items() if of == group} for group in trace.groups}
    elsewhere = [rows[group] for group, name in trace.groups.items() if name in ("one", "two")]
    assert {"comfy", "comfy 2"} in elsewhere and all("comfy" in names for names in elsewhere)
    assert {trace.where(s)[1].split()[0] for s in trace.of("step") if trace.where(s)[0] == "here"} == {"worker"}


def test_what_is_told_of_a_step(traced, project):
    _, trace = traced
    clip = next(s for s in trace.of("step") if s.name == "a/s1/video")
    said = project.run("show", "film.yaml", "a/s1/video", "--studio", "../studio.yaml").stdout
    assert len(clip.args["key"]) == 64 and clip.args["key"][:12] in said, said
    assert {k: clip.args[k] for k in ("kind", "preset", "model", "attempt", "cached")} == {
        "kind": "animate", "preset": "small-clip", "model": "clips", "attempt": 1, "cached": False}
    assert clip.args["seconds expected"] > 0 and clip.args["seconds ready"] >= 0


def test_loads_of_models(traced):
    """Each server gets stills, then clips: whatever is not the model that it ran last is loaded."""
    _, trace = traced
    for machine in ("one", "two"):
        loads = [s.name for s in trace.of("load") if trace.where(s)[0] == machine]
        assert {"load stills", "load clips"} == set(loads)
        last, switches = None, 0
        steps = [s for s in trace.of("step") if trace.where(s)[0] == machine]
        for step in sorted(steps, key=lambda s: s.end):
            switches += step.args["model"] != last
            last = step.args["model"]
        assert len(loads) == switches


def test_time_in_the_queue_of_a_server(traced):
    """While others run there: until the last of them before it ends."""
    _, trace = traced
    queued = trace.of("queue")
    assert queued
    for part in queued:
        others = [s for s in trace.of("step", "failed") if s.row != part.row and s.row[0] == part.row[0]]
        assert any(part.start < s.end == part.end for s in others), part


def test_an_attempt_that_failed(traced):
    build, trace = traced
    failed = trace.of("failed")
    again = [e for e in build.of("step-failed")]
    assert [s.name for s in failed] == [f"{again[0]['id']} (failed)"] and failed[0].colour == "terrible"
    assert failed[0].args["error"] == again[0]["error"] and "502" in failed[0].args["error"]
    assert next(s for s in trace.of("step") if s.name == again[0]["id"]).args["attempt"] == 2


def test_idle_times_say_what_they_waited_for(traced):
    build, trace = traced
    for idle in trace.of("idle"):
        rest = [s for s in trace.in_row(idle.row) if s.start == idle.end]
        reason = idle.args["waited for"]
        if not rest:
            assert reason == "the build's end"
        elif reason in build.ran: # it made an input of what began then
            made = next(s for s in trace.of("step") if s.name == reason)
            assert idle.start <= made.end <= idle.end, (idle, made)
    assert any(s.args["waited for"] in build.ran for s in trace.of("idle"))


def test_the_critical_path(traced, project):
    """A step on it was waited for by the next one: it made an input, or had its slot, or is an attempt at it that failed."""
    _, trace = traced
    done = project.run("graph", "film.yaml", "--studio", "../studio.yaml", "--format", "json")
    inputs = {s["id"]: {i.get("step") for i in s["inputs"]} for s in json.loads(done.stdout)["steps"]}
    tried = {(s.start, s.end, s.name): s for s in trace.of("step", "failed")}
    path = [tried[s.start, s.end, s.name] for s in trace.in_row((FILM, PATH)) if s.category == "path"]
    assert len(path) > 3 and path[-1].name == "film/web"
    for before, after in zip(path, path[1:]):
        assert before.end <= after.start
        assert before.row == after.row or id_of(before) in inputs[id_of(after)] | {id_of(after)}, (before, after)
        rivals = [s for s in tried.values() if s.end > before.end and s.end <= after.start and s.start < after.start]
        assert not [s for s in rivals if s.row == after.row or id_of(s) in inputs[id_of(after)]], "something ended later"


def test_nothing_to_do(project, traced):
    build = project.build("film.yaml", "--studio", "../studio.yaml", "--trace", "../again.json")
    trace = Trace(project.folder.parent / "again.json")
    assert not trace.of("step", "path") and [s.name for s in trace.of("build")] == ["film"] and build.ran == set()


# What ends early, goes wrong, or is more than one.

@pytest.fixture
def small(make_project, server):
    return make_project({"film.yaml": film(2), "studio.yaml": studio(server.url)})


def start(project, server):
    """A build that waits for its server, of which a step runs."""
    server.hold()
    running = project.start("build", "film.yaml", "--studio", "studio.yaml", "--trace", "night.json", "--events", "-")
    read_until(running, "step-start", 2)
    wait_for(lambda: server.engine.running)
    return running


def test_a_kill_leaves_what_was_told(small, server):
    running = start(small, server)
    server.go_on()
    read_until(running, "step-done", 2)
    running.kill()
    finish(running)
    text = small.read("night.json")
    assert not text.endswith("]\n")
    assert {s.name for s in Trace(small.folder / "night.json").of("step")} >= {"a/s0/image"}


def test_steps_that_are_cancelled(small, server):
    running = start(small, server)
    running.send_signal(signal.SIGINT)
    assert "stopping" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    server.go_on()
    finish(running)
    trace = Trace(small.folder / "night.json")
    assert {s.name for s in trace.of("cancelled")} == {"a/s0/image (cancelled)", "a/s1/image (cancelled)"}
    assert trace.of("build")[0].args["status"] == "interrupted" and not trace.of("failed", "stalled")


def test_a_step_that_gives_no_sign_of_life(small, server):
    small.write("studio.yaml", studio(server.url, more=", stall: 1 s"))
    server.faults.append(Fault("/system_stats", "mute"))
    build = small.build("film.yaml", "--studio", "studio.yaml", "--trace", "night.json")
    trace = Trace(small.folder / "night.json")
    stalled = trace.of("stalled")
    assert stalled and all(s.colour == "bad" and s.name.endswith(" (stalled)") for s in stalled)
    assert sorted(s.name for s in trace.of("step")) == sorted(build.ran)


def test_a_service_that_goes_down(small, server):
    running = start(small, server)
    server.do(server.shut)
    read_until(running, "service")
    server.do(server.open)
    finish(running)
    trace = Trace(small.folder / "night.json")
    assert [m["name"].partition(":")[2].split(":")[0].strip() for m in trace.marks] == ["down", "up"]
    assert {trace.groups[m["pid"]] for m in trace.marks} == {"gpu"}
    assert any("did not answer" in s.args["waited for"] for s in trace.of("idle"))


def test_two_films_one_after_the_other(small):
    small.write("other.yaml", small.read("film.yaml").replace("Lamps", "More").replace("lamp", "fire"))
    small.run("build", "film.yaml", "other.yaml", "--studio", "studio.yaml", "--trace", "night.json", check=True)
    trace = Trace(small.folder / "night.json")
    first, second = trace.of("build")
    assert (first.name, second.name) == ("film", "other") and first.end == second.start
    for step in trace.of("step"):
        assert first.holds(step) or second.holds(step)
    assert len([s for s in trace.of("path") if s.name == "film/web"]) == 2


def test_a_trace_changes_nothing(small):
    """Neither is it a reason to make anything again, nor does a build with one leave another film."""
    small.build("film.yaml", "--studio", "studio.yaml")
    said = small.build("film.yaml", "--studio", "studio.yaml", "--trace", "night.json").err
    assert "nothing to do" in said


def test_a_trace_that_cannot_be(small, server):
    done = small.build("film.yaml", "--studio", "studio.yaml", "--trace", "nowhere/night.json", code=1)
    assert done.err == "c41: error: opening nowhere/night.json: No such file or directory\n"
    assert not done.events and not server.requests and not small.made()
