# SPDX-License-Identifier: MIT
"""What an Ollama server says, as recorded or made up, and what is told of a step that it spoilt."""
import json

from chats import RECORDED, WORDS

from served import Trouble

RAIN = "Wide: the platform, rain in sheets.\nClose: Mara’s hand on the rail."
GOOD = {"shots": [{"size": "wide", "seconds": 4.5}]}


def recorded(name):
    return (RECORDED / name).read_text(encoding="utf-8")


def stream(*lines, end={"done_reason": "stop", "prompt_eval_count": 61, "eval_count": 42}):
    """A stream that says lines and ends."""
    said = [{"model": "m", "message": {"role": "assistant", "content": line}, "done": False} for line in lines]
    last = [] if end is None else [{"model": "m", "message": {"role": "assistant", "content": ""}, "done": True, **end}]
    return Trouble("".join(json.dumps(line) + "\n" for line in said + last), type="application/x-ndjson")


def told(name, until=None, **more):
    return Trouble(recorded(name)[:until], type="application/x-ndjson", **more)


def failure(build, step=WORDS):
    """What was told of the attempts at a step that did not end well."""
    return [e["error"] for e in build.of("step-failed") if e["id"] == step]


def notes(build):
    return "\n".join(e["note"] for e in build.of("step-progress") if e.get("note"))


def check_refused(chats, build, says, helps=None, asked=1):
    """The step failed for good, at the film's line, in the server's words, after so many questions; nothing was made."""
    assert says in build.err, build.err
    assert "film.yaml:" in build.err
    if helps:
        assert "help: " in build.err and helps in build.err, build.err
    assert len(chats.asked()) == asked
    assert build.of("step-failed")[-1]["final"]
    assert not chats.project.made()
