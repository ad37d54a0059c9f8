# SPDX-License-Identifier: MIT
"""Many requests at once: connections that are used again, real servers, and callbacks that do things."""
import hashlib
import shutil
import socket
import subprocess
import threading

import pytest
from aiohttp import web

from fakes.raw import answer, read_request
from fakes.served import Served
from fakes.websocket import frame, read_frame, shake


def says(body):
    def serve(conn):
        while read_request(conn)[0]:
            conn.sendall(answer(body))
    return serve


def run(net, url, count, at_once, **about):
    """So many requests, at_once of them at a time; how each ended."""
    left, ended = iter(range(count)), []
    for n, _ in zip(range(at_once), left):
        net.tell("start", url=f"{url}/{n}", **about)
    while len(ended) < count:
        event = net.next()
        assert event["event"] == "done"
        ended.append(event)
        if (n := next(left, None)) is not None:
            net.tell("start", url=f"{url}/{n}", **about)
    return ended


def test_a_thousand_requests_share_few_connections(net, serve):
    server = serve(says(b"ok"))
    ended = run(net, server.url, 1000, 8, method="POST", body="{}")
    assert {(e["err"], e["text"]) for e in ended} == {("none", "ok")}
    assert server.connections <= 8


def test_many_at_once(net, serve):
    server = serve(says(b"ok"))
    ended = run(net, server.url, 400, 200)
    assert {(e["err"], e["text"]) for e in ended} == {("none", "ok")}
    assert server.connections <= 200


def test_tls_connections_are_used_again(net, serve, authority):
    server = serve(says(b"ok"), authority.server())
    run(net, server.url, 100, 4, ca=str(authority.ca))
    assert server.connections <= 4


DATA = bytes(range(256)) * 4096


