#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server of OpenAI's chat completions, as llama.cpp, LM Studio and vLLM have it: /v1/models and /v1/chat/completions, by
server-sent events. It answers as the fake Ollama does. By itself: openai.py [PORT]."""
import json
import sys

from aiohttp import web

from ollama import words_for
from served import Served


def events(chunks, end="\n", done=True):
    """A stream of events as bytes."""
    text = "".join(f"data: {json.dumps(chunk)}{end}{end}" for chunk in chunks)
    return (text + (f"data: [DONE]{end}{end}" if done else "")).encode()


def chunks(words, model="m", reason="stop", thinking=None, thinking_key="reasoning_content", size=7):
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1767604442, "model": model}
    yield {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": None}, "finish_reason": None}]}
    if thinking:
        yield {**head, "choices": [{"index": 0, "delta": {thinking_key: thinking}, "finish_reason": None}]}
    for at in range(0, len(words), size):
        yield {**head, "choices": [{"index": 0, "delta": {"content": words[at:at + size]}, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield {**head, "choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": len(words) // 4}}


class OpenAI(Served):
    def __init__(self, port=0, models=("qwen3-vl-8b", "gpt-oss-20b"), token=None, **more):
        super().__init__(port, **more)
        self.models, self.token = list(models), token

    def routes(self):
        return [("GET", "/v1/models", self.list), ("POST", "/v1/chat/completions", self.chat)]

    def refusal(self, request):
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": {"message": "Incorrect API key provided", "type": "invalid_request_error",
                                                "param": None, "code": "invalid_api_key"}}, status=401)
        return None

    async def list(self, request, body):
        refused = self.refusal(request)
        if refused is not None:
            return refused
        return web.json_response({"object": "list", "data": [
            {"id": name, "object": "model", "created": 1, "owned_by": "library"} for name in self.models]})

    async def chat(self, request, body):
        refused = self.refusal(request)
        if refused is not None: # one without members is false
            return refused
        if body["model"] not in self.models:
            return web.json_response({"error": {"message": f"model '{body['model']}' not found", "type": "not_found_error",
                                                "param": None, "code": None}}, status=404)
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        words = words_for({**body, "format": schema} if schema else body)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(events(chunks(words, body["model"])))
        await response.write_eof()
        return response


if __name__ == "__main__":
    with OpenAI(int(sys.argv[1]) if len(sys.argv) > 1 else 8080) as server:
        print(server.url, flush=True)
        server.thread.join()
