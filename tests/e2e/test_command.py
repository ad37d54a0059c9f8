# SPDX-License-Identifier: MIT
"""Programs of command services, on this machine and over a real ssh server: what they are given, what becomes of what
they make, and every way in which that is cut off."""
import json
import os
import re
import signal
import subprocess
import sys

import pytest
import yaml

import sshd
from project import finish, read_until
from trainer import FAKES, Trainer, check_lora, is_running, until

NEEDS_SSHD = pytest.mark.skipif(not sshd.PROGRAM, reason="there is no sshd")


@pytest.fixture
def box(tmp_path):
    server = sshd.Sshd(tmp_path / "box").start()
    yield server
    server.stop()


@pytest.fixture(params=["here", pytest.param("ssh", marks=NEEDS_SSHD)])
def trainer(request, make_project, tmp_path):
    """On both kinds of service."""
    made = Trainer(make_project, tmp_path, request.getfixturevalue("box") if request.param == "ssh" else None)
    yield made
    made.stop()


@pytest.fixture
def far(make_project, tmp_path, box):
    """Over ssh."""
    made = Trainer(make_project, tmp_path, box)
    yield made
    made.stop()


def check_made(trainer, running):
    """A build that was started ends well, and what it has made is a LoRA."""
    out, err = finish(running)
    assert running.returncode == 0, out + err
    (done,) = [e for e in map(json.loads, out.splitlines()) if e["event"] == "step-done"]
    check_lora(trainer.project.folder / done["outputs"][0]["path"])
    return out


def failure(build, step="lora/boat"):
    failed = [e for e in build.of("step-failed") if e["id"] == step]
    assert failed and failed[-1]["final"], build.events
    return failed[-1]["error"]


def test_a_lora_is_trained(trainer):
    build = trainer.build()
    assert build.ran == {"lora/boat"}
    check_lora(build.output("lora/boat"))
    files = trainer.dataset()["files"]
    assert sorted(files) == ["0001.png", "0001.txt", "0002.png", "0002.txt"]
    for number, name in (("0001", "one"), ("0002", "two")):
        for ending in ("png", "txt"):
            assert bytes.fromhex(files[f"{number}.{ending}"]) == (trainer.project.folder / f"boats/{name}.{ending}").read_bytes()
    assert len(trainer.ran) == 1
    assert trainer.jobs() == [], "what was stored is still on the machine that made it"
    assert trainer.build().ran == set() and len(trainer.ran) == 1


def test_the_programs_environment(trainer):
    """Here it does not see ours, where tokens are; there it is what the login gives."""
    trainer.project.environment = {**trainer.project.environment, "COMFY_TOKEN": "secret-token", "CUDA_VISIBLE_DEVICES": "1"}
    trainer.build()
    environment = json.loads((trainer.about / "environment").read_text())
    assert "secret-token" not in environment.values() and environment["PATH"] and environment["HOME"]
    if not trainer.box:
        assert environment["CUDA_VISIBLE_DEVICES"] == "1"
        assert set(environment) <= {"C41_JOB", "CUDA_VISIBLE_DEVICES", "HOME", "LANG", "LC_CTYPE", "LOGNAME", "OLDPWD", "PATH",
                                    "PWD", "SHELL", "SHLVL", "TMPDIR", "USER", "_", "__CF_USER_TEXT_ENCODING"}


NASTY = [
    "", " ", "  two  blanks  ", "two words", "'", "''", '"', '\\', "\\\\", "it's", 'say "hi"', "a\nb", "\n", "a\n", "\ta", "\r",
    "$HOME", "${HOME}", "$(touch owned)", "`touch owned`", "; touch owned", "&& touch owned", "| cat", "> owned", "< /dev/null",
    "*", "?", "[a-z]*", "{a,b}", "~", "~root", "#no comment", "a#b", "!!", "!x", "(", ")", "%s%n", "a=b", "\\n", "\\'", "'\\''",
    "$'x'", "--looks=like", "-rf", "é", "日本語", "🎬", "\u202e", "\u00a0", "\x01\x02\x1b[31m", "\x7f", "x" * 3000, "end\\",
    "!", "^", "&", ";", "\u2028",
]


