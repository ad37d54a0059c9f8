# SPDX-License-Identifier: MIT
"""What a ComfyUI server, its network or somebody else does to a prompt, and how it ends: never a hang, never a wrong
artifact, and nothing rendered twice that need not be."""
import signal
import threading
import time

import pytest

import media
from comfy import ComfyUI, Fault, film, prompts_of, studio, wait_for
from comfyui_engine import DISK_FULL, OUT_OF_MEMORY
from project import read_until, finish

PATIENT = 60  # seconds; whatever takes longer hangs
CLIP = "      - {shot: walk, image: a keeper, video: she walks to the lamp, seconds: 1}\n"


@pytest.fixture
def project(make_project, server):
    return make_project({"film.yaml": film(), "studio.yaml": studio(server.url)})


def build(project, code=0, **more):
    began = time.monotonic()
    done = project.build("film.yaml", "--studio", "studio.yaml", code=code, **more)
    assert time.monotonic() - began < PATIENT, "it took too long"
    project.check_store()
    if code == 0:
        media.decode(done.output("a/s0/image" if "s0" in project.read("film.yaml") else "a/walk/video"))
    return done


def failed(project, *words, code=1):
    done = build(project, code)
    for word in words:
        assert word in done.err, f"{word!r} is not in\n{done.err}"
    assert "film.yaml:7:" in done.err, "not told at the film's line"
    return done


def retries(done):
    return len([e for e in done.of("step-failed") if not e["final"]])


# Refusals. A server that does not tell its nodes is not looked at before.

@pytest.fixture
def tells_nothing(server):
    server.faults.append(Fault("/object_info", 404, times=10 ** 6))


def test_200_with_node_errors(project, server, tells_nothing):
    """Some of the graph was taken, and would run without the rest: it is withdrawn, and the fault is told."""
    project.write("studio.yaml", studio(server.url, {"image": "small-two"}))
    failed(project, "KSampler", '"steps" is 99999', "more than 10000")
    assert server.engine.pending == [] and len(server.accepted) == 1
    assert "/queue" in server.paths("POST")


def test_400_says_what_is_wrong_with_which_node(project, server, tells_nothing):
    project.write("studio.yaml", studio(server.url, {"image": "small-wrong"}))
    failed(project, "node 5 (KSampler)", '"sampler_name" is "eulerish"', "44")
    assert server.accepted == []


@pytest.mark.parametrize("version", ["0.3.64", "0.21.0"])
def test_a_missing_node(make_project, tmp_path, version):
    fake = ComfyUI(tmp_path / "old", version).start()
    fake.classes.missing.add("KSampler")
    fake.faults.append(Fault("/object_info", 404, times=10 ** 6))
    project = make_project({"film.yaml": film(), "studio.yaml": studio(fake.url)})
    done = build(project, 1)
    fake.stop()
    assert 'no node "KSampler"' in done.err and "install the node pack" in done.err, done.err


def test_what_is_missing_is_told_before_anything_is_queued(project, server):
    server.classes.forget("small.safetensors")
    failed(project, "small.safetensors", "checkpoints")
    assert "/prompt" not in server.paths("POST")
    assert server.paths().count("/object_info") == 2, "it may have come meanwhile"


@pytest.mark.parametrize("path", ["/prompt", "/upload/image"])
def test_413(project, server, path):
    project.write("film.yaml", film(shots=CLIP))
    server.faults.append(Fault(path, 413, method="POST"))
    failed(project, "413", "--max-upload-size")


def test_a_login_page(project, server):
    server.faults.append(Fault("/system_stats", 200, times=99))
    done = failed(project, "no JSON")
    assert server.accepted == [] and retries(done) == 4


def test_what_is_no_comfyui_server(project, server):
    server.faults.append(Fault("/system_stats", b'{"version": "1"}', times=99, type="application/json"))
    failed(project, "no ComfyUI server", code=2)


# Sending.

@pytest.mark.parametrize("what", ["lost", "late-500", "head"])
def test_an_answer_that_is_lost_after_sending(project, server, what):
    server.faults.append(Fault("/prompt", what, method="POST"))
    done = build(project)
    assert len(server.accepted) == 1, "it was in the queue already"
    assert retries(done) == 0


