# SPDX-License-Identifier: MIT
"""A ComfyUI server for tests: the two recorded versions' routes, spelling, messages and cache, around an engine that
takes any graph and renders real pictures, films and sounds. It runs in a thread of its own, and misbehaves as it is told
(faults.py for the wire, comfyui_engine.Trouble for what runs)."""
import asyncio
import email.utils
import json
import pathlib
import shutil
import threading
import time
import uuid

from aiohttp import WSMsgType, web

import comfyui_graph
import comfyui_media
import faults
from comfyui_engine import Engine, now

TYPES = {"png": "image/png", "webp": "image/webp", "jpg": "image/jpeg", "mp4": "video/mp4", "webm": "video/webm",
         "flac": "audio/flac", "wav": "audio/wav", "mp3": "audio/mpeg"}
MODEL_FOLDERS = ["checkpoints", "configs", "loras", "vae", "text_encoders", "diffusion_models", "clip_vision", "style_models",
                 "embeddings", "diffusers", "vae_approx", "controlnet", "gligen", "upscale_models", "custom_nodes", "hypernetworks",
                 "photomaker", "classifiers", "model_patches", "audio_encoders"]


def answer(value, status=200):
    return web.Response(status=status, text=json.dumps(value), content_type="application/json")


def empty(status=200):
    return web.Response(status=status, body=b"")


