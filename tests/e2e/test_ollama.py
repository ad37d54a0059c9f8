# SPDX-License-Identifier: MIT
"""Words, captions and scores by an Ollama server: what is sent, what is kept, and what becomes of each trouble."""
import base64
import json
import signal
import sqlite3
import time

import pytest

import media
from chats import SCHEMA_JSON, WORDS, Chats, film
from ollama_said import GOOD, RAIN, check_refused, failure, notes, recorded, stream, told
from project import finish, read_until

from ollama import Ollama
from served import Trouble


@pytest.fixture
def server():
    with Ollama() as server:
        yield server


@pytest.fixture
def make(make_project, tmp_path, server):
    return lambda **more: Chats(make_project, tmp_path, server, **more)


def wait_for(happened, seconds=20):
    """Waits until something has happened; at most so long."""
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.01)


def test_what_is_sent_and_kept(make):
    chats = make(options=", num_ctx: 16384, num_predict: 2048")
    chats.trouble(told("ollama-chat-stream.ndjson"))
    build = chats.build()
    assert chats.words(build) == RAIN
    [body] = chats.asked()
    seed = body["options"].pop("seed")
    assert isinstance(seed, int) and 0 <= seed < 2**53
    assert body == {
        "model": "gpt-oss:120b", "stream": True, "think": "low", "keep_alive": "10m", "truncate": False, "shift": False,
        "options": {"temperature": 0.2, "num_ctx": 16384, "num_predict": 2048},
        "messages": [{"role": "system", "content": "You write for a film."},
                     {"role": "user", "content": "A platform in the rain"}],
    }
    assert [path for path, _, _ in chats.server.asked] == ["/api/tags", "/api/show", "/api/chat"]
    assert chats.server.bodies("/api/show") == [{"model": "gpt-oss:120b"}]
    again = chats.build()
    assert again.end["ran"] == 0 and len(chats.asked()) == 1


def test_request_is_of_the_recorded_form(make):
    """Every key that c41 sends is one of the recorded requests' or of those that ollama.md lists for /api/chat."""
    listed = {"model", "messages", "tools", "format", "options", "stream", "keep_alive", "think", "truncate", "shift"}
    chats = make(text=film(schema=True), options=", num_ctx: 16384, num_predict: 2048")
    chats.build()
    [body] = chats.asked()
    model = json.loads(recorded("ollama-chat-structured-request.json"))
    assert set(model) <= set(body) <= listed
    assert set(body["options"]) == set(model["options"])
    assert {key: type(value) for key, value in body["options"].items()} == \
        {"seed": int, "temperature": float, "num_ctx": int, "num_predict": int}
    assert body["format"] == SCHEMA_JSON


def test_our_preset_shows_its_schema(make_project, tmp_path, server):
    """The server holds a model to the schema, but does not tell it: our own preset does. Without one it says nothing of it."""
    server.add("gpt-oss:20b", ["completion", "thinking"])
    for schema in (True, False):
        chats = Chats(make_project, tmp_path / str(schema), server, text=film(schema=schema, more="          preset: gpt-oss-20b"))
        chats.build()
    with_schema, without = (body["messages"] for body in chats.asked())
    assert [m["role"] for m in with_schema] == ["system", "system", "user"]
    assert json.loads(with_schema[1]["content"].partition(": ")[2]) == SCHEMA_JSON
    assert [m["role"] for m in without] == ["system", "user"] and "schema" not in without[1]["content"]


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_thinking_is_kept_apart(make, piece):
    chats = make()
    chats.trouble(told("ollama-chat-stream-thinking.ndjson", piece=piece))
    assert chats.words(chats.build()) == RAIN


def test_thinking_of_old_servers_is_stripped(make):
    chats = make()
    chats.trouble(stream("<think>We need", " a shot list.</th", "ink>\n\nRain.\n"))
    assert chats.words(chats.build()) == "Rain."


def test_last_line_has_content(make):
    chats = make()
    chats.trouble(Trouble('{"message":{"content":"Ra"},"done":false}\n{"message":{"content":"in."},"done":true}'))
    assert chats.words(chats.build()) == "Rain."


def test_long_line(make):
    chats = make()
    chats.trouble(Trouble('{"message":{"content":"Rain."},"done":true,"context":[' + ",".join(["200006"] * 500000) + "]}\n"))
    assert chats.words(chats.build()) == "Rain."