@pytest.mark.parametrize("what", ["gone", 502, 500])
def test_a_prompt_that_never_arrived(project, server, what):
    server.faults.append(Fault("/prompt", what, method="POST"))
    done = build(project)
    assert len(server.accepted) == 1 and retries(done) == 1
    assert server.paths().count("/queue") >= 2, "it was looked for before it was sent again"


def test_an_answer_to_the_prompt_that_is_a_page(project, server):
    server.faults.append(Fault("/prompt", 200, method="POST"))
    assert retries(build(project)) == 1 and len(server.accepted) == 1


# Uploads.

@pytest.mark.parametrize("what", ["lost", "gone", 502, "late-500"])
def test_an_upload_that_breaks(project, server, what):
    project.write("film.yaml", film(shots=CLIP))
    server.faults.append(Fault("/upload/image", what, method="POST"))
    build(project)
    assert len(server.uploads) == 1 and len(server.accepted) == 2


def test_a_server_that_tells_no_lengths(project, server):
    """Then the file itself is read back."""
    project.write("film.yaml", film(shots=CLIP))
    server.faults.append(Fault("/view.*type=input", b"", times=99, method="HEAD"))
    build(project)
    assert len(server.uploads) == 1
    assert [p for p in server.paths("GET") if "type=input" in p]


# Running.

def test_out_of_memory_once(project, server):
    server.engine.trouble.errors = [(None, *OUT_OF_MEMORY)]
    done = build(project)
    assert server.engine.freed == [{"unload_models": True, "free_memory": True}]
    ids = [p["prompt_id"] for p in server.accepted]
    assert len(ids) == 2 and ids[0] != ids[1] and retries(done) == 0


def test_out_of_memory_twice(project, server):
    server.engine.trouble.errors = [(None, *OUT_OF_MEMORY)] * 2
    failed(project, "Allocation on device", "too little memory", "smaller preset")
    assert len(server.accepted) == 2


def test_disk_full_there(project, server):
    server.engine.trouble.errors = [("SaveImage", *DISK_FULL)]
    failed(project, "the disk of comfy on gpu is full", "No space left", "output folder")
    assert len(server.accepted) == 1


def test_a_node_that_raises(project, server):
    server.engine.trouble.errors = [("KSampler", "ValueError", "the lens is dirty\n")]
    failed(project, 'node 5 (KSampler): the lens is dirty (ValueError)', "nodes.py")
    assert len(server.accepted) == 1


def test_a_branch_that_is_blocked(project, server):
    server.engine.trouble.blocked = 1
    failed(project, 'node 9 (SaveImage) was not run: Execution Blocked')
    assert len(server.accepted) == 1


def test_a_branch_that_is_blocked_without_a_word(project, server):
    server.engine.trouble.silent = 1
    failed(project, 'node 9 (SaveImage): it gave nothing')


def test_somebody_else_interrupts(project, server):
    server.step_seconds = 0.3
    threading.Timer(1.2, server.interrupt).start()
    done = build(project)
    assert retries(done) == 1 and len(server.accepted) == 2
    assert "interrupted" in [e for e in done.of("step-failed")][0]["error"]


def hold_until_sent(server, n=1):
    """Waits until the n-th prompt has come, and one is at work."""
    wait_for(lambda: len(server.accepted) >= n and server.engine.running)


def start(project, server):
    server.hold()
    running = project.start("build", "film.yaml", "--studio", "studio.yaml", "--events", "-")
    hold_until_sent(server)
    return running


@pytest.mark.long
def test_somebody_else_deletes_it(project, server):
    project.write("film.yaml", film(2))
    running = start(project, server)
    hold_until_sent(server, 2)
    [waiting] = [item[1] for item in server.engine.pending]
    server.delete(waiting)
    server.go_on()
    _, err = finish(running)
    assert running.returncode == 0, err
    assert len(server.accepted) == 3 and len({p["prompt_id"] for p in server.accepted}) == 3


@pytest.mark.long
def test_a_restart_in_mid_run(project, server):
    running = start(project, server)
    server.restart(down_seconds=2)
    _, err = finish(running)
    assert running.returncode == 0, err
    assert len(server.accepted) == 2 and len(list((server.folder / "output/c41").iterdir())) == 1


def test_a_restart_after_the_file_was_saved(project, server):
    """The history is gone, the file is there: nothing is rendered again."""
    server.engine.trouble.no_history = 1
    done = build(project)
    assert len(server.accepted) == 1 and retries(done) == 0
    assert [p for p in server.paths("HEAD") if "_00001_.png" in p]


