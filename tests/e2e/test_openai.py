# SPDX-License-Identifier: MIT
"""Words, captions and scores by any server of OpenAI's chat completions."""
import base64
import json

import pytest

import media
from chats import RECORDED, SCHEMA_JSON, WORDS, Chats, film

from openai import OpenAI, chunks, events
from served import Trouble

RAIN = "Wide: the platform, rain in sheets.\nClose: Mara’s hand on the rail."
GOOD = {"shots": [{"size": "wide", "seconds": 4.5}]}
ERRORS = json.loads((RECORDED / "openai-chat-errors.json").read_text())["cases"]


def stream(words, end="\n", done=True, **more):
    return Trouble(events(chunks(words, **more), end, done), type="text/event-stream")


@pytest.fixture
def server():
    with OpenAI() as server:
        yield server


@pytest.fixture
def make(make_project, tmp_path, server):
    def make(model="gpt-oss-20b", **more):
        return Chats(make_project, tmp_path, server, driver="openai", model=model, **more)
    return make


def failure(build, step=WORDS):
    return [e["error"] for e in build.of("step-failed") if e["id"] == step]


def check_refused(chats, build, says, helps=None, asked=1):
    assert says in build.err and "film.yaml:" in build.err, build.err
    assert helps is None or ("help: " in build.err and helps in build.err), build.err
    assert len(chats.asked()) == asked
    assert build.of("step-failed")[-1]["final"] and not chats.project.made()


def test_what_is_sent_and_kept(make):
    chats = make(options=", num_ctx: 16384, num_predict: 2048")
    chats.trouble(stream(RAIN))
    build = chats.build()
    assert chats.words(build) == RAIN
    [body] = chats.asked()
    assert isinstance(body.pop("seed"), int)
    assert body == {
        "model": "gpt-oss-20b", "stream": True, "reasoning_effort": "low", "temperature": 0.2, "max_tokens": 2048,
        "messages": [{"role": "system", "content": "You write for a film."},
                     {"role": "user", "content": "A platform in the rain"}],
    }
    assert chats.build().end["ran"] == 0


def test_own_form_stays(make):
    preset = """\
preset: writer
kind: write
driver: openai
model: gpt-oss-20b
params: {brief: {required: true}, schema: {}, seed: {}}
request:
  model: ${model}
  max_tokens: 99
  seed: ${seed}
  top_p: 0.9
  messages: [{role: user, content: "${brief}"}]
"""
    chats = make(presets={"writer": preset})
    chats.build()
    [body] = chats.asked()
    assert isinstance(body.pop("seed"), int)
    assert body == {"model": "gpt-oss-20b", "max_tokens": 99, "top_p": 0.9, "stream": True,
                    "messages": [{"role": "user", "content": "A platform in the rain"}]}


@pytest.mark.parametrize("path", ["", "/v1", "/v1/"])
def test_address(make, server, path):
    chats = make()
    chats.studio.write_text(chats.studio.read_text().replace(server.url, server.url + path))
    chats.build()
    assert [asked for asked, _, _ in server.asked] == ["/v1/chat/completions"]


@pytest.mark.parametrize("piece", [1, 5, 4096])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_streams(make, piece, end, key):
    chats = make()
    trouble = stream(RAIN, end, thinking="We need rain.", thinking_key=key)
    trouble.body = f": comment{end}{end}".encode() + trouble.body
    trouble.piece = piece
    chats.trouble(trouble)
    assert chats.words(chats.build()) == RAIN


def test_event_on_several_lines(make):
    chats = make()
    chats.trouble(Trouble('event: message\ndata: {"choices":\ndata: [{"delta": {"content": "Rain."},\n'
                          'data: "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n', type="text/event-stream"))
    assert chats.words(chats.build()) == "Rain."


def test_server_that_does_not_stream(make):
    chats = make()
    chats.trouble(Trouble({"choices": [{"message": {"role": "assistant", "content": "Rain."}, "finish_reason": "stop"}]}))
    assert chats.words(chats.build()) == "Rain."