@pytest.mark.parametrize("name", ["gpt-oss", "kimi-k2.5"])
def test_thinking_is_asked_only_of_who_can(make, name, server):
    server.add("plain:8b", ["completion"])
    chats = make(model="plain:8b")
    build = chats.build()
    assert "think" not in chats.asked()[0]
    assert "plain:8b does not think" in notes(build)


# --- errors


ERRORS = json.loads(recorded("ollama-errors.json"))["cases"]
FINAL = {
    "missing request body": "the preset's request is not what this server takes",
    "model is required": "model: ${model}",
    "does not support thinking": "take `think` out of the preset",
    "invalid think value": "`think` of the preset is one of",
    "illegal base64 data": "`images` of the preset are inputs",
    "exceeds the available context size": "raise num_ctx",
    "unauthorized": "ollama signin",
    "not found": "ollama pull gpt-oss:120b",
    "404 page not found": "is its url that of an Ollama server?",
}
PASSING = {429, 502, 503}


def row_of(case):
    return case["body"]["error"] if "body" in case else case["text"]


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: f"{case['status']}-{row_of(case)[:30]}")
def test_recorded_error(make, case):
    """400, 401 and 404 are told at once; 429, 502 and 503 tried again later; 500 once more."""
    chats, words, status = make(), row_of(case), case["status"]
    answer = Trouble(case.get("body", case.get("text")), status=status,
                     type="application/json" if "body" in case else "text/plain")
    chats.trouble(answer)
    if status in PASSING or status == 500:
        build = chats.build()
        assert len(chats.asked()) == 2 and chats.asked()[0] == chats.asked()[1]
        assert chats.words(build).startswith("Rain on the platform")
        assert len(failure(build)) == (status in PASSING)
        assert not failure(build) or words[:60] in failure(build)[0]
        return
    helps = FINAL["404 page not found"] if "text" in case else next(h for says, h in FINAL.items() if says in words)
    build = chats.build(code=2 if status == 401 else 1)
    check_refused(chats, build, words, helps)
    assert "signin_url" not in build.err and "AAAA" not in build.err


@pytest.mark.parametrize("case", [c for c in ERRORS if c["status"] == 500], ids=lambda case: row_of(case)[:30])
def test_500_is_asked_once_more(make, case):
    chats = make()
    chats.trouble(*2 * [Trouble(case["body"], status=500)])
    words = row_of(case)
    helps = "correct the options" if "option" in words else "too little memory"
    check_refused(chats, chats.build(code=1), words, helps, asked=2)


def test_busy_server_is_asked_five_times(make):
    chats = make()
    chats.server.for_ever["/api/chat"] = Trouble({"error": "server busy, please try again.  maximum pending requests exceeded"},
                                                 status=503)
    build = chats.build(code=1)
    check_refused(chats, build, "maximum pending requests exceeded", asked=5)
    assert len(failure(build)) == 5


def test_403(make):
    chats = make()
    chats.trouble(Trouble({"error": "ollama cloud is disabled"}, status=403))
    check_refused(chats, chats.build(code=2), "ollama cloud is disabled", "switched off")


# --- answers


def test_cut_text_fails(make):
    chats = make(options=", num_predict: 5")
    chats.trouble(told("ollama-chat-stream-length.ndjson"))
    check_refused(chats, chats.build(code=1), "its answer was cut", "raise num_predict")


def test_cut_json_gets_more_room(make):
    chats = make(text=film(schema=True), options=", num_predict: 400")
    cut = json.loads(recorded("ollama-chat-structured-cut.json"))
    chats.trouble(Trouble(cut), stream(json.dumps(GOOD)))
    build = chats.build()
    assert json.loads(chats.words(build)) == GOOD
    first, second = chats.asked()
    assert second["options"].pop("num_predict") > first["options"].pop("num_predict") == 400
    assert first == second


def test_cut_json_fails_the_second_time(make):
    chats = make(text=film(schema=True), options=", num_predict: 400")
    cut = json.loads(recorded("ollama-chat-structured-cut.json"))
    chats.trouble(*2 * [Trouble(cut)])
    check_refused(chats, chats.build(code=1), "its answer was cut", "raise num_predict", asked=2)


def test_thinking_that_leaves_no_room(make):
    chats = make()
    line = {"message": {"content": "", "thinking": "We need"}, "done": True, "done_reason": "length"}
    chats.trouble(Trouble(line))
    check_refused(chats, chats.build(code=1), "it thought until there was no room left", "num_predict")