@pytest.mark.long
def test_a_server_that_goes_away_and_comes_back(project, server):
    """It was only out of reach: the prompt that it has is waited for, not sent again."""
    running = start(project, server)
    server.faults.append(Fault("/(queue|history|prompt|system_stats)", "gone", times=10 ** 6))
    time.sleep(20)
    server.faults.clear()
    server.go_on()
    _, err = finish(running)
    assert running.returncode == 0, err
    assert len(server.accepted) == 1


# Results.

@pytest.mark.parametrize("what, after", [("cut", 0), ("cut", 20), ("cut", 200), ("head", 0), ("longer", 0), ("empty", 0), ("gone", 0), (502, 0),
                                         (200, 0)])
def test_a_download_that_breaks(project, server, what, after):
    server.faults.append(Fault("/view.*type=output", what, times=2, after=after))
    done = build(project)
    assert len(server.accepted) == 1 and retries(done) == 0


@pytest.mark.parametrize("what", ["cut", "gone", 502])
def test_a_download_that_keeps_breaking(project, server, what):
    """The attempt ends, and the next one fetches what was rendered."""
    server.faults.append(Fault("/view.*type=output", what, times=7, after=200))
    done = build(project)
    assert len(server.accepted) == 1 and retries(done) >= 1


def test_a_length_that_lies(project, server):
    """What came is half a picture: it is thrown away."""
    server.faults.append(Fault("/view.*type=output", "shorter"))
    assert retries(build(project)) == 1


@pytest.mark.parametrize("times, rendered", [(1, 1), (3, 1), (4, 2)])
def test_what_arrives_damaged_is_fetched_again(project, server, times, rendered):
    """Half a picture costs a download, no render; what stays damaged is rendered again."""
    server.faults.append(Fault("/view.*type=output", "shorter", times=times))
    assert retries(build(project)) == times
    assert len(server.accepted) == rendered


@pytest.mark.parametrize("what", ["shorter", b"this is no picture", b"<html>Sign in</html>"], ids=["half", "text", "page"])
@pytest.mark.parametrize("made", [film(), film(shots=CLIP)], ids=["still", "clip"])
def test_whatever_arrives_in_its_place_is_fetched_again(project, server, made, what):
    """By one that lies once: its answer is whole, and no picture."""
    project.write("film.yaml", made)
    server.faults.append(Fault("/view.*type=output", what, times=1))
    renders = 1 if made == film() else 2
    assert retries(build(project)) == 1
    assert len(server.accepted) == renders


def test_a_download_that_is_slow(project, server):
    server.faults.append(Fault("/view.*type=output", "slow", after=0.2))
    build(project)


@pytest.mark.long
def test_a_file_that_is_always_empty(project, server):
    server.faults.append(Fault("/view.*type=output", "empty", times=10 ** 6))
    failed(project, "empty file")
    assert len(server.accepted) == 2, "fetched again and again, then rendered once more"


def test_a_cached_file_that_is_gone(project, server):
    """The server answers the same graph from its cache; it is made to forget, and asked once more."""
    project.write("studio.yaml", studio(server.url, {"image": "small-preview"}))
    build(project)
    for path in (server.folder / "temp").iterdir():
        path.unlink()
    (project.folder / ".c41").rename(project.folder.parent / "old")
    build(project)
    assert server.engine.freed == [{"free_memory": True}] and len(server.accepted) == 3


def test_a_still_where_a_clip_should_be(project, server):
    project.write("film.yaml", film(shots=CLIP))
    name = "still_00001_.png"
    (server.folder / "output" / name).write_bytes(media.png(50))
    server.engine.trouble.unlisted = ({"filename": name, "subfolder": ""},)
    done = build(project, 1)
    assert "of type" in done.err


@pytest.mark.parametrize("name, word", [("../../../../etc/passwd", "passwd"), ("x.exe", ".exe"), ("a/../../b.sh", ".sh")])
def test_names_that_mean_harm(project, server, name, word):
    server.engine.trouble.unlisted = ({"filename": name},)
    failed(project, "it gave a file that ends in")
    assert project.made() == []


def test_a_windows_server(project, server):
    server.engine.trouble.windows = True
    build(project)
    assert [p for p in server.paths("GET") if "subfolder=c41&" in p or "subfolder=c41%5C" in p]


def test_files_under_another_key(project, server):
    server.engine.trouble.key = "pictures"
    build(project)