class Real(Served):
    """As ComfyUI answers, which stands on aiohttp too."""

    def routes(self):
        return [("POST", "/upload", self.upload), ("GET", "/view", self.view), ("GET", "/fails", self.fails)]

    def wrap(self, handler):
        return handler  # which reads forms as aiohttp does

    async def unknown(self, request):
        return web.Response(status=404)

    async def upload(self, request):
        form = await request.post()
        return web.json_response({name: [part.filename, hashlib.sha256(part.file.read()).hexdigest()]
                                  if hasattr(part, "file") else part for name, part in form.items()})

    async def view(self, request):
        response = web.StreamResponse(headers={"Content-Type": "image/png"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for at in range(0, len(DATA), 5000):
            await response.write(DATA[at:at + 5000])
        return response

    async def fails(self, request):
        return web.Response(status=500, text="in the server")


def test_a_real_server(net, tmp_path):
    """Forms, files that stream, errors, many at once."""
    (tmp_path / "in.bin").write_bytes(DATA)
    digest = hashlib.sha256(DATA).hexdigest()
    with Real() as server:
        done = net.get(server.url + "/upload", method="POST", parts=[
            {"name": "image", "path": str(tmp_path / "in.bin"), "filename": "größe.png", "type": "image/png"},
            {"name": "overwrite", "text": "true"}])
        assert done["text"] == f'{{"image": ["gr\\u00f6\\u00dfe.png", "{digest}"], "overwrite": "true"}}'
        done = net.get(server.url + "/view", to=str(tmp_path / "out.png"))
        assert (done["type"], done["got_bytes"], done["err"]) == ("image/png", len(DATA), "none")
        assert (tmp_path / "out.png").read_bytes() == DATA
        assert (net.get(server.url + "/fails")["status"], net.get(server.url + "/nothing")["status"]) == (500, 404)
        for n in range(20):
            net.tell("start", id=f"view-{n}", url=server.url + "/view", to=str(tmp_path / f"{n}"))
        for n in range(20):
            assert net.wait(f"view-{n}", "done")["err"] == "none"
            assert (tmp_path / f"{n}").read_bytes() == DATA


def test_behind_a_proxy_with_a_path(net, serve, tmp_path):
    """nginx in front: a prefix, a WebSocket, bodies that are too large for it, a server behind it that is away."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if not nginx:
        pytest.skip("no nginx here")
    behind = serve(says(b"behind"))
    talker = serve(lambda conn: (shake(conn), conn.sendall(frame(b"hello")), conn.sendall(frame(read_frame(conn)[1]))))
    with socket.socket() as holder, socket.socket() as away:
        for held in (holder, away):
            held.bind(("127.0.0.1", 0))
        port, nobody = holder.getsockname()[1], away.getsockname()[1]
    (tmp_path / "nginx.conf").write_text(f"""
daemon off; master_process off; pid {tmp_path}/pid; error_log {tmp_path}/errors;
events {{}}
http {{
  access_log off; client_max_body_size 1m;
  client_body_temp_path {tmp_path}/1; proxy_temp_path {tmp_path}/2; fastcgi_temp_path {tmp_path}/3;
  uwsgi_temp_path {tmp_path}/4; scgi_temp_path {tmp_path}/5;
  server {{
    listen 127.0.0.1:{port};
    location /gpu/ {{ proxy_pass {behind.url}/; }}
    location /gpu/ws {{
      proxy_pass {talker.url}/ws; proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;
    }}
    location /away/ {{ proxy_pass http://127.0.0.1:{nobody}/; }}
  }}
}}
""")
    process = subprocess.Popen([nginx, "-e", str(tmp_path / "errors"), "-p", str(tmp_path), "-c",
                                str(tmp_path / "nginx.conf")])
    try:
        url = f"http://127.0.0.1:{port}"
        while net.get(url + "/gpu/x")["err"] == "away":
            assert process.poll() is None, (tmp_path / "errors").read_text()
        assert net.get(url + "/gpu/x")["text"] == "behind"
        net.tell("open", id="ws", url=url + "/gpu/ws?clientId=1", on_message=[{"do": "say", "id": "ws", "text": "back"}])
        assert [net.wait("ws", "message")["text"] for _ in range(2)] == ["hello", "back"]
        assert net.wait("ws", "closed")["err"] == "transient"
        assert (net.get(url + "/away/x")["status"], net.get(url + "/x")["status"]) == (502, 404)
        done = net.get(url + "/gpu/x", method="POST", body=5 << 20)
        assert (done["status"], done["type"], done["err"]) == (413, "text/html", "none")
    finally:
        process.terminate()
        process.wait()


# Callbacks that do things.

def silent(serve):
    """A server that never answers, and a semaphore that tells of each request."""
    arrived = threading.Semaphore(0)
    server = serve(lambda conn: (read_request(conn), arrived.release(), server.wait()))
    return server, arrived


def test_cancel_is_not_told(net, serve, tmp_path):
    server, arrived = silent(serve)
    half = serve(lambda conn: (read_request(conn), conn.sendall(answer(b"x" * 100)[:-1]), half.wait()))
    net.tell("start", id="asked", url=server.url)
    net.tell("start", id="half", url=half.url, to=str(tmp_path / "half"))
    net.tell("start", id="none", url="nonsense", on_done=[{"do": "cancel", "id": "asked"}])
    arrived.acquire()
    while not (tmp_path / "half").exists():
        net.get(serve(says(b"ok")).url)
    net.tell("cancel", id="half")
    net.get(serve(says(b"ok")).url)
    assert not (tmp_path / "half").exists()
    assert [e["id"] for e in net.kept] == ["none"]


def test_heard_may_cancel_itself_and_others(net, serve):
    server, arrived = silent(serve)
    stream = serve(lambda conn: (read_request(conn), conn.sendall(answer(b"x" * 100)[:-1]), stream.wait()))
    net.tell("start", id="other", url=server.url)
    arrived.acquire()
    net.tell("start", id="me", url=stream.url, heard=True, on_heard=[
        {"do": "cancel", "id": "other"}, {"do": "cancel", "id": "me"},
        {"do": "start", "id": "next", "url": serve(says(b"ok")).url}])
    assert net.wait("next", "done")["text"] == "ok"
    assert [(e["id"], e["event"]) for e in net.kept] == [("me", "heard")]


def test_done_may_cancel_what_has_just_ended_too(net, serve):
    """Of many that end in one turn the first one cancels the rest."""
    ids = [f"item-{n}" for n in range(50)]
    cancel_all = [{"do": "cancel", "id": id} for id in ids]
    told = [{"do": "start", "id": id, "url": "nonsense", "on_done": cancel_all} for id in ids]
    net.tell("start", id="first", url="nonsense", on_done=told + [{"do": "start", "id": "last", "url": "nonsense"}])
    net.wait("last", "done")
    ended = [e["id"] for e in net.kept if e["event"] == "done" and e["id"] in ids]
    assert len(ended) <= 1


def test_what_fails_at_once_may_start_again(net, serve):
    """A hundred times from its own callback, and the loop still turns in between."""
    command = {"do": "start", "id": "n-100", "url": "nonsense"}
    for n in reversed(range(100)):
        command = {"do": "start", "id": f"n-{n}", "url": "nonsense", "on_done": [command]}
    net.tell(**command)
    assert net.get(serve(says(b"ok")).url)["text"] == "ok"
    assert net.wait("n-100", "done")["err"] == "final"


def test_the_loop_closes_with_requests_on_their_way(net, serve, tmp_path):
    server, arrived = silent(serve)
    half = serve(lambda conn: (read_request(conn), conn.sendall(answer(b"x" * 100)[:-1]), half.wait()))
    for n in range(3):
        net.tell("start", url=server.url, method="POST", body=n << 20)
        arrived.acquire()
    net.tell("start", url=half.url, to=str(tmp_path / "half"))
    net.tell("start", url="http://no-such-host.invalid/")
    while not (tmp_path / "half").exists():
        net.get(serve(says(b"ok")).url)
    net.tell("start", url="nonsense")
    assert net.close() == 0
    assert not (tmp_path / "half").exists()