@pytest.mark.parametrize("answer", [json.dumps(GOOD), f"```json\n{json.dumps(GOOD)}\n```", json.dumps(json.dumps(GOOD))],
                         ids=["plain", "fences", "quotes"])
def test_json(make, answer):
    chats = make(text=film(schema=True))
    chats.trouble(stream(*answer))
    build = chats.build()
    assert build.output(WORDS).suffix == ".json" and json.loads(chats.words(build)) == GOOD


def test_json_that_does_not_fit_is_asked_for_again(make):
    chats = make(text=film(schema=True))
    wrong = '{"shots": [{"size": "huge", "seconds": 4.5}]}'
    chats.trouble(stream(wrong), stream(json.dumps(GOOD)))
    build = chats.build()
    assert json.loads(chats.words(build)) == GOOD
    first, second = chats.asked()
    assert second["messages"][:2] == first["messages"] and len(second["messages"]) == 4
    assert second["messages"][2] == {"role": "assistant", "content": wrong}
    assert second["messages"][3]["role"] == "user"
    assert 'shots[0].size is not one of ["wide","close"]' in second["messages"][3]["content"]
    assert second["format"] == SCHEMA_JSON


def test_json_that_never_fits(make):
    chats = make(text=film(schema=True))
    chats.trouble(stream("No JSON today."), stream("Nor today."), stream(json.dumps(GOOD)))
    build = chats.build(code=1)
    check_refused(chats, build, "its answer does not fit the schema", "a larger model", asked=2)
    assert "Nor today." in build.err, "the raw answer is told"


def test_empty_answer_is_asked_for_once_more(make):
    chats = make()
    chats.trouble(stream("", " \n"), stream("Rain."))
    assert chats.words(chats.build()) == "Rain."
    assert len(chats.asked()) == 2


def test_empty_answer_twice(make):
    chats = make()
    chats.trouble(stream(""), stream(""))
    check_refused(chats, chats.build(code=1), "it answered nothing, twice", asked=2)


# --- context


def test_context_of_the_service(make):
    chats = make(service=", context: 4096, keep: 1h")
    chats.build()
    assert chats.asked()[0]["options"]["num_ctx"] == 4096
    assert chats.asked()[0]["keep_alive"] == "1h"


def test_usual_context(make):
    chats = make()
    chats.build()
    assert chats.asked()[0]["options"]["num_ctx"] == 8192


def test_context_of_the_model_is_the_most(make, server):
    server.contexts["gpt-oss:120b"] = 2048
    chats = make(options=", num_ctx: 16384")
    build = chats.build()
    assert chats.asked()[0]["options"]["num_ctx"] == 2048
    assert "a context of 2048 tokens, not of 16384" in notes(build)


@pytest.mark.parametrize("counted", [8192, 5000, None])
def test_prompt_that_the_server_has_cut(make, counted):
    chats = make(text=film(brief="rain " * (12000 if counted != 8192 else 10)))
    end = {"done_reason": "stop", **({"prompt_eval_count": counted} if counted else {})}
    chats.trouble(stream("Rain.", end=end))
    check_refused(chats, chats.build(code=1), "the prompt does not fit its context of 8192 tokens", "raise num_ctx")


# --- pictures


JUDGED = """\
c41: 1
title: Judged
format: 64x36@12
scenes:
  - id: a
    shots:
      - shot: b
        %s
        seconds: 0.5
"""


def test_caption(make):
    png = media.png(50)
    text = ("c41: 1\ntitle: Trained\nformat: 64x36@12\nuse: {image: z-image}\ncast:\n  mara: {looks: a keeper, loras: [mara]}\n"
            "loras:\n  mara: {images: pictures, trigger: m4ra, base: z-image}\nscenes:\n  - id: a\n    shots:\n"
            "      - {shot: b, image: Mara at the lamp, seconds: 1}\n")
    chats = make(text=text, files={"pictures/one.png": png})
    chats.trouble(stream(" A keeper", " at the lamp.\n"))
    build = chats.build("--only", "lora/mara/caption/*")
    [body] = chats.asked()
    assert body["messages"] == [{"role": "user", "content": "Look at this: m4ra", "images": [base64.b64encode(png).decode()]}]
    assert body["options"] == {"num_ctx": 8192} and "format" not in body
    [done] = build.of("step-done")
    assert (build.folder / done["outputs"][0]["path"]).read_text() == "A keeper at the lamp."