def write_words(trainer, template="${prompt}", film="A boat", **more):
    """A film of one still that is made by a program which tells what it was given."""
    told = trainer.about / "words"
    trainer.write("painter", {
        "kind": "image",
        "params": {"prompt": {"required": True}, **more},
        "words": ["prompt"],
        "request": {"run": [[sys.executable, str(FAKES / "words.py"), str(told), "${output.image}", *template]]},
        "output": {"image": {"file": "image.png"}},
    })
    trainer.project.write("film.yaml", yaml.safe_dump({
        "c41": 1, "title": "Words", "use": {"image": "painter"},
        "scenes": [{"id": "a", "shots": [{"shot": "b", "image": film}]}]}, allow_unicode=True))

    def build(code=0):
        return trainer.project.build("film.yaml", "--only", "a/b/image", "--studio", trainer.studio, code=code)

    def words():
        return [bytes.fromhex(word).decode() for word in json.loads(told.read_text())]
    return build, words


def test_words_arrive_byte_for_byte(trainer):
    params = {f"n{i}": {"default": word} for i, word in enumerate(NASTY)}
    alone = [f"${{n{i}}}" for i, word in enumerate(NASTY) if not word.startswith("-")]
    within = [f"<${{n{i}}}>" for i in range(len(NASTY))]
    build, words = write_words(trainer, [*alone, *within, *(w for w in NASTY if "${" not in w)], **params)
    build()
    assert words() == [*(w for w in NASTY if not w.startswith("-")), *(f"<{w}>" for w in NASTY), *(w for w in NASTY if "${" not in w)]
    assert not list(trainer.folder.rglob("owned")), "a shell has read them"


def test_numbers_are_words_too(trainer):
    build, words = write_words(trainer, ["${n}", "${real}", "${flag}", "${none}", "x${none}", "${...pixels}", 7, "${n}${real}"],
                               n={"default": 12}, real={"default": 0.5}, flag={"default": True}, none={}, pixels={})
    build()
    assert words()[:3] == ["12", "0.5", "true"], "what is absent is no word"
    width, height = words()[3:5]
    assert width.isdigit() and height.isdigit() and words()[5:] == ["7", "120.5"]


def test_a_films_words(trainer):
    prompt = "A `boat` $(touch owned); 'quoted' \"twice\" \\ and\nmore"
    build, words = write_words(trainer, ["--prompt", "${prompt}", "--prompt=${prompt}"], film=prompt)
    build()
    graph = json.loads(trainer.project.graph("film.yaml", environment={"C41_STUDIO": str(trainer.studio)}))
    told = next(s for s in graph["steps"] if s["id"] == "a/b/image")["params"]["prompt"]
    told = "".join(told) if isinstance(told, list) else told
    assert "$(touch owned)" in told and words() == ["--prompt", told, f"--prompt={told}"]
    assert not list(trainer.folder.rglob("owned"))


def test_no_word_of_a_film_is_an_option(trainer):
    build, _ = write_words(trainer, ["${prompt}"], film="--output=/etc/passwd")
    failed = failure(build(code=2), "a/b/image")
    assert "${prompt}" in failed and 'begins with "-"' in failed
    assert not (trainer.about / "words").exists() and trainer.jobs() == []


def test_no_film_chooses_a_program(trainer):
    """A hook may set any param of a preset, but for the program."""
    build, _ = write_words(trainer, [], film="A boat")
    preset = trainer.folder / "presets/painter.yaml"
    told = yaml.safe_load(preset.read_text())
    told["params"]["python"] = {"default": sys.executable}
    told["request"]["run"][0][0] = "${python}"
    preset.write_text(yaml.safe_dump(told))
    build()
    (trainer.about / "words").unlink()
    trainer.project.write("evil.lua", 'local on = require "c41.on"\n'
                          'on.step(function(step) if step.kind == "image" then step.params.python = "touch" end end)\n')
    trainer.project.write("film.yaml", trainer.project.read("film.yaml") + "hooks: evil.lua\n")
    assert "would let the film choose a program" in failure(build(code=2), "a/b/image")
    assert not (trainer.about / "words").exists()