class ComfyUI:
    """`step_seconds` of a sampler's step; `load_seconds` until models are there that the last prompt did not use; `most_steps` that it takes whatever it is asked; `headers` that a proxy before it
    asks for; `most_upload` bytes of a body; `models` {FOLDER: [NAME]}; `under` a path before every route."""

    def __init__(self, folder, version="0.21.0", step_seconds=0.01, most_steps=4, headers=None, most_upload=100 << 20, models=None,
                 extra_classes=None, under="", port=0, host="127.0.0.1"):
        self.host = host
        self.folder, self.version, self.old = pathlib.Path(folder), version, version.startswith("0.3")
        self.step_seconds, self.most_steps, self.most_upload, self.under, self.port = step_seconds, most_steps, most_upload, under, port
        self.headers, self.models = headers or {}, models or {}
        self.classes = comfyui_graph.Classes(version, extra_classes)
        self.faults, self.requests, self.accepted, self.uploads, self.socket_ids = [], [], [], [], []
        self.sockets, self.connected, self.refuse_sockets = {}, set(), False
        self.engine = None
        self.load_seconds = 0
        for kind in ("input", "output", "temp"):
            (self.folder / kind).mkdir(parents=True, exist_ok=True)

    # From the test's thread.

    def start(self):
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.work, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(10), "the fake does not start"
        return self

    @property
    def url(self):
        return f"http://{self.host}:{self.port}{self.under}"

    def do(self, function, *arguments):
        """Calls on the server's own thread, and waits."""
        async def call():
            result = function(*arguments)
            return await result if asyncio.iscoroutine(result) else result
        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(20)

    def stop(self):
        self.do(self.shut)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def restart(self, down_seconds=0.0):
        """As by SIGKILL and a start: queue, history, cache and what ran are gone; files stay; sockets end without a word."""
        self.do(self.shut)
        time.sleep(down_seconds)
        self.do(self.reopen)

    def go_away(self):
        """Out of reach, and at work all the same."""
        self.do(self.unlisten)

    def come_back(self):
        self.do(self.listen)

    def drop_sockets(self):
        def drop():
            for socket in list(self.connected):
                socket._req.transport.abort()
        self.do(drop)

    def delete(self, id):
        """Somebody else takes it out of the queue; a running one vanishes, as when the server is restarted by hand."""
        self.do(self.engine.delete, [id])

    def interrupt(self):
        def set_flag():
            self.engine.interrupted = True
        self.do(set_flag)

    def hold(self):
        self.do(self.engine.hold.clear)

    def go_on(self):
        self.do(self.engine.hold.set)

    def paths(self, method=None):
        return [r["path"] for r in self.requests if method in (None, r["method"])]

    # On the server's thread.

    def work(self, ready):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.open())
        ready.set()
        self.loop.run_forever()

    async def open(self):
        trouble = self.engine.trouble if self.engine else None
        self.engine = Engine(self)
        self.engine.trouble = trouble or self.engine.trouble
        await self.listen()
        self.worker = asyncio.ensure_future(self.engine.run())

    async def reopen(self):
        shutil.rmtree(self.folder / "temp")
        (self.folder / "temp").mkdir()
        await self.open()

    async def listen(self):
        app = web.Application(middlewares=[self.note, faults.middleware(self.faults), self.guard], client_max_size=self.most_upload)
        for prefix in (self.under, self.under + "/api"):
            self.add_routes(app, prefix)
        app.on_response_prepare.append(self.sign)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.host, self.port, reuse_address=True, shutdown_timeout=0.1)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def shut(self):
        self.worker.cancel()
        await self.unlisten()

    async def unlisten(self):
        for socket in list(self.connected):
            if socket._req.transport:
                socket._req.transport.abort()
        await self.runner.cleanup()

    def add_routes(self, app, prefix):
        for method, path, handler in [
                ("POST", "/prompt", self.post_prompt), ("GET", "/prompt", self.get_prompt), ("GET", "/queue", self.get_queue),
                ("POST", "/queue", self.post_queue), ("POST", "/interrupt", self.post_interrupt), ("POST", "/free", self.post_free),
                ("GET", "/history", self.get_history), ("GET", "/history/{id}", self.get_history_of), ("POST", "/history", self.post_history),
                ("GET", "/view", self.view), ("POST", "/upload/image", self.upload), ("GET", "/system_stats", self.system_stats),
                ("GET", "/object_info", self.object_info), ("GET", "/object_info/{name}", self.object_info_of), ("GET", "/models", self.get_models),
                ("GET", "/models/{folder}", self.get_models_of), ("GET", "/features", self.features), ("GET", "/extensions", self.extensions),
                ("GET", "/ws", self.socket)]:
            app.router.add_route(method, prefix + path, handler)
            if method == "GET" and path != "/ws":
                app.router.add_route("HEAD", prefix + path, handler)

    async def sign(self, request, response):
        response.headers["Server"] = "Python/3.13 aiohttp/3.11.16"
        if "Date" in response.headers:
            del response.headers["Date"]

    @web.middleware
    async def note(self, request, handler):
        self.requests.append({"method": request.method, "path": request.path_qs[len(self.under):], "headers": dict(request.headers)})
        return await handler(request)

    @web.middleware
    async def guard(self, request, handler):
        if any(request.headers.get(k) != v for k, v in self.headers.items()):
            return faults.page(401)
        return await handler(request)

    # Prompts.

    async def post_prompt(self, request):
        data = await request.json()
        if not isinstance(data, dict) or "prompt" not in data:
            return answer({"error": {"type": "no_prompt", "message": "No prompt provided", "details": "No prompt provided", "extra_info": {}},
                           "node_errors": {}}, 400)
        number = float(data["number"]) if "number" in data else self.engine.number
        if "number" not in data:
            number = -number if data.get("front") else number
            self.engine.number += 1
        id = str(data.get("prompt_id", uuid.uuid4()))
        error, outputs, node_errors = comfyui_graph.validate(data["prompt"], self.classes, self.old)
        if error:
            return answer({"error": error, "node_errors": node_errors}, 400)
        extra = dict(data.get("extra_data", {}))
        if "client_id" in data:
            extra["client_id"] = data["client_id"]
        if not self.old:
            extra["create_time"] = now()
        self.accepted.append(data)
        self.engine.put((number, id, data["prompt"], extra, outputs))
        return answer({"prompt_id": id, "number": number, "node_errors": node_errors})

    async def get_prompt(self, request):
        return answer({"exec_info": {"queue_remaining": self.engine.remaining}})

    async def get_queue(self, request):
        running = [list(self.engine.running)] if self.engine.running else []
        return answer({"queue_running": running, "queue_pending": [list(item) for item in self.engine.pending]})

    async def post_queue(self, request):
        data = await request.json()
        if data.get("clear"):
            self.engine.delete([item[1] for item in self.engine.pending])
        self.engine.delete(data.get("delete", []))
        return empty()

    async def post_interrupt(self, request):
        text = await request.text()
        id = json.loads(text).get("prompt_id") if text else None
        running = self.engine.running
        if running and id in (None, running[1]):
            self.engine.interrupted = True
        return empty()

    async def post_free(self, request):
        data = await request.json()
        self.engine.freed.append(data)
        if data.get("free_memory"):
            self.engine.cache = {}
        return empty()

    async def get_history(self, request):
        items = list(self.engine.history.items())
        most, offset = request.query.get("max_items"), int(request.query.get("offset", -1))
        if most is not None and offset < 0:
            items = items[-int(most):] if int(most) > 0 else []
        elif offset >= 0:
            items = items[offset:][:int(most) if most is not None else None]
        return answer(dict(items))

    async def get_history_of(self, request):
        id = request.match_info["id"]
        return answer({id: self.engine.history[id]} if id in self.engine.history else {})

    async def post_history(self, request):
        data = await request.json()
        for id in list(self.engine.history) if data.get("clear") else data.get("delete", []):
            self.engine.history.pop(id, None)
        return empty()

    # Files.

    def save(self, graph, id):
        """Writes what an output node gives and returns what the history lists."""
        node, trouble = graph[id], self.engine.trouble
        name, inputs = node["class_type"], node["inputs"]
        if name in ("PreviewAny", "ProbeText"):
            return {trouble.key or "text": ["A keeper at the lamp,\na grey braid, “storm light”"]}
        if name == "SaveLoRA":
            self.write("output", inputs["prefix"], f"_{inputs.get('steps', 0)}_steps_00001_.safetensors", lora())
            return None
        if name in ("SaveVideo", "SaveWEBM"):
            return self.list(graph, id, "images", "webm" if name == "SaveWEBM" else "mp4", comfyui_media.film, animated=[True])
        if name == "VHS_VideoCombine":
            self.list(graph, id, "gifs", "png", comfyui_media.png, behind="")
            return self.list(graph, id, "gifs", "mp4", comfyui_media.film, behind="")
        if name.startswith(("SaveAudio", "PreviewAudio")):
            return self.list(graph, id, "audio", "mp3" if name.endswith("MP3") else "flac", comfyui_media.sound)
        return self.list(graph, id, "images", "png", comfyui_media.png)

    def list(self, graph, id, key, ending, render, behind="_", animated=None):
        trouble, items = self.engine.trouble, []
        temp = graph[id]["class_type"].startswith("Preview")
        prefix = "ComfyUI_temp_onpsc" if temp else graph[id]["inputs"].get("filename_prefix", "ComfyUI")
        kind = "temp" if temp else "output"
        for i in range(trouble.many):
            subfolder, name = self.write(kind, prefix, None, render(graph, id), behind, ending)
            if trouble.windows:
                subfolder = subfolder.replace("/", "\\")
            items.append({"filename": name, "subfolder": subfolder, "type": kind})
        for item, other in zip(items, trouble.unlisted):
            item.update(other)
        return {trouble.key or key: items, **({"animated": animated} if animated else {})}

    def write(self, kind, prefix, name, data, behind="_", ending=""):
        subfolder, _, base = prefix.rpartition("/")
        folder = self.folder / kind / subfolder
        folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max([int(p.name[len(base) + 1:len(base) + 6]) for p in folder.iterdir()
                          if p.name.startswith(base + "_") and p.name[len(base) + 1:len(base) + 6].isdigit()], default=0)
        name = base + name if name else f"{base}_{number:05}{behind}.{ending}"
        (folder / name).write_bytes(data)
        return subfolder, name

    async def view(self, request):
        query = request.query
        name, kind = query.get("filename", ""), query.get("type", "output")
        if "filename" not in query:
            return empty(404)
        if not name or name.startswith("/") or ".." in name or kind not in ("input", "output", "temp"):
            return empty(400)
        subfolder = query.get("subfolder", "")
        if self.engine.trouble.windows:
            subfolder = subfolder.replace("\\", "/")
        folder = (self.folder / kind / subfolder).resolve()
        if not folder.is_relative_to((self.folder / kind).resolve()):
            return empty(403)
        path = folder / pathlib.PurePosixPath(name).name
        if not path.is_file():
            return empty(404)
        stat, data = path.stat(), path.read_bytes()
        response = web.Response(body=data, content_type=TYPES.get(path.suffix[1:], "application/octet-stream"))
        response.headers.update({"Content-Disposition": f'filename="{path.name}"', "Etag": f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"',
                                 "Last-Modified": email.utils.formatdate(stat.st_mtime, usegmt=True), "Accept-Ranges": "bytes"})
        return response

    async def upload(self, request):
        data = await request.post()
        if "image" not in data:
            return empty(400)
        image, subfolder, kind = data["image"], data.get("subfolder", ""), data.get("type", "input")
        content, base = image.file.read(), image.filename
        if kind not in ("input", "output", "temp"):
            raise ValueError(kind)
        root = (self.folder / kind).resolve()
        folder = (root / subfolder).resolve()
        if not folder.is_relative_to(root) or ".." in base:
            return empty(400)
        folder.mkdir(parents=True, exist_ok=True)
        stem, dot, ending = base.rpartition(".")
        name, i = base, 1
        overwrite = data.get("overwrite") in ("true", "1")
        while not overwrite and (folder / name).exists() and (folder / name).read_bytes() != content:
            name, i = f"{stem} ({i}){dot}{ending}", i + 1
        (folder / name).write_bytes(content)
        self.uploads.append({"name": name, "subfolder": subfolder, "type": kind, "bytes": content})
        return answer({"name": name, "subfolder": subfolder, "type": kind})

    # What it says of itself.

    async def system_stats(self, request):
        gpu = {"name": "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync", "type": "cuda", "index": 0, "vram_total": 25393692672,
               "vram_free": 23000000000, "torch_vram_total": 0, "torch_vram_free": 0}
        return answer({"system": {"os": "posix" if self.old else "linux", "ram_total": 25276514304, "ram_free": 23636942848,
                                  "comfyui_version": self.version, "python_version": "3.13.5", "pytorch_version": "2.6.0",
                                  "embedded_python": False, "argv": ["main.py"]}, "devices": [gpu]})

    async def object_info(self, request):
        return answer({k: v for k, v in self.classes.known.items() if k not in self.classes.missing})

    async def object_info_of(self, request):
        name = request.match_info["name"]
        return answer({name: self.classes.known[name]} if name in self.classes.known else {})

    async def get_models(self, request):
        return answer(MODEL_FOLDERS + [f for f in self.models if f not in MODEL_FOLDERS])

    async def get_models_of(self, request):
        folder = request.match_info["folder"]
        return answer(self.models.get(folder, [])) if folder in MODEL_FOLDERS or folder in self.models else empty(404)

    async def features(self, request):
        return answer({"supports_preview_metadata": True, "max_upload_size": self.most_upload})

    async def extensions(self, request):
        return answer([])

    # Sockets.

    def tell(self, client, message, shuffled):
        texts = [json.dumps(message)] * (2 if shuffled else 1)
        to = list(self.sockets.values()) if client is None else [s for id, s in self.sockets.items() if id == client]
        for socket in to:
            if shuffled:
                socket.late.append(texts[0])
                texts = socket.late[::-1] if len(socket.late) > 3 else []
                socket.late = [] if texts else socket.late
            for text in texts:
                socket.out.put_nowait(text)

    async def socket(self, request):
        if self.refuse_sockets:
            return empty(404)
        id = request.query.get("clientId") or uuid.uuid4().hex
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        socket.out, socket.late = asyncio.Queue(), []
        self.sockets[id] = socket
        self.connected.add(socket)
        self.socket_ids.append(id)
        status = {"type": "status", "data": {"status": {"exec_info": {"queue_remaining": self.engine.remaining}}, "sid": id}}
        await socket.send_str(json.dumps(status))
        running = self.engine.running
        if running and running[3].get("client_id") == id:
            await socket.send_str(json.dumps({"type": "executing", "data": {"node": running[4][0]}}))
        pump = asyncio.ensure_future(self.pump(socket))
        try:
            async for message in socket:
                if message.type == WSMsgType.ERROR:
                    break
        finally:
            pump.cancel()
            self.connected.discard(socket)
            self.sockets.pop(id, None)  # also when another one has come in its place: that one goes deaf
        return socket

    async def pump(self, socket):
        while True:
            text = await socket.out.get()
            try:
                await socket.send_str(text)
            except ConnectionError:
                return


def lora():
    """A small file as safetensors are."""
    head = json.dumps({"lora.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(head).to_bytes(8, "little") + head + b"\0\0\0\0"