@pytest.mark.parametrize("what", ["image: {prompt: a platform, takes: 2, pick: auto}",
                                  "video: {prompt: a door swings slowly, takes: 2, pick: auto}"], ids=["still", "clip"])
def test_judge(make, what):
    """A take is shown and its score is a fact of the step, from which one is picked; of a clip a frame is shown."""
    chats = make(text=JUDGED % what)
    chats.trouble(*2 * [stream('{"score": 0.2, "reason": "dark"}')])
    build = chats.build("--to", "pick")
    for body in chats.asked():
        assert body["messages"][0]["content"].startswith("Look at this: ") and "\n" not in json.dumps(body)
        [image] = body["messages"][0]["images"]
        assert base64.b64decode(image).startswith(b"\x89PNG"), "bare base64"
        assert set(body["format"]["properties"]) == {"score", "reason"}
    assert chats.asked()
    scores = [e["outputs"][0]["facts"]["score"] for e in build.of("step-done") if e["kind"] == "judge"]
    assert scores == [0.2, 0.2]
    assert [e["kind"] for e in build.of("step-done")].count("pick") == 1


def test_scores_without_a_score(make):
    chats = make(text=JUDGED % "image: {prompt: a platform, takes: 2, pick: auto}")
    chats.server.for_ever["/api/chat"] = stream('{"points": 3}')
    build = chats.build("--to", "judge", code=1)
    assert 'lacks \\"score\\"' in json.dumps(build.err) and not [e for e in build.of("step-done") if e["kind"] == "judge"]


def test_model_that_does_not_see(make, server):
    server.models["qwen3-vl:32b"]["capabilities"] = ["completion"]
    chats = make(text=JUDGED % "image: {prompt: a platform, takes: 2, pick: auto}")
    build = chats.build("--to", "judge", code=1)
    assert "qwen3-vl:32b does not see pictures" in build.err and not chats.asked()


def test_picture_that_is_too_large(make):
    text = ("c41: 1\ntitle: Trained\nformat: 64x36@12\nuse: {image: z-image}\ncast:\n  mara: {looks: a keeper, loras: [mara]}\n"
            "loras:\n  mara: {images: pictures, trigger: m4ra, base: z-image}\nscenes:\n  - id: a\n    shots:\n"
            "      - {shot: b, image: Mara at the lamp, seconds: 1}\n")
    chats = make(text=text, files={"pictures/one.png": media.png(50) + bytes(21_000_000)})
    build = chats.build("--only", "lora/mara/caption/*", code=1)
    assert "a picture for a model has 20 at most" in build.err and not chats.asked()


# --- models


def test_missing_model(make, server):
    chats = make(model="gpt-oss:7b")
    build = chats.build(code=1)
    check_refused(chats, build, "model 'gpt-oss:7b' not found", "ollama pull gpt-oss:7b", asked=0)
    assert "did you mean gpt-oss:120b?" in build.err
    assert not server.bodies("/api/pull")


def test_missing_model_is_fetched_where_the_studio_says_so(make, server):
    server.to_be_had["qwen2.5:7b"] = {"name": "qwen2.5:7b", "digest": "5c" * 32, "capabilities": ["completion"]}
    chats = make(model="qwen2.5:7b", service=", pull: true")
    build = chats.build()
    assert server.bodies("/api/pull") == [{"model": "qwen2.5:7b", "stream": True}]
    assert chats.words(build).startswith("Rain")
    assert "has fetched the model qwen2.5:7b" in notes(build)


def test_progress_of_a_download(make, server):
    """All layers that have been named so far, in bytes."""
    server.trouble("/api/show", Trouble({"error": "model 'gpt-oss:120b' not found"}, status=404))
    server.trouble("/api/pull", told("ollama-pull.ndjson", piece=100, pause=0.1))
    build = make(service=", pull: true").build()
    told_of = [(e["done"], e["total"]) for e in build.of("step-progress") if e.get("total")]
    assert told_of and set(told_of) <= {(241970176, 5969233088), (241971608, 5969234520), (3301246360, 5969234520),
                                        (5969234520, 5969234520)}
    assert told_of == sorted(told_of)


def test_model_that_nobody_has(make, server):
    chats = make(model="gtp-oss:120b", service=", pull: true")
    build = chats.build(code=1)
    check_refused(chats, build, "pull model manifest: file does not exist", "did you mean gpt-oss:120b?", asked=0)
    assert len(server.bodies("/api/pull")) == 1


