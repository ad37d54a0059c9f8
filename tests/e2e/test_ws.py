# SPDX-License-Identifier: MIT
"""WebSockets of the network module: what is heard and told of servers that keep the rules, and of others."""
import hashlib
import queue
import struct
import threading

import pytest

from fakes.raw import answer, read_head, read_request
from fakes.websocket import BINARY, CLOSE, PING, PONG, TEXT, frame, read_frame, shake, welcome


def plays(*pieces, then=None):
    """Shakes hands, sends these bytes, and closes or does what is to be done then."""
    def serve(conn):
        shake(conn)
        for piece in pieces:
            conn.sendall(piece)
        if then:
            then(conn)
    return serve


@pytest.fixture
def pause(serve):
    """The address of a server whose answers take some turns of the loop."""
    def drip(conn):
        read_request(conn)
        for byte in answer(b"ok"):
            conn.sendall(bytes([byte]))
    return serve(drip).url


def everything(net, id):
    """What happens to a WebSocket until it is closed: its messages, and how it was closed."""
    closed = net.wait(id, "closed")
    mine = [event for event in net.kept if event["id"] == id]
    return [event for event in mine if event["event"] == "message"], closed


def hear(net, url, **about):
    return everything(net, net.tell("open", url=url, **about))


# What must be right.

