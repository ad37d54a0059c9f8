# SPDX-License-Identifier: MIT
"""Misbehaviour of HTTP servers and of the proxies before them, for any fake on aiohttp: a middleware that spoils the
requests it is told to spoil, so often as it is told to."""
import asyncio
import re
import threading
from dataclasses import dataclass, field

from aiohttp import web

PAGE = "<html><head><title>{0} {1}</title></head><body><center><h1>{0} {1}</h1></center><hr><center>nginx</center></body></html>\r\n"
NAMES = {200: "Sign in", 401: "Authorization Required", 403: "Forbidden", 413: "Request Entity Too Large",
         500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


@dataclass
class Fault:
    """How requests are spoiled: `what` is one of

    - a status: a proxy's HTML page of that status, and the server never sees the request
    - "lost": the server does what is asked, then the connection breaks before the first byte of the answer
    - "gone": the connection breaks, and the server never sees the request
    - "late-500": the server does what is asked, then says 500 as it does of its own bugs
    - "head": the answer breaks off within its head; "cut": within its body, after `after` bytes
    - "longer": the answer promises more than it has; "shorter": less
    - "empty": the answer has no body
    - "slow": the body comes in eight parts, `after` seconds apart
    - "mute": there is never an answer
    - "hold": the server sees the request once `go` is set, whoever asked may be gone by then; "hold-answer": it does
      what is asked, and answers once `go` is set; "hold-body": the same within the body
    - bytes: these in the place of the body, as `type`
    """
    path: str
    what: object
    times: int = 1
    method: str = ""
    after: float = 0
    type: str = ""
    skip: int = 0        # so many that it takes are let through first
    lost: bool = False   # what was held never arrives
    hits: int = field(default=0, init=False)
    held: threading.Event = field(default_factory=threading.Event, init=False)  # a request has come so far
    go: threading.Event = field(default_factory=threading.Event, init=False)

    def takes(self, request):
        takes = (self.times > self.hits and (not self.method or self.method == request.method)
                 and re.search(self.path, request.path_qs) is not None)
        self.skip -= takes
        return takes and self.skip < 0


def page(status):
    return web.Response(status=status, text=PAGE.format(status, NAMES.get(status, "Error")), content_type="text/html")


def head_of(response, length):
    lines = [f"HTTP/1.1 {response.status} {response.reason}", f"Content-Type: {response.content_type}",
             f"Content-Length: {length}", "Connection: close"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def end(request, *parts, pause=0.0):
    """Writes parts as they are and closes the connection."""
    transport = request.transport
    for part in parts:
        transport.write(part)
        await asyncio.sleep(pause)
    await asyncio.sleep(0.02)  # what was written is on its way before the end of it
    transport.close()
    raise asyncio.CancelledError


async def hold(fault):
    fault.held.set()
    while not fault.go.is_set():
        await asyncio.sleep(0.01)
    if fault.lost:
        raise asyncio.CancelledError


async def spoil(fault, request, handler):
    what = fault.what
    if isinstance(what, int):
        return page(what)
    if isinstance(what, bytes):
        return web.Response(body=what, content_type=fault.type or "application/octet-stream")
    if what == "mute":
        await asyncio.sleep(3600)
    if what == "gone":
        await end(request)
    await request.read()
    if what == "hold":
        await hold(fault)
        return await handler(request)
    response = await handler(request)
    if what == "hold-answer":
        await hold(fault)
        return response
    if what == "late-500":
        return web.Response(status=500, text="500 Internal Server Error\n\nServer got itself in trouble")
    body = response.body if isinstance(response.body, bytes) else b""
    if what == "hold-body":
        request.transport.write(head_of(response, len(body)) + body[:len(body) // 2])
        await hold(fault)
        await end(request, body[len(body) // 2:])
    if what == "lost":
        await end(request)
    if what == "head":
        await end(request, head_of(response, len(body))[:24])
    if what == "cut":
        await end(request, head_of(response, len(body)), body[:int(fault.after)])
    if what == "longer":
        await end(request, head_of(response, len(body) + 1000), body)
    if what == "shorter":
        await end(request, head_of(response, max(len(body) // 2, 1)), body)
    if what == "empty":
        return web.Response(status=response.status, body=b"", content_type=response.content_type)
    if what == "slow":
        n = max(1, len(body) // 8)
        await end(request, head_of(response, len(body)), *(body[i:i + n] for i in range(0, len(body), n)), pause=fault.after)
    raise ValueError(what)


def middleware(faults):
    """Spoils by the first of `faults` (a list that may change) that takes a request."""
    @web.middleware
    async def spoiling(request, handler):
        for fault in faults:
            if fault.takes(request):
                fault.hits += 1
                return await spoil(fault, request, handler)
        return await handler(request)
    return spoiling
