# SPDX-License-Identifier: MIT
"""A web server in a thread of its own, for the fakes: it notes every request, and answers as its handlers and the
troubles that a test has put in their way say."""
import asyncio
import json
import threading

from aiohttp import web


class Trouble:
    """One answer in the place of the usual one. Any of: a status with a body; a body that ends too early (`cut` bytes of
    the whole answer, head included), or lies about its length; pieces of any size with pauses; silence."""

    def __init__(self, body=b"", status=200, type="application/json", cut=None, length=None, piece=None, pause=0,
                 hang=False, headers={}):
        self.body = json.dumps(body).encode() if isinstance(body, (dict, list)) else \
            body.encode() if isinstance(body, str) else body
        self.status, self.type, self.cut, self.length = status, type, cut, length
        self.piece, self.pause, self.hang, self.headers = piece, pause, hang, headers

    async def answer(self, request, served):
        if self.hang and not self.body:
            await served.wait_for_leave(request)
        if self.cut is None and self.length is None:
            return await self.stream(request, served)
        length = len(self.body) if self.length is None else self.length
        whole = (f"HTTP/1.1 {self.status} OK\r\nContent-Type: {self.type}\r\nContent-Length: {length}\r\n"
                 "Connection: close\r\n\r\n").encode() + self.body
        request.transport.write(whole if self.cut is None else whole[:self.cut])
        request.transport.close()
        return web.Response()

    async def stream(self, request, served):
        response = web.StreamResponse(status=self.status, headers={"Content-Type": self.type, **self.headers})
        await response.prepare(request)
        size = self.piece or len(self.body) or 1
        for at in range(0, len(self.body), size):
            await response.write(self.body[at:at + size])
            if self.pause:
                await asyncio.sleep(self.pause)
        if self.hang:
            await served.wait_for_leave(request)
        await response.write_eof()
        return response


class Served:
    """Subclasses give `routes`: [(method, path, handler)]. `asked` is what came: [(path, headers, body)]. `troubles` are
    used up one by one, by path; what is put under a path with `for_ever` stays."""

    def __init__(self, port=0, host="127.0.0.1"):
        self.host, self.port = host, port
        self.asked, self.troubles, self.for_ever = [], {}, {}
        self.left = threading.Event() # who asked went away in the middle of an answer
        self.ready = threading.Event()

    def routes(self):
        return []

    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def bodies(self, path):
        return [body for asked, _, body in self.asked if asked == path]

    def trouble(self, path, *troubles):
        self.troubles.setdefault(path, []).extend(troubles)

    def wrap(self, handler):
        async def handle(request):
            text = await request.read()
            try:
                body = json.loads(text) if text else None
            except ValueError:
                body = text
            self.asked.append((request.path, dict(request.headers), body))
            waiting = self.troubles.get(request.path)
            trouble = waiting.pop(0) if waiting else self.for_ever.get(request.path)
            return await (trouble.answer(request, self) if trouble else handler(request, body))
        return handle

    async def wait_for_leave(self, request):
        """Says nothing until who asked has gone."""
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(0.02)
        self.left.set()
        raise ConnectionResetError

    async def unknown(self, request, body):
        return web.Response(status=404, text="404 page not found")

    async def main(self):
        app = web.Application(client_max_size=1 << 30)
        for method, path, handler in self.routes():
            app.router.add_route(method, path, self.wrap(handler))
        app.router.add_route("*", "/{rest:.*}", self.wrap(self.unknown))
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, self.host, self.port, shutdown_timeout=0.1)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        await self.end.wait()
        await runner.cleanup()

    def __enter__(self):
        self.thread = threading.Thread(target=lambda: asyncio.run(self.main()), daemon=True)
        self.thread.start()
        assert self.ready.wait(10), "the fake server does not start"
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(10)