def test_asks_as_the_rules_say(net, serve):
    heads = queue.Queue()
    server = serve(lambda conn: heads.put(shake(conn).decode()))
    net.wait(net.tell("open", url=server.url + "/base/ws?clientId=a%20b", headers=["X-Key: 1"]), "opened")
    lines = heads.get(timeout=30).split("\r\n")
    assert lines[0] == "GET /base/ws?clientId=a%20b HTTP/1.1"
    names = sorted(line.split(":")[0] for line in lines[1:] if line)
    assert names == ["Connection", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Upgrade", "User-Agent", "X-Key"]
    assert {f"Host: 127.0.0.1:{server.port}", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "X-Key: 1"} < set(lines)


def test_passwords_of_the_address_are_sent_and_never_told(net, serve):
    heads = queue.Queue()
    server = serve(lambda conn: heads.put(shake(conn).decode()))
    closed = net.wait(net.tell("open", url=server.url.replace("//", "//mara:s3%3Acret@")), "closed")
    assert "Authorization: Basic bWFyYTpzMzpjcmV0" in heads.get(timeout=30).split("\r\n")
    assert "mara" not in closed["words"] and closed["status"] == 101


def test_messages_of_both_kinds(net, serve):
    server = serve(plays(frame(b'{"type": "status"}') + frame(b"\0\1\2\xff", BINARY) + frame(b"") +
                         frame(struct.pack(">H", 1000) + "fertig ✓".encode(), CLOSE)))
    messages, closed = hear(net, server.url)
    assert [(m["binary"], m["bytes"], m.get("text")) for m in messages] == [
        (False, 18, '{"type": "status"}'), (True, 4, None), (False, 0, "")]
    assert (closed["err"], closed["words"]) == (
        "transient", f"127.0.0.1:{server.port} closed the WebSocket (1000): fertig ✓")


def test_split_at_every_byte(net, serve, pause):
    """Handshake and frames come in two pieces, the first of which was taken in before the second comes."""
    def tail(at):
        return (frame(b"one", last=False) + frame(b"ping", PING) + frame(b" and two", 0) + frame(b"x" * 300, BINARY))[at:]

    def serve_split(conn):
        head = read_head(conn)
        whole = welcome(head) + tail(0)
        conn.sendall(whole[:at])
        seen.get(timeout=30)
        conn.sendall(whole[at:])
        assert read_frame(conn) == (PONG, b"ping")
    server = serve(serve_split)
    for at in range(1, 129 + len(tail(0)) + 1):
        seen = queue.Queue()
        id = net.tell("open", url=server.url)
        net.get(f"{pause}/{at}")  # turns of the loop, in which the first piece is read
        seen.put(True)
        messages, closed = everything(net, id)
        assert [m["bytes"] for m in messages] == [11, 300], at
        assert messages[0]["text"] == "one and two"
        net.kept.clear()


def test_frames_that_came_with_the_handshake(net, serve):
    def eager(conn):
        conn.sendall(welcome(read_head(conn)) + frame(b"early") * 3)
        read_frame(conn)
    id = net.tell("open", url=serve(eager).url, on_message=[{"do": "say", "id": "me", "text": "thanks"}], **{"id": "me"})
    messages, _ = everything(net, id)
    assert [m["text"] for m in messages] == ["early"] * 3


def test_a_huge_message_in_many_frames(net, serve):
    data = bytes(range(256)) * (30 << 12)  # 30 MiB
    pieces = [frame(data[:1], BINARY, last=False), frame(data[1:200000], 0, last=False), frame(b"now?", PING),
              frame(data[200000:], 0)]
    server = serve(plays(*pieces, then=read_frame))
    messages, _ = hear(net, server.url)
    assert [(m["binary"], m["digest"]) for m in messages] == [(True, hashlib.sha256(data).hexdigest())]


def test_thousands_of_messages_in_order(net, serve):
    server = serve(plays(b"".join(frame(b"%d" % n) for n in range(20000))))
    messages, _ = hear(net, server.url)
    assert [m["text"] for m in messages] == [str(n) for n in range(20000)]


def test_says_masked_and_whole(net, serve):
    said = queue.Queue()

    def listen(conn):
        shake(conn)
        for _ in range(4):
            said.put(read_frame(conn))
    server = serve(listen)
    net.tell("open", id="me", url=server.url)
    for about in ({"text": "before it is open"}, {"text": "grüße"}, {"bytes": 70000}, {"bytes": 3 << 20}):
        net.tell("say", **{**about, "id": "me"})
    got = [said.get(timeout=30) for _ in range(4)]
    assert got == [(TEXT, b"before it is open"), (TEXT, "grüße".encode()), (TEXT, b"x" * 70000), (TEXT, b"x" * (3 << 20))]


def test_pings_are_answered_in_the_middle_of_a_message(net, serve):
    answers = queue.Queue()

    def ask(conn):
        shake(conn)
        conn.sendall(frame(b"half", last=False) + frame(b"there?", PING))
        answers.put(read_frame(conn))
        conn.sendall(frame(b" and half", 0))
    messages, _ = hear(net, serve(ask).url)
    assert answers.get(timeout=30) == (PONG, b"there?")
    assert [m["text"] for m in messages] == ["half and half"]


# Life.

def test_a_ping_every_20_s(net, serve):
    frames = queue.Queue()

    def pong(conn):
        shake(conn)
        while True:
            opcode, payload = read_frame(conn)
            frames.put(opcode)
            conn.sendall(frame(payload, PONG))
    id = net.tell("open", url=serve(pong).url)
    net.wait(id, "opened")
    for _ in range(12):
        net.tell("skip", ms=20000)
        assert frames.get(timeout=30) == PING
    assert frames.empty() and not net.kept
    net.tell("close", id=id)


def test_no_answer_to_pings_for_60_s(net, serve):
    frames = queue.Queue()

    def deaf(conn):
        shake(conn)
        while True:
            frames.put(read_frame(conn)[0])
    server = serve(deaf)
    id = net.tell("open", url=server.url)
    net.wait(id, "opened")
    for _ in range(3):
        net.tell("skip", ms=20000)
        assert frames.get(timeout=30) == PING
    assert not net.kept
    net.tell("skip", ms=20000)
    closed = net.wait(id, "closed")
    assert (closed["err"], closed["words"]) == ("transient", f"127.0.0.1:{server.port} answers no ping for 60 s")


def test_silence_in_the_handshake(net, serve, pause):
    arrived = threading.Semaphore(0)
    server = serve(lambda conn: (read_head(conn), arrived.release(), conn.sendall(b"HTTP/1.1 101 S"), server.wait()))
    id = net.tell("open", url=server.url)
    arrived.acquire()
    net.get(pause)
    net.tell("skip", ms=61000)
    closed = net.wait(id, "closed")
    assert closed["err"] == "transient" and "was silent for 60 s" in closed["words"]


def test_many_requests_do_not_close_it(net, serve, pause):
    """libcurl drops connections that it thinks idle when it has many."""
    go = queue.Queue()

    def later(conn):
        shake(conn)
        go.get(timeout=30)
        conn.sendall(frame(b"still here"))
    id = net.tell("open", url=serve(later).url)
    net.wait(id, "opened")
    for _ in range(200):  # more than are kept
        net.get(pause)
    go.put(True)
    messages, _ = everything(net, id)
    assert [m["text"] for m in messages] == ["still here"]


# Servers that are none, or break.

@pytest.mark.parametrize("status, err", [("200 OK", "final"), ("302 Found", "final"), ("401 Unauthorized", "final"),
                                         ("403 Forbidden", "final"), ("404 Not Found", "final"), ("500 Oh", "transient"),
                                         ("502 Bad Gateway", "transient"), ("503 Busy", "transient"),
                                         ("429 Too Many Requests", "transient")])
def test_refused(net, serve, status, err):
    server = serve(lambda conn: (read_head(conn), conn.sendall(answer(b"no", status))))
    messages, closed = hear(net, server.url)
    assert (messages, closed["err"], closed["status"]) == ([], err, int(status[:3]))
    assert closed["words"] == f"127.0.0.1:{server.port} answers {status[:3]} when asked for a WebSocket"
    assert not [event for event in net.kept if event["event"] == "opened"]


@pytest.mark.parametrize("reply, err", [
    (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: nonsense\r\n\r\n", "final"),
    (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "final"),
    (b"SSH-2.0-OpenSSH\r\n\r\n", "transient"),
    (b"HTTP/1.1 101", "transient"),
    (b"HTTP/1.1 101 Switching Protocols\r\nX: " + b"y" * 100000, "transient"),
    (b"\0" * 100000, "transient"),
    (b"", "transient"),
], ids=["accept", "no-accept", "ssh", "cut", "long", "zeros", "nothing"])
def test_handshakes_that_are_none(net, serve, reply, err):
    server = serve(lambda conn: (read_head(conn), conn.sendall(reply)))
    messages, closed = hear(net, server.url)
    assert (messages, closed["err"]) == ([], err)
    assert not [event for event in net.kept if event["event"] == "opened"]


def test_upgrade_to_something_else(net, serve):
    server = serve(lambda conn: conn.sendall(welcome(read_head(conn)).replace(b"WebSocket", b"h2c")))
    assert hear(net, server.url)[1]["err"] == "final"


@pytest.mark.parametrize("at", range(1, 14))
def test_ends_in_the_middle_of_a_frame(net, serve, at):
    server = serve(plays(frame(b"whole") + frame(b"half a message" * 20)[:at]))
    messages, closed = hear(net, server.url)
    assert [m["text"] for m in messages] == ["whole"]
    assert closed["err"] == "transient" and "(1006)" in closed["words"]


@pytest.mark.parametrize("wrong", [
    frame(b"x", 3), frame(b"x", 0), frame(b"x", reserved=4), frame(b"x" * 126, PING), frame(b"x", PING, last=False),
    frame(b"a", last=False) + frame(b"b"), frame(b"\xff\xfe"), frame(b"\xc3"), frame(b"x", CLOSE),
    b"\x81\x81\0\0\0\0x", frame(b"x", length=1 << 63),
], ids=["opcode", "continues-nothing", "reserved", "long-ping", "half-ping", "two-at-once", "no-utf8", "half-utf8", "half-code",
        "masked", "length"])
def test_breaks_the_rules(net, serve, wrong):
    server = serve(plays(frame(b"right") + wrong + frame(b"never"), then=lambda conn: server.wait()))
    messages, closed = hear(net, server.url)
    assert [m["text"] for m in messages] == ["right"]
    assert closed["err"] in ("transient", "final"), closed


@pytest.mark.parametrize("much", [
    frame(b"x" * 1001), frame(b"x", length=1 << 40, opcode=BINARY), frame(b"x" * 600, last=False) + frame(b"x" * 600, 0),
    frame(b"x", last=False) + frame(b"x", 0, last=False) * 1000,
], ids=["frame", "told", "sum", "bits"])
def test_no_more_than_allowed(net, serve, much):
    server = serve(plays(frame(b"y" * 1000) + much, then=lambda conn: server.wait()))
    messages, closed = hear(net, server.url, most_bytes=1000)
    assert [m["bytes"] for m in messages] == [1000]
    assert closed["err"] == "final" and "more than 1000 bytes" in closed["words"]


def test_pings_without_end_do_not_fill_the_memory(net, serve, pause):
    """A server that asks and never listens is not read on from; the rest goes on."""
    sent = [0]

    def ask(conn):
        shake(conn)
        conn.settimeout(1)
        try:
            while True:
                sent[0] += conn.send(frame(b"p" * 125, PING) * 1000)
        except TimeoutError:
            stuck.set()
        server.wait()
    stuck = threading.Event()
    server = serve(ask, receive_bytes=1 << 14)
    id = net.tell("open", url=server.url)
    assert stuck.wait(30)
    assert sent[0] < 64 << 20
    assert net.get(pause)["text"] == "ok"
    net.tell("close", id=id)


# Nobody there, TLS, proxies.

def test_nobody_there(net):
    closed = net.wait(net.tell("open", url="http://127.0.0.1:1/ws"), "closed")
    assert closed["err"] == "away" and "Connection refused" in closed["words"]
    closed = net.wait(net.tell("open", url="http://no-such-host.invalid/ws"), "closed")
    assert closed["err"] == "away"
    closed = net.wait(net.tell("open", url="ws:nothing"), "closed")
    assert closed["err"] == "final"


def test_over_tls(net, serve, authority, other_authority):
    data = b"z" * (3 << 20)
    server = serve(plays(frame(data, BINARY), frame(b"end"), then=lambda conn: conn.sendall(frame(read_frame(conn)[1]))),
                   authority.server())
    net.tell("open", id="me", url=server.url, ca=str(authority.ca))
    net.wait("me", "opened")
    net.tell("say", id="me", bytes=2 << 20)
    messages, closed = everything(net, "me")
    assert [m["bytes"] for m in messages] == [3 << 20, 3, 2 << 20] and closed["err"] == "transient"
    closed = net.wait(net.tell("open", url=server.url, ca=str(other_authority.ca)), "closed")
    assert closed["err"] == "final" and "is not trusted" in closed["words"]


def test_through_a_proxy(start_net, serve):
    asked = []

    def relay(conn):
        asked.append(read_head(conn).split(b"\r\n")[0])
        conn.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        plays(frame(b"through"))(conn)
    net = start_net(http_proxy=serve(relay).url)
    messages, _ = hear(net, "http://gpu.example:8188/ws")
    assert [m["text"] for m in messages] == ["through"]
    assert asked == [b"CONNECT gpu.example:8188 HTTP/1.1"]


def test_a_proxy_that_refuses(start_net, serve):
    net = start_net(http_proxy=serve(lambda conn: (read_head(conn), conn.sendall(answer(b"", "403 Forbidden")))).url)
    closed = net.wait(net.tell("open", url="http://gpu.example:8188/ws"), "closed")
    assert closed["err"] == "final" and "the proxy answers 403" in closed["words"]


# Callbacks that do things.

def test_close_says_goodbye_and_is_not_told(net, serve, pause):
    frames = queue.Queue()

    def listen(conn):
        shake(conn)
        conn.sendall(frame(b"1") + frame(b"2") + frame(b"3"))
        frames.put(read_frame(conn))
    net.tell("open", id="me", url=serve(listen).url, on_message=[{"do": "close", "id": "me"}])
    assert frames.get(timeout=30) == (CLOSE, struct.pack(">H", 1000))
    assert net.get(pause)["text"] == "ok"
    assert [event["event"] for event in net.kept if event["id"] == "me"] == ["opened", "message"]


def test_callbacks_may_close_and_open_others(net, serve, pause):
    server = serve(plays(frame(b"hello"), then=lambda conn: server.wait()))
    gone = serve(plays())
    net.tell("open", id="other", url=server.url)
    net.wait("other", "message")
    again = {"do": "open", "id": "third", "url": gone.url}
    net.tell("open", id="me", url=server.url, on_opened=[{"do": "close", "id": "other"}],
             on_message=[{"do": "close", "id": "me"}, again, {"do": "open", "id": "bad", "url": "nothing"},
                         {"do": "start", "id": "http", "url": pause}])
    assert net.wait("bad", "closed")["err"] == "final"
    assert net.wait("http", "done")["err"] == "none"
    assert net.wait("third", "closed")["err"] == "transient"
    assert not [e for e in net.kept if e["event"] == "closed" and e["id"] in ("me", "other")]


def test_the_loop_closes_with_open_lines(net, serve):
    server = serve(plays(frame(b"half", last=False), then=lambda conn: server.wait()))
    for _ in range(3):
        net.wait(net.tell("open", url=server.url), "opened")
    net.tell("open", url=serve(lambda conn: server.wait()).url)
    assert net.close() == 0
    assert not [e for e in net.kept if e["event"] == "closed"]