def test_end_without_a_mark(make):
    """A reason to finish is an end, too."""
    chats = make()
    chats.trouble(stream(RAIN, done=False))
    assert chats.words(chats.build()) == RAIN and len(chats.asked()) == 1


# --- troubles


OUTCOMES = {
    "model 'x' not found": "`c41 studio` lists the models",
    "exceeds the available context size": "start it with a larger",
    "File Not Found": "is its url right?",
}


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["body"]["error"]["message"][:25])
def test_recorded_error(make, case):
    chats, words = make(), case["body"]["error"]["message"]
    chats.trouble(Trouble(case["body"], status=case["status"]))
    if case["status"] == 503: # it loads its model
        build = chats.build()
        assert len(chats.asked()) == 2 and [words in told for told in failure(build)] == [True]
        return
    helps = next(help for says, help in OUTCOMES.items() if says in words)
    check_refused(chats, chats.build(code=1), words, helps)


SPELLINGS = {
    "error.message": {"error": {"message": "no such thing", "type": "x", "code": 400}},
    "error": {"error": "no such thing"},
    "message": {"object": "error", "message": "no such thing", "code": 400},
    "detail": {"detail": "no such thing"},
    "detail.msg": {"detail": [{"loc": ["body", "seed"], "msg": "no such thing", "type": "int"}]},
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spellings_of_errors(make, spelling):
    chats = make()
    chats.trouble(Trouble(SPELLINGS[spelling], status=400))
    check_refused(chats, chats.build(code=1), "no such thing")


@pytest.mark.parametrize("spelling", ["error.message", "error", "message", "detail"])
def test_error_in_the_middle(make, spelling):
    """Asked once more, then told."""
    chats = make()
    begun = events(list(chunks(RAIN))[:3], done=False)
    bad = Trouble(begun + events([SPELLINGS[spelling]]), type="text/event-stream")
    chats.trouble(bad, bad)
    check_refused(chats, chats.build(code=1), "no such thing", asked=2)


def test_500(make):
    chats = make()
    chats.trouble(*2 * [Trouble({"error": {"message": "slot failed", "type": "server_error"}}, status=500)])
    check_refused(chats, chats.build(code=1), "slot failed", asked=2)


BODY = events(chunks(RAIN))
HEAD = len(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ") + \
    len(f"{len(BODY)}\r\nConnection: close\r\n\r\n")
CUTS = {"status": 5, "headers": 40, "head alone": HEAD, "first byte": HEAD + 1, "in an event": HEAD + 300,
        "middle": HEAD + len(BODY) // 2, "before the reason": HEAD + BODY.index(b'"stop"') - 1}


@pytest.mark.parametrize("where", CUTS)
def test_cut_off(make, where):
    chats = make()
    chats.trouble(Trouble(BODY, type="text/event-stream", cut=CUTS[where]), stream("Rain."))
    build = chats.build()
    assert chats.words(build) == "Rain." and len(chats.asked()) == 2


@pytest.mark.parametrize("lie", [Trouble("<html>\n<body>Bad gateway</body>\n</html>", type="text/html"),
                                 Trouble("", type="text/event-stream"),
                                 Trouble(events(list(chunks(RAIN))[:4], done=False), type="text/event-stream"),
                                 Trouble("[]"), Trouble(b"\xff\xfe" * 99)],
                         ids=["HTML", "empty", "no end", "a list", "bytes"])
def test_no_whole_answer(make, lie):
    chats = make()
    chats.trouble(Trouble(lie.body, type=lie.type), stream("Rain."))
    build = chats.build()
    assert chats.words(build) == "Rain." and len(failure(build)) == 1


def test_cut_text_fails(make):
    chats = make()
    chats.trouble(stream(RAIN, reason="length"))
    check_refused(chats, chats.build(code=1), "its answer was cut", "raise max_tokens")


def test_cut_json_gets_more_room(make):
    chats = make(text=film(schema=True), options=", num_predict: 300")
    chats.trouble(stream('{"shots": [{"si', reason="length"), stream(json.dumps(GOOD)))
    build = chats.build()
    assert json.loads(chats.words(build)) == GOOD
    assert [body["max_tokens"] for body in chats.asked()] == [300, 1200]


def test_schema(make):
    chats = make(text=film(schema=True))
    build = chats.build()
    [body] = chats.asked()
    assert body["response_format"] == {"type": "json_schema",
                                       "json_schema": {"name": "answer", "schema": SCHEMA_JSON, "strict": True}}
    assert "format" not in body and json.loads(chats.words(build))["shots"]


def test_json_that_does_not_fit(make):
    chats = make(text=film(schema=True))
    chats.trouble(stream("{}"), stream('{"shots": []}'))
    build = chats.build(code=1)
    assert 'lacks "shots"' in chats.asked()[1]["messages"][-1]["content"]
    check_refused(chats, build, "its answer does not fit the schema", asked=2)


def test_judge(make):
    text = ("c41: 1\ntitle: Judged\nformat: 64x36@12\nscenes:\n  - id: a\n    shots:\n"
            "      - {shot: b, image: {prompt: a platform, takes: 2, pick: auto}, seconds: 0.5}\n")
    chats = make(text=text)
    chats.server.for_ever["/v1/chat/completions"] = stream('{"score": 0.7, "reason": "good"}')
    build = chats.build("--to", "judge")
    content = chats.asked()[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url"]
    url = content[1]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,") and base64.b64decode(url.split(",")[1]).startswith(b"\x89PNG")
    assert [e["outputs"][0]["facts"]["score"] for e in build.of("step-done") if e["kind"] == "judge"] == [0.7, 0.7]


def test_caption(make):
    text = ("c41: 1\ntitle: Trained\nformat: 64x36@12\nuse: {image: z-image}\ncast:\n  mara: {looks: a keeper, loras: [mara]}\n"
            "loras:\n  mara: {images: pictures, trigger: m4ra, base: z-image}\nscenes:\n  - id: a\n    shots:\n"
            "      - {shot: b, image: Mara at the lamp, seconds: 1}\n")
    chats = make(text=text, files={"pictures/one.png": media.png(50)})
    chats.trouble(stream("A keeper.\n"))
    [done] = chats.build("--only", "lora/mara/caption/*").of("step-done")
    assert (chats.project.folder / done["outputs"][0]["path"]).read_text() == "A keeper."


def test_token(make, server):
    """It is sent, told nowhere, and a wrong one is the studio's fault."""
    server.token = "tok-5f0c9e2a77"
    chats = make(service=", token: {env: WORDS_TOKEN}")
    build = chats.build(environment={"WORDS_TOKEN": server.token})
    assert server.token not in build.out + build.err + json.dumps(build.events)
    for path in chats.project.folder.rglob("*"):
        assert not path.is_file() or server.token.encode() not in path.read_bytes(), path


def test_wrong_token(make, server):
    server.token = "tok-5f0c9e2a77"
    chats = make(service=", token: {env: WORDS_TOKEN}")
    build = chats.build(environment={"WORDS_TOKEN": "tok-another-one"}, code=2)
    check_refused(chats, build, "Incorrect API key provided")
    assert "tok-another-one" not in build.out + build.err


def test_studio(make):
    chats = make(model="gpt-oss-21b")
    done = chats.project.run("studio", "--json", "--studio", chats.studio)
    [told] = json.loads(done.stdout)["services"]
    assert told["up"] and told["models"] == {"openai": ["qwen3-vl-8b", "gpt-oss-20b"]}
    assert told["lacks"]["writer"] == [{"what": "the model gpt-oss-21b", "help": "did you mean gpt-oss-20b?"}]