def test_more_files_than_one(project, server):
    server.engine.trouble.many = 3
    build(project)
    assert len([p for p in server.paths("GET") if "/view" in p]) == 1


def test_few_connections_stay_open(project, server):
    """A prompt takes a connection of its own, and leaves none behind."""
    project.write("film.yaml", film(14))
    running = project.start("build", "film.yaml", "--studio", "studio.yaml", "--events", "-")
    while len(server.accepted) < 12:
        read_until(running, "step-start")
    server.hold()
    assert len(server.runner.server.connections) < 7
    server.go_on()
    finish(running)


# The socket.

@pytest.mark.parametrize("how", ["deaf", "shuffled", "refused"])
def test_a_socket_that_is_of_no_use(project, server, how):
    if how == "refused":
        server.refuse_sockets = True
    else:
        setattr(server.engine.trouble, how, True)
    project.write("film.yaml", film(2))
    done = build(project)
    assert len(server.accepted) == 2 and retries(done) == 0


def test_a_socket_that_breaks_and_comes_back(project, server):
    running = start(project, server)
    server.drop_sockets()
    time.sleep(2)
    server.go_on()
    _, err = finish(running)
    assert running.returncode == 0, err
    assert len(server.accepted) == 1
    assert len(server.socket_ids) >= 2 and len(set(server.socket_ids)) == 1, "the prompt's messages go to the same id"


# Stopping.

def test_cancel(project, server):
    """Twice Ctrl-C: what waits leaves the queue, what runs is interrupted, and nobody else's."""
    project.write("film.yaml", film(2))
    other = {"1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
             "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
    running = start(project, server)
    hold_until_sent(server, 2)
    server.do(server.engine.put, (99, "00000000-0000-4000-8000-000000000001", other, {}, ["2"]))
    running.send_signal(signal.SIGINT)
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    wait_for(lambda: server.engine.interrupted)
    server.go_on()
    finish(running)
    assert running.returncode == 130
    assert list(server.engine.history)[-1] == "00000000-0000-4000-8000-000000000001"
    status = [m[0] for m in server.engine.history[server.accepted[0]["prompt_id"]]["status"]["messages"]]
    assert status[-1] == "execution_interrupted" and server.accepted[1]["prompt_id"] not in server.engine.history


@pytest.mark.parametrize("first", [True, False], ids=["its-own-runs", "the-others-runs"])
def test_two_projects_at_one_server(project, make_project, server, first):
    """Ctrl-C twice in one of them costs the other nothing, and what was taken back is made later."""
    other = make_project({"film.yaml": film(3).replace("a lamp", "a moon"), "studio.yaml": studio(server.url)}, folder="other")
    project.write("film.yaml", film(3))
    both = {p: start(p, server) for p in ([project, other] if first else [other, project])}
    wait_for(lambda: len(server.accepted) == 4)
    own = {p["prompt_id"] for p in server.accepted if "a lamp" in str(p["prompt"])}
    both[project].send_signal(signal.SIGINT)
    assert "stopping" in both[project].stderr.readline()
    both[project].send_signal(signal.SIGINT)
    wait_for(lambda: not own & {item[1] for item in server.engine.pending})
    server.go_on()
    for running in both.values():
        finish(running)
    assert (both[project].returncode, both[other].returncode) == (130, 0)
    fates = {p["prompt_id"]: server.engine.history.get(p["prompt_id"], {}).get("status", {}) for p in server.accepted}
    assert [fates[id]["status_str"] for id in fates if id not in own] == ["success"] * 3, "each of the other's ran once"
    assert not any(fates[id].get("completed") for id in own)
    build(project)
    assert not other.build("film.yaml", "--studio", "studio.yaml").ran
    assert len(server.accepted) == len(own) + 3 + 3, "nothing of the other's was made again"


def test_progress(project, server):
    """Step i of n of the node that runs, by the socket."""
    server.step_seconds = 0.5
    running = start(project, server)
    server.go_on()
    events = read_until(running, "build-end")
    finish(running)
    steps = [(e["done"], e["total"]) for e in events if e["event"] == "step-progress" and e.get("total") == 4]
    assert len(steps) >= 2 and steps == sorted(steps), steps


def test_prompts_of_others_are_left_alone(project, server):
    build(project)
    assert "/interrupt" not in server.paths("POST") and prompts_of(server)
