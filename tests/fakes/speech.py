# SPDX-License-Identifier: MIT
"""Speech servers that stand in: they keep what they are asked, answer with real WAVs whose length goes by the text,
and misbehave when they are told to."""
import array
import asyncio
import io
import json
import math
import struct
import threading

from aiohttp import web

# Where speech is asked for, by any dialect.
SPEECH = {"/v1/audio/speech", "/v1/audio/speech/upload", "/v1/audio/voice-clone", "/tts", "/tts_url", "/api/tts"}
UPLOADS = {"/upload_reference", "/v1/audio/voices"}


def samples(seconds, rate=24000, pitch=220, level=0.4):
    """A tone that swells and falls like a syllable, as shares of full scale."""
    return [level * math.sin(2 * math.pi * pitch * i / rate) * (0.6 + 0.4 * math.sin(12 * math.pi * i / rate))
            for i in range(int(seconds * rate))]


def chunk(name, body, size=None):
    return name + struct.pack("<I", len(body) if size is None else size) + body + b"\0" * (len(body) % 2)


def wav(seconds, rate=24000, bits=16, real=False, size=None, riff=None, before=b"", behind=b"", level=0.4, body=None):
    """A WAV: size and riff are what its head says, when that is not the truth; before and behind are chunks."""
    if body is None:
        tone = samples(seconds, rate, level=level)
        if real:
            body = array.array("f", tone).tobytes()
        elif bits == 8:
            body = bytes(int(128 + 127 * s) for s in tone)
        elif bits == 24:
            body = b"".join(int(s * 8388607).to_bytes(3, "little", signed=True) for s in tone)
        else:
            body = array.array("h", [int(s * 32767) for s in tone]).tobytes()
    width = 4 if real else bits // 8
    form = struct.pack("<HHIIHH", 3 if real else 1, 1, rate, rate * width, width, width * 8)
    whole = b"WAVE" + chunk(b"fmt ", form) + before + chunk(b"data", body, size) + behind
    return b"RIFF" + struct.pack("<I", len(whole) if riff is None else riff) + whole


def open_ended(seconds, rate=24000, size=0xFFFFFFFF):
    """As servers write it that send before they know how long it gets."""
    return wav(seconds, rate, size=size, riff=size)


def seconds_of(text):
    return 0.3 + 0.06 * len(text)


class Answer:
    """One answer. cut: it ends after so many bytes, head included, though it says it is longer; length: what it says;
    chunked: it says nothing and is cut within its body."""

    def __init__(self, body=b"", status=200, type="audio/wav", cut=None, length=None, chunked=False, wait=0):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.type = type if isinstance(body, bytes) else "application/json"
        self.status, self.cut, self.length, self.chunked, self.wait = status, cut, length, chunked, wait

    def __str__(self):
        return f"{self.status}-{self.type}-{self.body[:12].decode(errors='replace')}"

    def whole(self):
        """As it goes over the wire."""
        how = "Transfer-Encoding: chunked" if self.chunked else \
            f"Content-Length: {len(self.body) if self.length is None else self.length}"
        head = f"HTTP/1.1 {self.status} OK\r\nContent-Type: {self.type}\r\n{how}\r\nConnection: close\r\n\r\n"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.body), self.body) if self.chunked else self.body
        return head.encode() + body


class Speech:
    """A server on a port of its own. say(text) makes an answer to speech; answers[route] is what a GET gets; script is
    used up first, one Answer (or None: as usual) for each request of speech."""

    def __init__(self):
        self.requests, self.script, self.answers, self.uploads = [], [], {}, []
        self.say = lambda text: wav(seconds_of(text))
        self.at_once = self.most_at_once = 0
        self.upload_answer = {"message": "ok"}
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        assert self.ready.wait(20)

    def run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.open(0))
        self.ready.set()
        self.loop.run_forever()

    async def open(self, port):
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route("*", "/{path:.*}", self.handle)
        self.runner = web.AppRunner(app, access_log=None)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        async def end():
            mine = asyncio.current_task()
            others = [task for task in asyncio.all_tasks() if task is not mine]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await self.runner.cleanup()
            self.loop.stop()
        asyncio.run_coroutine_threadsafe(end(), self.loop)
        self.thread.join(20)

    def of(self, *paths):
        return [r for r in self.requests if r["path"] in paths]

    @property
    def speech(self):
        return [r for r in self.requests if r["method"] == "POST" and r["path"] in SPEECH]

    async def handle(self, request):
        asked = {"method": request.method, "path": request.path, "query": request.query_string,
                 "headers": dict(request.headers), "json": None, "form": None}
        if request.content_type == "multipart/form-data":
            asked["form"] = await self.read_form(request)
        elif request.can_read_body:
            asked["json"] = await request.json()
        self.requests.append(asked)
        if request.method == "POST" and request.path in SPEECH:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                return await self.speak(request, asked)
            finally:
                self.at_once -= 1
        if request.method == "POST" and request.path in UPLOADS:
            self.uploads.append(asked["form"])
            answer = self.upload_answer
            return await self.send(request, answer) if isinstance(answer, Answer) else web.json_response(answer)
        answer = self.answers.get(request.path)
        if isinstance(answer, Answer):
            return await self.send(request, answer)
        return web.json_response({"detail": "Not Found"}, status=404) if answer is None else web.json_response(answer)

    async def read_form(self, request):
        form = {}
        reader = await request.multipart()
        while part := await reader.next():
            body = bytes(await part.read())
            if part.filename is None:
                assert part.name not in form, f"{part.name} came twice"
                form[part.name] = body.decode()
            else:
                form[part.name] = {"filename": part.filename, "type": part.headers.get("Content-Type"), "bytes": body}
        return form

    async def speak(self, request, asked):
        fields = asked["json"] or asked["form"]
        text = fields.get("input", fields.get("text"))
        answer = self.script.pop(0) if self.script else None
        if answer is None:
            made = self.say(text)
            answer = made if isinstance(made, Answer) else Answer(made)
        return await self.send(request, answer)

    async def send(self, request, answer):
        await asyncio.sleep(answer.wait)
        if answer.cut is not None or answer.length is not None:
            request.transport.write(answer.whole()[:answer.cut])
            request.transport.close()
            return web.Response()
        response = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.type})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for at in range(0, len(answer.body), 4096):
            await response.write(answer.body[at:at + 4096])
        await response.write_eof()
        return response


def read_wav(data):
    """(rate, channels, bits, real, samples) of a WAV whose head tells the truth."""
    assert data[:4] == b"RIFF" and struct.unpack("<I", data[4:8])[0] == len(data) - 8 and data[8:12] == b"WAVE"
    f = io.BytesIO(data[12:])
    form = None
    while head := f.read(8):
        name, size = head[:4], struct.unpack("<I", head[4:])[0]
        body = f.read(size + size % 2)[:size]
        assert len(body) == size, f"{name} says {size} and has {len(body)}"
        if name == b"fmt ":
            form = struct.unpack("<HHIIHH", body[:16])
            if form[0] == 0xFFFE: # the tag is where a GUID begins
                form = struct.unpack("<H", body[24:26]) + form[1:]
        elif name == b"data":
            tag, channels, rate, _, _, bits = form
            return rate, channels, bits, tag == 3, body
    raise AssertionError("no samples")