def test_settings_hold_a_films_words_as_text(trainer):
    """Quotes and line ends of a film are no syntax in a file of settings."""
    prompt = 'A boat"\nevil = "yes\\'
    build, words = write_words(trainer, ["x"], film=prompt)
    preset = trainer.folder / "presets/painter.yaml"
    told = yaml.safe_load(preset.read_text())
    told["request"]["files"] = {"s.json": '{"prompt": "${prompt}"}', "plain.txt": "${prompt}"}
    program = f"import shutil, sys; shutil.copy(sys.argv[1], {str(trainer.about)!r}); shutil.copy(sys.argv[2], {str(trainer.about)!r})"
    told["request"]["run"].insert(0, [sys.executable, "-c", program, "${work}/s.json", "${work}/plain.txt"])
    preset.write_text(yaml.safe_dump(told))
    build()
    settings = json.loads((trainer.about / "s.json").read_text())
    assert set(settings) == {"prompt"} and 'evil = "yes\\' in settings["prompt"]
    assert (trainer.about / "plain.txt").read_text() == settings["prompt"]


def test_a_strangers_film_runs_no_program(trainer):
    """With a service that would run it, and after `c41 trust`."""
    trainer.project.write("presets/run.yaml", "preset: run\nkind: train\ndriver: command\nfamily: z-image\n"
                          "params: {image: {}}\nrequest: {run: [[touch, owned]]}\noutput: {lora: {file: lora.safetensors}}\n")
    trainer.project.change("film.yaml", "train: trainer", "train: run")
    trainer.project.run("trust")
    done = trainer.project.run("build", *trainer.args())
    assert done.returncode == 2 and "never read from a project" in done.stderr
    assert trainer.jobs() == [] and trainer.ran == [] and not list(trainer.folder.rglob("owned"))


def test_an_upset_folder_is_refused(trainer):
    for place in ("../lora.safetensors", "/tmp/lora.safetensors", ".c41/exit"):
        trainer.write_preset(output={"lora": {"file": place}})
        done = trainer.project.run("build", *trainer.args())
        assert done.returncode == 2, f"{place}: {done.stderr}"
    assert trainer.ran == []


def test_it_fails_in_its_own_words(trainer):
    trainer.write_preset("--code", "1")
    build = trainer.build(code=1)
    assert "ended with code 1" in failure(build) and "train.py" in failure(build) and trainer.place in failure(build)
    assert "RuntimeError: CUDA out of memory" in build.err, "the last words of its log are not told"
    assert "film.yaml:4:" in build.err, "not at the film's line"
    (job,) = trainer.jobs()
    assert str(job / ".c41/log") in build.err and (job / ".c41/log").exists()
    assert "\x1b" not in build.err and "caching latents:   0%" not in build.err, "a bar is told as often as it was drawn"


def test_after_a_failure_it_runs_anew(trainer):
    trainer.write_preset("--code", "1")
    trainer.build(code=1)
    trainer.build(code=1)
    assert len(trainer.ran) == 2
    trainer.jobs()[0].joinpath(".c41/whole").unlink()  # one that was removed in part
    trainer.build(code=1)
    assert len(trainer.ran) == 3 and len(trainer.jobs()) == 1


@pytest.mark.parametrize("run, words", [
    ([["no-such-program", "x"]], "no-such-program x was not found"),
    ([["./here/is/none"]], "was not found"),
    ([[str(FAKES)]], "cannot be run"),
    ([[sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]], "was ended by signal 9"),
    ([["false", "first"], ["touch", "never"]], "false first ended with code 1"),
    ([["true"], ["exit", "3"]], "exit 3 was not found"),  # no word of a shell's
])
def test_each_program_by_its_name(trainer, run, words):
    trainer.write_preset(run=run)
    assert words in failure(trainer.build(code=1))
    assert trainer.ran == [], "the last ran although one before it had failed"
    assert not (trainer.work / "never").exists()


@pytest.mark.parametrize("leave, words", [("none", "is not there"), ("empty", "is empty")])
def test_an_output_that_is_missing(trainer, leave, words):
    trainer.write_preset("--leave", leave)
    failed = failure(trainer.build(code=1))
    assert "out/lora.safetensors" in failed and words in failed
    assert trainer.jobs()
    trainer.write_preset()
    check_lora(trainer.build().output("lora/boat"))
    assert len(trainer.ran) == 2


