#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An Ollama server as far as c41 needs one: it has the models of the recorded /api/tags, says what they can, fetches others
that it is told of, and answers from what it is asked, the same to the same. By itself: ollama.py [PORT]."""
import asyncio
import hashlib
import json
import pathlib
import sys

from aiohttp import web

from served import Served

RECORDED = pathlib.Path(__file__).resolve().parents[1] / "fixtures/services"


def recorded(name):
    return (RECORDED / name).read_text(encoding="utf-8")


def full(name):
    """As the server compares names."""
    name = name.lower()
    return name if ":" in name.rpartition("/")[2] else name + ":latest"


def sample(schema, seed, name=""):
    """A value that fits a schema."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][seed % len(schema["enum"])]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], seed, name)
    type = schema.get("type", "object")
    if type == "object":
        return {key: sample(member, seed, key) for key, member in schema.get("properties", {}).items()}
    if type == "array":
        return [sample(schema.get("items", {"type": "string"}), seed + i, name)
                for i in range(max(1, schema.get("minItems", 1)))]
    if type == "number":
        low, high = schema.get("minimum", 0), schema.get("maximum", 1)
        return low + (high - low) * (seed % 100) / 100
    return {"integer": int(schema.get("minimum", 1)), "boolean": True, "null": None}.get(type, f"{name} {seed}")


def words_for(body):
    """What is said to a request: no model, but the same for the same."""
    seed = int(hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:6], 16)
    if isinstance(body.get("format"), dict):
        return json.dumps(sample(body["format"], seed))
    return f"Rain on the platform, {seed}.\nNobody waits."


class Ollama(Served):
    def __init__(self, port=0, **more):
        super().__init__(port, **more)
        self.models = {m["name"]: m for m in json.loads(recorded("ollama-tags.json"))["models"]}
        self.contexts = {} # by full name; else as recorded
        self.to_be_had = {} # what a pull finds: {full name: entry of /api/tags}
        self.loaded = []

    def routes(self):
        return [("GET", "/", self.root), ("GET", "/api/version", self.version), ("GET", "/api/tags", self.tags),
                ("GET", "/api/ps", self.ps), ("POST", "/api/show", self.show), ("POST", "/api/chat", self.chat),
                ("POST", "/api/generate", self.generate), ("POST", "/api/pull", self.pull)]

    def find(self, name):
        return next((m for known, m in self.models.items() if full(known) == full(name)), None)

    def add(self, name, capabilities=("completion",), digest=None):
        self.models[name] = {"name": name, "model": name, "capabilities": list(capabilities), "size": 1,
                             "digest": digest or hashlib.sha256(name.encode()).hexdigest(), "details": {}}

    def missing(self, name):
        return web.json_response({"error": f"model '{name}' not found"}, status=404)

    async def root(self, request, body):
        return web.Response(text="Ollama is running")

    async def version(self, request, body):
        return web.json_response(json.loads(recorded("ollama-version.json")))

    async def tags(self, request, body):
        return web.json_response({"models": list(self.models.values())})

    async def ps(self, request, body):
        return web.json_response({"models": [{"name": name, "model": name} for name in self.loaded]})

    async def show(self, request, body):
        model = self.find(body["model"])
        if not model:
            return self.missing(body["model"])
        told = json.loads(recorded("ollama-show.json"))
        told["capabilities"] = model["capabilities"]
        told["model_info"]["gptoss.context_length"] = self.contexts.get(full(body["model"]), 131072)
        return web.json_response(told)

    def refusal(self, body):
        """The checks of the real server, as far as they matter."""
        model = self.find(body.get("model", ""))
        if not body.get("model"):
            return web.json_response({"error": "model is required"}, status=400)
        if not model:
            return self.missing(body["model"])
        if body.get("think") and "thinking" not in model["capabilities"]:
            return web.json_response({"error": f'"{body["model"]}" does not support thinking'}, status=400)
        if not isinstance(body.get("options", {}).get("num_ctx", 0), int):
            return web.json_response({"error": 'option "num_ctx" must be of type integer'}, status=500)
        return None

    async def chat(self, request, body):
        refusal = self.refusal(body)
        if refusal is not None: # one without members is false
            return refusal
        if body["model"] not in self.loaded:
            self.loaded.append(body["model"])
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for line in self.lines(body, words_for(body)):
            await response.write(json.dumps(line).encode() + b"\n")
            await asyncio.sleep(0)
        await response.write_eof()
        return response

    def lines(self, body, words):
        head = {"model": body["model"], "created_at": "2026-01-05T09:14:02.118204Z"}
        if body.get("think"):
            yield {**head, "message": {"role": "assistant", "content": "", "thinking": "We need words."}, "done": False}
        for at in range(0, len(words), 9):
            yield {**head, "message": {"role": "assistant", "content": words[at:at + 9]}, "done": False}
        yield {**head, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
               "prompt_eval_count": sum(len(m["content"]) for m in body["messages"]) // 4 + 1,
               "eval_count": len(words) // 4}

    async def generate(self, request, body):
        """Loading and unloading alone."""
        if body.get("keep_alive") == 0:
            self.loaded = [name for name in self.loaded if full(name) != full(body["model"])]
        return web.json_response({"model": body["model"], "response": "", "done": True,
                                  "done_reason": "unload" if body.get("keep_alive") == 0 else "load"})

    async def pull(self, request, body):
        found = self.to_be_had.get(full(body["model"]))
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        await response.write(recorded("ollama-pull.ndjson" if found else "ollama-pull-unknown.ndjson").encode())
        await response.write_eof()
        if found:
            self.models[found["name"]] = found
        return response


if __name__ == "__main__":
    with Ollama(int(sys.argv[1]) if len(sys.argv) > 1 else 11434) as server:
        print(server.url, flush=True)
        server.thread.join()
