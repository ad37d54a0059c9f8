# SPDX-License-Identifier: MIT
"""An aiohttp server on a thread of its own."""
import asyncio
import threading

import aiohttp.web


class App:
    """With it its routes are served at an address on this machine."""

    def __init__(self, routes, context=None):
        self.routes, self.context = routes, context
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    async def start(self):
        app = aiohttp.web.Application(client_max_size=1 << 30)
        app.add_routes(self.routes)
        self.runner = aiohttp.web.AppRunner(app)
        await self.runner.setup()
        site = aiohttp.web.TCPSite(self.runner, "127.0.0.1", 0, ssl_context=self.context)
        await site.start()
        return site._server.sockets[0].getsockname()[1]

    def call(self, what):
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(30)

    def __enter__(self):
        self.thread.start()
        return f"http{'s' if self.context else ''}://127.0.0.1:{self.call(self.start())}"

    def __exit__(self, *_):
        self.call(self.runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