def test_a_picture_that_is_none(trainer):
    """It came whole and is still no picture: it is not fetched again and again, and not taken for one."""
    build, _ = write_words(trainer, ["x"])
    preset = trainer.folder / "presets/painter.yaml"
    told = yaml.safe_load(preset.read_text())
    told["request"]["run"] = [[sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write('<html>')", "${output.image}"]]
    preset.write_text(yaml.safe_dump(told))
    failed = build(code=1)
    assert "image" in failure(failed, "a/b/image") and len(failed.of("step-failed")) == 1
    assert len(trainer.jobs()) == 1 and (trainer.jobs()[0] / ".c41/told").exists()


def test_a_killed_build_goes_on(trainer):
    """SIGKILL in mid-run: the next build finds what runs, and it has run once."""
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    trainer.wait_for_gate()
    running.kill()
    running.wait()
    again = trainer.start()
    read_until(again, "step-progress")
    trainer.gate.touch()
    check_made(trainer, again)
    assert len(trainer.ran) == 1 and trainer.jobs() == []


def test_what_ended_meanwhile_is_fetched(trainer):
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    trainer.wait_for_gate()
    running.kill()
    running.wait()
    trainer.gate.touch()
    until("it has ended", lambda: (trainer.jobs()[0] / ".c41/exit").exists())
    check_lora(trainer.build().output("lora/boat"))
    assert len(trainer.ran) == 1


def test_what_failed_meanwhile_is_told(trainer):
    trainer.write_preset("--gate", trainer.gate, "--code", "1")
    running = trainer.start()
    trainer.wait_for_gate()
    running.kill()
    running.wait()
    trainer.gate.touch()
    until("it has ended", lambda: (trainer.jobs()[0] / ".c41/exit").exists())
    build = trainer.build(code=1)
    assert "ended with code 1" in failure(build) and "CUDA out of memory" in build.err
    assert len(trainer.ran) == 1


def test_cancelled_with_all_its_children(trainer):
    trainer.write_preset("--gate", trainer.gate, "--fork")
    running = trainer.start()
    trainer.wait_for_gate()
    children = list(map(int, trainer.told("children")))
    assert len(children) == 5 and all(map(is_running, [*children, *trainer.ran]))
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    running.send_signal(signal.SIGINT)
    assert "stopping" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, err = finish(running)
    assert running.returncode == 130, out + err
    left = [pid for pid in [*children, *trainer.ran] if is_running(pid)]
    alone = other.poll() is None
    other.kill()
    other.wait()
    assert left == [] and alone
    assert trainer.jobs() == []


def test_one_interrupt_lets_it_end(trainer):
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    trainer.wait_for_gate()
    running.send_signal(signal.SIGINT)
    assert "stopping" in running.stderr.readline()
    trainer.gate.touch()
    out, err = finish(running)
    assert running.returncode == 130 and '"step-done"' in out, out + err
    assert trainer.build().ran == set() and len(trainer.ran) == 1


def test_the_machine_starts_anew(trainer):
    """No process and no code: the power was cut there. It is begun once more."""
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    trainer.wait_for_gate()
    leader = int((trainer.jobs()[0] / ".c41/pid").read_text())
    for pid in [leader, *sshd.children_of(leader)]:
        os.kill(pid, signal.SIGKILL)
    trainer.gate.touch()
    out = check_made(trainer, running)
    failed = [e for e in map(json.loads, out.splitlines()) if e["event"] == "step-failed"]
    assert len(failed) == 1 and not failed[0]["final"] and "gone" in failed[0]["error"]
    assert len(trainer.ran) == 2


def test_a_number_that_is_somebody_elses(trainer):
    """The machine has started anew, and the job's process id belongs to another program now: it is left alone."""
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    trainer.wait_for_gate()
    running.kill()
    running.wait()
    leader = int((trainer.jobs()[0] / ".c41/pid").read_text())
    for pid in [leader, *sshd.children_of(leader)]:
        os.kill(pid, signal.SIGKILL)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
    (trainer.jobs()[0] / ".c41/pid").write_text(f"{other.pid}\n")
    trainer.gate.touch()
    try:
        check_lora(trainer.build().output("lora/boat"))
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    assert len(trainer.ran) == 2


def test_how_far_it_is(trainer):
    """From the program's own progress bar, and none of its other ones."""
    trainer.write_preset("--gate", trainer.gate)
    running = trainer.start()
    told = {}
    while (told.get("done"), told.get("total")) != (10, 20):
        told = read_until(running, "step-progress")[-1]
        assert told["total"] == 20, told
    trainer.gate.touch()
    check_made(trainer, running)


@NEEDS_SSHD
def test_a_line_that_breaks(far):
    """The connection is cut in mid-run: the program goes on, and so does the build."""
    far.write_preset("--gate", far.gate)
    running = far.start()
    far.wait_for_gate()
    for _ in range(3):
        until("a connection is cut", far.box.drop)
        assert all(map(is_running, far.ran))
    until("there is a connection", far.box.sessions)
    far.gate.touch()
    assert "step-failed" not in check_made(far, running)
    assert len(far.ran) == 1 and far.jobs() == []


# A connection each: looking, sending, watching, fetching.
@NEEDS_SSHD
@pytest.mark.parametrize("connection, way, bytes", [
    *((n, way, bytes) for n in range(4) for way, bytes in (("down", 0), ("up", 1500), ("down", 3000))),
    (1, "up", 90_000), (3, "down", 90_000),
])
def test_a_line_that_breaks_anywhere(far, connection, way, bytes):
    """Before a word, within the greeting, the keys, the command, the files: the LoRA comes whole, made once."""
    (far.project.folder / "boats/one.txt").write_text(os.urandom(50_000).hex())
    far.write_preset("--rank", 40_000)
    cutter = sshd.Cutter(far.box.port, {connection: (way, bytes)})
    far.write_studio(config=far.box.write_config("cut", port=cutter.port))
    build = far.build()
    cutter.close()
    check_lora(build.output("lora/boat"), 40_000)
    assert len(far.ran) == 1
    assert cutter.cut == 1


@NEEDS_SSHD
def test_a_server_that_is_away_for_a_while(far):
    far.write_preset("--gate", far.gate)
    running = far.start()
    far.wait_for_gate()
    far.box.stop()
    far.gate.touch()
    until("it has ended", lambda: (far.jobs()[0] / ".c41/exit").exists())
    far.box.start()
    check_made(far, running)
    assert len(far.ran) == 1


@NEEDS_SSHD
def test_words_of_a_login(far):
    """What a login shell says before our words is nobody's, and no file gets it."""
    (far.box.folder / "home/.bashrc").write_text("echo 'c41 began'; printf 'file 3\\nabc no line end'\n")
    (far.box.folder / "home/.zshenv").write_text("echo hello\n")
    check_lora(far.build().output("lora/boat"))


@NEEDS_SSHD
def test_nobody_answers(far):
    far.box.stop()
    far.write_studio(patience="1 s")
    build = far.build(code=3)
    assert "not answered" in failure(build) and "refused" in json.dumps(build.of("service"))


@NEEDS_SSHD
@pytest.mark.parametrize("how, words, remedy", [
    ("stranger", "Permission denied", "ssh-copy-id"),
    ("unknown host", "Host key verification failed", "log in once by hand"),
    ("other host", "Host key verification failed|HOST IDENTIFICATION HAS CHANGED", "ssh-keygen -R|log in once"),
    ("no settings", "Can't open user config file", "config"),
])
def test_a_server_that_does_not_let_us_in(far, how, words, remedy):
    """No password is asked for: nobody is there to type one."""
    if how == "stranger":
        far.write_studio(config=far.box.write_config("other", key="stranger"))
    elif how == "unknown host":
        (far.box.folder / "known").write_text("")
    elif how == "other host":
        far.box.know((far.box.folder / "stranger.pub").read_text())
    else:
        far.write_studio(config=far.folder / "none")
    build = far.build(code=2)
    assert re.search(words, failure(build)), failure(build)
    assert re.search(remedy, build.err), build.err
    assert far.ran == []


def has_mounts():
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


@pytest.fixture
def small(make_project, tmp_path):
    """Over ssh, on a disk of 300 KiB that only the server sees."""
    if not has_mounts():
        pytest.skip("only root may mount a small disk")
    work = tmp_path / "small"
    work.mkdir()
    server = sshd.Sshd(tmp_path / "box", prefix=["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=300k none "$0" && exec "$@"', work])
    trainer = Trainer(make_project, tmp_path, server)
    trainer.work = work
    trainer.write_studio()
    server.start()
    yield trainer
    server.stop()


@NEEDS_SSHD
def test_a_disk_there_that_is_too_small(small):
    (small.project.folder / "boats/one.txt").write_bytes(os.urandom(400_000).hex().encode())
    build = small.build(code=1)
    assert f"no space left in {small.work} on box" in failure(build) and "make room" in build.err
    assert len(build.of("step-failed")) == 1 and small.ran == []
    (small.project.folder / "boats/one.txt").write_text("a boat")
    check_lora(small.build().output("lora/boat"))  # nothing of the first is in its way


@NEEDS_SSHD
def test_a_disk_there_that_fills_up(small):
    """The program takes the last byte: how it ended is known all the same."""
    small.write_preset("--fill", small.work / "filled")
    build = small.build(code=1)
    assert f"no space left in {small.work} on box" in failure(build)
    assert len(build.of("step-failed")) == 1 and len(small.ran) == 1


@NEEDS_SSHD
def test_no_space_in_words_alone(far):
    """As above where no small disk can be mounted: tar says what it says then."""
    bin = far.box.folder / "home/bin"
    bin.mkdir()
    (bin / "tar").write_text("#!/bin/sh\necho 'tar: data/0001.png: Cannot write: No space left on device' >&2\ncat >/dev/null\nexit 2\n")
    (bin / "tar").chmod(0o755)
    far.box.environment = f"PATH={bin}:/usr/bin:/bin"
    far.box.stop()
    far.box.start()
    failed = failure(far.build(code=1))
    assert f"no space left in {far.work} on box" in failed and far.ran == []
    assert far.jobs() == []


def studio(trainer):
    done = trainer.project.run("studio", "--json", "--studio", trainer.studio)
    assert done.returncode == 0, done.stderr
    (service,) = json.loads(done.stdout)["services"]
    return service


def test_what_a_service_says_of_itself(trainer):
    for name in ("musubi-tuner/x.py", "models/vae/ae.safetensors", "models/deep/er/one.safetensors"):
        path = trainer.work / name
        path.parent.mkdir(parents=True)
        path.write_text("x")
    trainer.write("trainer", {
        "kind": "train", "family": "z-image",
        "params": {"image": {}, "dit": {"default": "models/deep/er/one.safetensors"}, "te": {"default": "models/deep/two.safetensors"}},
        "request": {"run": [["true"]]},
        "output": {"lora": {"file": "lora.safetensors"}},
        "needs": {"packs": ["musubi-tuner", "sd-scripts"],
                  "models": {"vae": ["ae.safetensors", "other.safetensors"], "unets": ["one.safetensors", "two.safetensors"]}},
    })
    told = yaml.safe_load(trainer.studio.read_text())
    trainer.studio.write_text(yaml.safe_dump({**told, "use": {"train": "trainer"}}))
    service = studio(trainer)
    assert service["up"] and service["version"].startswith(os.uname().sysname) and service["disk"]["free"] > 0
    assert "musubi-tuner" in service["packs"] and service["models"]["deep/er"] == ["one.safetensors"]
    lacks = {lack["what"]: lack["help"] for lack in service["lacks"]["trainer"]}
    assert set(lacks) == {"sd-scripts", "other.safetensors", "two.safetensors"}
    assert f"{trainer.work}/models/vae on {trainer.place}" in lacks["other.safetensors"]
    assert f"{trainer.work}/models/deep on" in lacks["two.safetensors"]


@NEEDS_SSHD
def test_a_service_that_is_down(far):
    far.box.stop()
    service = studio(far)
    assert not service["up"] and "refused" in service["error"]


def test_a_program_of_another_version(trainer):
    """What came by git is part of the service's fingerprint."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(trainer.work / "musubi-tuner")]
    (trainer.work / "musubi-tuner").mkdir(parents=True)
    subprocess.run([*git, "init", "-q"], check=True)
    for n in range(2):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", str(n)], check=True)
        trainer.write_preset(*(["--rank", 5] * n), needs={"packs": ["musubi-tuner"]})
        build = trainer.build()
        assert ("gpu/trainer: replaced: pack musubi-tuner has changed" in build.err) == (n == 1)


@NEEDS_SSHD
def test_the_usual_folder(far):
    """Without `work`, in the home folder there."""
    told = yaml.safe_load(far.studio.read_text())
    del told["machines"]["gpu"]["services"]["trainer"]["work"]
    far.studio.write_text(yaml.safe_dump(told))
    check_lora(far.build().output("lora/boat"))
    home = str(far.box.folder / "home/.cache/c41/jobs")
    assert far.dataset()["settings"]["image_directory"].startswith(home)
