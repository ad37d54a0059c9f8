# SPDX-License-Identifier: MIT
"""Speech servers that do not behave: what is no speech is asked for again and then told, what is refused is told in
the server's words, and no wrong sound becomes an artifact."""
import json
import pathlib
import signal
import socket
import time

import pytest

import speech_films as films
from fakes.speech import Answer, open_ended, read_wav, seconds_of, wav
from project import finish, read_until
from speech_films import server, speak  # noqa: F401

STEP = "one/talk/voice/ann-don-t-wait"
WORDS = "Don't wait for me."
GOOD = wav(seconds_of(WORDS))
LONG = " ".join(f"This is the sentence {i}, which is long enough for a piece, and then some more to fill it up." for i in range(8))
FACTS = pathlib.Path(__file__).resolve().parents[1] / "fixtures/services"
ERRORS = json.loads((FACTS / "speech-errors.json").read_text())["cases"]

# What is no speech for the line, and what is said of it.
NO_SPEECH = {
    "empty": (b"", "audio/wav", "nothing came"),
    "head alone": (open_ended(0), "audio/wav", r"44 bytes"),
    "under a kilobyte": (wav(0.3, rate=8000, bits=8)[:44] + b"\x80" * 900, "audio/wav", "WAV was cut short"),
    "a short click": (wav(0.02), "audio/wav", "0.020 s of sound"),
    "too short for the text": (wav(0.2), "audio/wav", "lasts 0.20 s"),
    "too long for the text": (wav(8, rate=8000), "audio/wav", "lasts 8.00 s"),
    "silence": (wav(1.3, level=0), "audio/wav", "is silent"),
    "next to silence": (wav(1.3, level=0.0008), "audio/wav", "is silent"),
    "MP3 that says it is WAV": (b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x64" * 900, "audio/wav", "MP3, not WAV"),
    "MP3 without a tag": (b"\xff\xfb\x90\x64" * 900, "audio/wav", "MP3, not WAV"),
    "FLAC": (b"fLaC" + b"\0" * 4000, "audio/wav", "FLAC, not WAV"),
    "Ogg": (b"OggS" + b"\0" * 4000, "audio/wav", "Ogg, not WAV"),
    "HTML": (b"<!doctype html><html><body>" + b"Bad gateway " * 200, "text/html", "HTML, not WAV"),
    "JSON": (b'{"error": {"message": "out of memory"}}', "application/json", 'no sound but "out of memory"'),
    "samples without a head": (b"\x10\x20" * 30000, "audio/pcm", "no sound, not WAV"),
    "cut in its samples": (wav(1.3)[:30000], "audio/wav", "cut short: 29956 of 62400 bytes"),
    "two WAVs": (wav(0.7) + wav(0.7), "audio/wav", "several WAVs"),
    "mu-law": (wav(1.3).replace(b"\x01\0\x01\0", b"\x07\0\x01\0", 1), "audio/wav", "in the form 7"),
}


@pytest.mark.parametrize("name", NO_SPEECH)
def test_no_speech_is_asked_for_again_twice(speak, server, name):
    body, type, says = NO_SPEECH[name]
    server.say = lambda text: Answer(body, type=type)
    project, build = speak("mlx-audio", code=1)
    assert len(server.speech) == 3
    assert says in build.err and "asked 3 times" in build.err and WORDS in build.err, build.err
    assert [e["final"] for e in build.of("step-failed")] == [True]
    assert not list((project.folder / ".c41/store").rglob("*.wav"))


@pytest.mark.parametrize("name", ["empty", "silence", "HTML", "cut in its samples"])
def test_speech_that_comes_the_second_time(speak, server, name):
    body, type, _ = NO_SPEECH[name]
    server.script = [Answer(body, type=type)]
    _, build = speak("mlx-audio")
    assert len(server.speech) == 2
    assert read_wav(build.output(STEP).read_bytes())[4] == GOOD[44:]


def test_one_bad_piece_is_spoken_again_alone(speak, server):
    server.script = [None, Answer(b""), None]
    speak("mlx-audio", text=LONG)
    pieces = [r["json"]["input"] for r in server.speech]
    assert len(pieces) == 4 and pieces[1] == pieces[2] and len(set(pieces)) == 3


def test_pieces_of_two_forms_are_not_joined(speak, server):
    server.script = [None, *[Answer(wav(10, rate=22050)) for _ in range(3)]]
    _, build = speak("mlx-audio", text=LONG, code=1)
    assert "22050 Hz" in build.err and "24000" in build.err


def words_of(body):
    """The first of these is what is wrong, as the facts have it."""
    detail, error = body.get("detail"), body.get("error")
    if isinstance(error, dict):
        return error["message"]
    if isinstance(detail, dict):
        return detail["message"]
    return detail[0]["msg"] if isinstance(detail, list) else detail or error


@pytest.mark.parametrize("case", [c for c in ERRORS if c["status"] != 200], ids=lambda c: words_of(c["body"])[:30])
def test_error_is_told_in_the_servers_words(speak, server, case):
    passing = case["status"] >= 500
    server.script = [Answer(case["body"], status=case["status"])]
    project, build = speak("mlx-audio", code=0 if passing else 1)
    failed = build.of("step-failed")
    assert words_of(case["body"]) in failed[0]["error"] and str(case["status"]) in failed[0]["error"]
    assert [e["final"] for e in failed] == [not passing]
    assert len(server.speech) == (2 if passing else 1)
    if case["status"] == 422:
        assert "input: Field required" in build.err


def test_error_that_stays_ends_after_five_tries(speak, server):
    server.say = lambda text: Answer({"status": "error", "error": "The emotion vector sum must not exceed 1.5"}, status=500)
    _, build = speak("index-tts-vllm", ann="{clone: cast/ann.wav}", use="indextts2", code=1)
    assert len(server.speech) == 5 and "must not exceed 1.5" in build.err
    assert [(e["attempt"], e["final"]) for e in build.of("step-failed")] == [(1, False), (2, False), (3, False), (4, False), (5, True)]


@pytest.mark.parametrize("body, says", [
    ({"status": "error", "error": "Traceback (most recent call last):\n  File \"api.py\", line 9, in tts\n    x()\n"
      "ValueError: emo_vec sum is 1.7\n"}, "400: ValueError: emo_vec sum is 1.7\n"),
    ({"detail": {"error": {"message": "Voice 'x' not found", "type": "voice_not_found_error"}}}, "Voice 'x' not found")])
def test_error_of_other_shapes(speak, server, body, says):
    server.say = lambda text: Answer(body, status=400)
    _, build = speak("mlx-audio", code=1)
    assert says in build.err and "Traceback" not in build.err


HEAD = len(Answer(GOOD).whole()) - len(GOOD)


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("cut", [0, 1, 12, HEAD - 2, HEAD, HEAD + 3, HEAD + 44, HEAD + 5001, -1])
def test_answer_that_is_cut_is_asked_for_again(speak, server, cut, chunked):
    whole = Answer(open_ended(seconds_of(WORDS)), chunked=chunked)
    server.script = [Answer(whole.body, chunked=chunked, cut=cut if cut >= 0 else len(whole.whole()) - (8 if chunked else 1))]
    _, build = speak("mlx-audio")
    assert len(server.speech) == 2
    assert read_wav(build.output(STEP).read_bytes())[4] == GOOD[44:]


def test_answer_that_says_it_is_longer(speak, server):
    server.script = [Answer(GOOD, length=len(GOOD) + 5000)]
    _, build = speak("mlx-audio")
    assert len(server.speech) == 2
    assert read_wav(build.output(STEP).read_bytes())[4] == GOOD[44:]


@pytest.mark.parametrize("answer", [
    Answer(b"<html>no</html>", type="text/html"), Answer({"detail": "no"}, status=404), Answer({"detail": "no"}, status=500),
    Answer(b""), Answer({"voices": None}), Answer([1, {"a": 2}, None]), Answer({"data": {"x": 1}})], ids=str)
def test_list_that_is_none_proves_nothing(speak, server, answer):
    server.answers["/v1/audio/voices"] = answer
    speak("vllm-omni", ann="Vivian")
    assert [r["json"]["voice"] for r in server.speech] == ["vivian"]


def test_list_that_is_not_ready_is_asked_for_again(speak, server):
    lists = [Answer({"detail": "Model not loaded"}, status=503), {"voices": ["ryan"]}]

    class Lists(dict):
        def get(self, path):
            return lists.pop(0) if path == "/v1/audio/voices" else None

    server.answers = Lists()
    _, build = speak("vllm-omni", ann="Ryan")
    assert len(server.speech) == 1 and "Model not loaded" in build.err


def test_recording_that_is_refused(speak, server):
    server.answers["/get_reference_files"] = []
    server.upload_answer = Answer({"detail": "Invalid file type. Only .wav and .mp3 are allowed."}, status=400)
    _, build = speak("chatterbox-server", ann="{clone: cast/ann.wav}", use="chatterbox", code=1)
    assert "Only .wav and .mp3" in build.err and "ann.wav" in build.err and not server.speech


def test_nobody_answers(make_project):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0)) # and does not listen
        project = make_project({"film.yaml": films.film()})
        (project.folder.parent / "studio.yaml").write_text(f"""\
c41: 1
patience: 1 s
machines: {{mac: {{services: {{voices: {{driver: speech, url: "http://127.0.0.1:{taken.getsockname()[1]}", dialect: openai}}}}}}}}
""")
        build = project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak", code=3)
    assert "has not answered" in build.err


def test_cancelled(make_project, server):
    """The second Ctrl-C ends what runs there, also in the middle of an answer."""
    server.say = lambda text: Answer(GOOD, wait=60)
    project = make_project({"film.yaml": films.film()})
    (project.folder.parent / "studio.yaml").write_text(films.studio(server, "mlx-audio"))
    running = project.start("build", "film.yaml", "--studio", "../studio.yaml", "--to", "speak", "--events", "-")
    read_until(running, "step-start")
    while not server.speech:
        time.sleep(0.01)
    begun = time.monotonic()
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGINT) if running.stderr.readline() else None
    finish(running)
    assert running.returncode == 130 and time.monotonic() - begun < 20
    assert not list((project.folder / ".c41/store").rglob("*.wav"))