def test_download_that_breaks_off_goes_on(make, server):
    server.to_be_had["qwen2.5:7b"] = {"name": "qwen2.5:7b", "digest": "5c" * 32, "capabilities": ["completion"]}
    server.trouble("/api/pull", Trouble(recorded("ollama-pull.ndjson")[:400], type="application/x-ndjson"))
    chats = make(model="qwen2.5:7b", service=", pull: true")
    build = chats.build()
    assert len(server.bodies("/api/pull")) == 2 and len(failure(build)) == 1
    assert "the download stopped before its end" in failure(build)[0]


def test_server_that_is_something_else(make, server):
    for path in ("/api/tags", "/api/show", "/api/chat"):
        server.for_ever[path] = Trouble("404 page not found", status=404, type="text/plain")
    chats = make()
    check_refused(chats, chats.build(code=1), "404 page not found", "driver openai")


def test_digest_is_kept_with_what_it_made_and_in_no_key(make, server):
    chats = make()
    chats.build()
    digest = server.models["gpt-oss:120b"]["digest"]
    ledger = sqlite3.connect(chats.project.folder / ".c41/ledger.db")
    dump = "\n".join(ledger.iterdump())
    ledger.close()
    assert digest in dump
    server.models["gpt-oss:120b"]["digest"] = "00" * 32
    assert chats.build().end["ran"] == 0


def test_unload(make, server):
    chats = make(service=", unload: true")
    chats.build()
    assert server.bodies("/api/generate") == [{"model": "gpt-oss:120b", "keep_alive": 0, "stream": False}]
    assert server.loaded == []


def test_models_stay_otherwise(make, server):
    make().build()
    assert not server.bodies("/api/generate") and server.loaded == ["gpt-oss:120b"]


# --- the studio


def test_studio(make, server):
    server.loaded = ["qwen3-vl:32b"]
    chats = make(model="GPT-OSS:120b")
    done = chats.project.run("studio", "--json", "--studio", chats.studio)
    assert done.returncode == 0, done.stderr
    [told] = json.loads(done.stdout)["services"]
    assert told["up"] and told["version"] == "0.31.0" and told["loaded"] == ["qwen3-vl:32b"]
    assert sorted(told["models"]["ollama"]) == sorted(server.models)
    assert 0 <= told["latency_ms"] < 5000 and "lacks" not in told


def test_studio_names_what_is_missing(make):
    chats = make(model="gpt-oss:7b")
    done = chats.project.run("studio", "--studio", chats.studio)
    assert "writer lacks the model gpt-oss:7b" in done.stdout
    assert "run `ollama pull gpt-oss:7b` on mac; did you mean gpt-oss:120b?" in done.stdout


@pytest.mark.parametrize("trouble", [Trouble("not found", status=404), Trouble("<html>", type="text/html"),
                                     Trouble("{", cut=20)], ids=["404", "HTML", "cut"])
def test_studio_of_something_else(make, server, trouble):
    server.for_ever["/api/version"] = trouble
    chats = make()
    done = chats.project.run("studio", "--json", "--studio", chats.studio)
    [told] = json.loads(done.stdout)["services"]
    assert not told["up"] and told["error"]


# --- stopping, secrets


def test_cancel_closes_the_connection(make, server):
    chats = make()
    chats.trouble(told("ollama-chat-stream.ndjson", until=400, hang=True))
    running = chats.project.start("build", "film.yaml", "--studio", chats.studio, "--to", "write", "--events", "-")
    read_until(running, "step-start")
    wait_for(chats.asked)
    running.send_signal(signal.SIGINT)
    wait_for(lambda: False, 0.3)
    running.send_signal(signal.SIGINT)
    out, err = finish(running)
    assert running.returncode == 130, err
    assert server.left.wait(20), "the server does not see that nobody listens"
    assert not chats.project.made()


def test_token_is_nowhere(make):
    token = "tok-5f0c9e2a77"
    chats = make(service=", token: {env: WORDS_TOKEN}")
    chats.trouble(Trouble({"error": f"bad key {token}"}, status=503), Trouble({"error": f"unauthorized {token}"}, status=401))
    build = chats.build(code=2, environment={"WORDS_TOKEN": token})
    assert all(headers["Authorization"] == f"Bearer {token}" for _, headers, _ in chats.server.asked)
    assert token not in build.out + build.err + json.dumps(build.events)
    for path in chats.project.folder.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes(), path
