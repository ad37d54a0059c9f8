# SPDX-License-Identifier: MIT
"""Streams of an Ollama server that do not end well: cut off, silent, or something else than they say."""
import pytest

from chats import Chats
from ollama_said import RAIN, check_refused, failure, recorded, stream, told

from ollama import Ollama
from served import Trouble


@pytest.fixture
def server():
    with Ollama() as server:
        yield server


@pytest.fixture
def make(make_project, tmp_path, server):
    return lambda **more: Chats(make_project, tmp_path, server, **more)


WHOLE = recorded("ollama-chat-stream.ndjson").encode()
HEAD = len(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: ") + \
    len(f"{len(WHOLE)}\r\nConnection: close\r\n\r\n")
CUTS = {"nothing": 0, "status": 5, "headers": 40, "head alone": HEAD, "first byte": HEAD + 1, "in a word": HEAD + 131,
        "between lines": HEAD + WHOLE.index(b"\n") + 1, "middle": HEAD + len(WHOLE) // 2,
        "before the last line": HEAD + WHOLE.rstrip().rindex(b"\n") + 1, "in the last line": HEAD + len(WHOLE) - 40}


@pytest.mark.parametrize("where", CUTS)
def test_cut_off(make, where):
    chats = make()
    chats.trouble(Trouble(WHOLE, type="application/x-ndjson", cut=CUTS[where]), told("ollama-chat-stream.ndjson"))
    build = chats.build()
    assert chats.words(build) == RAIN
    assert len(failure(build)) <= 1 and len(chats.asked()) == 2 # libcurl asks again by itself where nothing came at all


LIES = {
    "too short": Trouble(WHOLE, type="application/x-ndjson", length=len(WHOLE) + 100),
    "no end": told("ollama-chat-stream-truncated.ndjson"),
    "HTML": Trouble("<html><body>Bad gateway</body></html>", type="text/html"),
    "empty": Trouble("", type="application/x-ndjson"),
    "a list": Trouble("[1, 2, 3]\n"),
    "bytes": Trouble(b"\xff\xfe\x00\x01" * 300),
    "half a character": Trouble('{"message":{"content":"Ra'.encode() + b"\xe2\x80"),
}


@pytest.mark.parametrize("lie", LIES)
def test_no_whole_answer(make, lie):
    """It is tried again, and what came before is in nothing that is made."""
    chats = make()
    trouble = LIES[lie]
    chats.trouble(Trouble(trouble.body, type=trouble.type, length=trouble.length), stream("Rain", "."))
    build = chats.build()
    if lie == "too short": # its last word was said; the length is the connection's affair
        assert chats.words(build) == RAIN and len(chats.asked()) == 1
        return
    assert chats.words(build) == "Rain." and len(failure(build)) == 1
    assert lie != "HTML" or "<html>" in failure(build)[0]


def test_error_in_the_middle(make):
    chats = make()
    chats.trouble(told("ollama-chat-stream-error.ndjson"), stream("Rain."))
    assert chats.words(chats.build()) == "Rain."


def test_error_in_the_middle_twice(make):
    chats = make()
    chats.trouble(*2 * [told("ollama-chat-stream-error.ndjson")])
    check_refused(chats, chats.build(code=1), "an error was encountered while running the model: unexpected EOF", asked=2)


def test_silence_in_the_middle(make):
    """The studio says how long a step may give no sign of life."""
    chats = make(service=", stall: 1 s")
    chats.trouble(Trouble(WHOLE[:400], type="application/x-ndjson", hang=True), stream("Rain."))
    build = chats.build()
    assert chats.words(build) == "Rain."
    assert "no sign of life" in failure(build)[0]


def test_connection_that_does_not_end(make):
    chats = make()
    chats.trouble(Trouble(WHOLE, type="application/x-ndjson", hang=True))
    assert chats.words(chats.build()) == RAIN
