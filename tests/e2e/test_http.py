# SPDX-License-Identifier: MIT
"""Requests of the network module: what goes out, what is told of what comes back."""
import queue

import pytest

from fakes.raw import answer, read_head, read_request


def keep(requests, *answers):
    """Serves requests of a connection one after the other, and keeps them."""
    def serve(conn):
        for n in range(10 ** 6):
            head, body = read_request(conn)
            if not head:
                return
            requests.append((head, body))
            conn.sendall(answers[min(n, len(answers) - 1)])
    return serve


def says(*pieces):
    """Answers the first request with these bytes and closes."""
    def serve(conn):
        read_request(conn)
        for piece in pieces:
            conn.sendall(piece)
    return serve


def test_get_tells_status_type_and_body(net, serve):
    server = serve(says(answer(b"[1, 2]", "200 OK", "Content-Type: Application/JSON; charset=utf-8")))
    done = net.get(server.url + "/path?q=1")
    assert (done["status"], done["type"], done["text"], done["got_bytes"]) == (200, "application/json", "[1, 2]", 6)
    assert (done["err"], done["words"]) == ("none", "")


def test_asks_for_nothing_that_nobody_wanted(net, serve):
    requests = []
    server = serve(keep(requests, answer()))
    net.get(server.url + "/a%20b?x=%2F")
    net.get(server.url, method="POST", body="{}", headers=["Content-Type: application/json", "X-Key: 1"])
    net.get(server.url, method="POST", body="x")
    net.get(server.url, method="POST")
    net.get(server.url, method="DELETE")
    net.get(server.url, method="PUT", body="put")
    host, tail = f"Host: 127.0.0.1:{server.port}\r\nUser-Agent: c41\r\nAccept: */*\r\n", "\r\n"
    assert requests == [
        (f"GET /a%20b?x=%2F HTTP/1.1\r\n{host}{tail}", b""),
        (f"POST / HTTP/1.1\r\n{host}Content-Type: application/json\r\nX-Key: 1\r\nContent-Length: 2\r\n{tail}", b"{}"),
        (f"POST / HTTP/1.1\r\n{host}Content-Length: 1\r\n{tail}", b"x"),
        (f"POST / HTTP/1.1\r\n{host}Content-Length: 0\r\n{tail}", b""),
        (f"DELETE / HTTP/1.1\r\n{host}{tail}", b""),
        (f"PUT / HTTP/1.1\r\n{host}Content-Length: 3\r\n{tail}", b"put"),
    ]
    assert server.connections == 1


def test_large_bodies_do_not_wait_for_leave(net, serve):
    requests = []
    server = serve(keep(requests, answer(b"ok")))
    assert net.get(server.url, method="POST", body=3 << 20)["text"] == "ok"
    head, body = requests[0]
    assert "Expect" not in head and body == b"x" * (3 << 20)


def test_a_header_cannot_hold_another(net, serve):
    requests = []
    server = serve(keep(requests, answer()))
    done = net.get(server.url, headers=["X-Key: secret\r\nX-Other: 1"])
    assert (done["err"], done["status"], requests) == ("final", 0, [])
    assert "secret" not in done["words"]


def test_head_has_a_length_and_no_body(net, serve):
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
    done = net.get(server.url, method="HEAD")
    assert (done["status"], done["err"], done["bytes"]) == (200, "none", 0)


def test_redirects_are_answers(net, serve):
    server = serve(keep([], answer(b"log in", "302 Found", "Location: /login")))
    done = net.get(server.url)
    assert (done["status"], done["text"], server.connections) == (302, "log in", 1)


@pytest.mark.parametrize("before", [b"HTTP/1.1 100 Continue\r\n\r\n",
                                    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3])
def test_what_comes_before_an_answer_is_none(net, serve, before):
    server = serve(says(before + answer(b"real", "201 Created")))
    done = net.get(server.url, method="POST", body="x")
    assert (done["status"], done["text"], done["err"]) == (201, "real", "none")


def test_an_answer_may_come_in_any_pieces(net, serve):
    whole = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n"
             b"5;x=y\r\nhello\r\n1\r\n \r\n05\r\nworld\r\n0\r\nTrailer: 1\r\n\r\n")
    server = serve(says(*(whole[n:n + 1] for n in range(len(whole)))))
    done = net.get(server.url)
    assert (done["text"], done["err"]) == ("hello world", "none")


def test_encodings_are_not_asked_for_nor_undone(net, serve):
    server = serve(says(answer(b"\x1f\x8bnot gzip at all", "200 OK", "Content-Encoding: gzip")))
    done = net.get(server.url)
    assert (done["err"], done["bytes"]) == ("none", 17)


# Bodies to files.

def test_a_good_answer_goes_to_a_file(net, serve, tmp_path):
    body = bytes(range(256)) * 40960
    server = serve(says(answer(body)))
    to = tmp_path / "clip.mp4"
    to.write_bytes(b"longer, and of before" * 10 ** 6)
    done = net.get(server.url, to=str(to))
    assert (done["err"], done["bytes"], done["got_bytes"]) == ("none", 0, len(body))
    assert to.read_bytes() == body


@pytest.mark.parametrize("status", ["204 No Content", "200 OK"])
def test_an_empty_answer_is_an_empty_file(net, serve, tmp_path, status):
    server = serve(says(answer(b"", status)))
    assert net.get(server.url, to=str(tmp_path / "empty"))["err"] == "none"
    assert (tmp_path / "empty").read_bytes() == b""


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found", "500 Oh"])
def test_another_answer_leaves_the_file_alone(net, serve, tmp_path, status):
    server = serve(keep([], answer(b"words", status)))
    old = tmp_path / "old"
    old.write_text("old")
    for to in (old, tmp_path / "new"):
        done = net.get(server.url, to=str(to), most_bytes=1 << 40)
        assert (done["err"], done["text"]) == ("none", "words")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("old", "old")]


def test_a_file_that_cannot_be_made(net, serve, tmp_path):
    server = serve(says(answer(b"x")))
    done = net.get(server.url, to=str(tmp_path / "no/such/folder"))
    assert (done["err"], done["status"]) == ("final", 200)
    assert str(tmp_path / "no/such/folder") in done["words"]


def test_a_full_disk(net, serve, tmp_path):
    server = serve(says(answer(b"x" * 100000)))
    (tmp_path / "full").symlink_to("/dev/full")
    assert net.get(server.url, to=str(tmp_path / "full"))["err"] == "full"
    assert list(tmp_path.iterdir()) == []


# Bodies to who listens.

def test_heard_as_it_comes(net, serve):
    heard = queue.Queue()

    def drip(conn):
        read_head(conn)
        conn.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for line in (b"one\n", b"two\n", b"three\n"):
            conn.sendall(b"%x\r\n%s\r\n" % (len(line), line))
            heard.get(timeout=30)  # the next one comes when this one was heard
        conn.sendall(b"0\r\n\r\n")
    server = serve(drip)
    net.tell("start", url=server.url, heard=True)
    for line in ("one\n", "two\n", "three\n"):
        assert net.next()["text"] == line
        heard.put(line)
    done = net.next()
    assert (done["event"], done["err"], done["bytes"], done["got_bytes"]) == ("done", "none", 0, 14)


def test_an_error_is_not_heard(net, serve):
    server = serve(says(answer(b"no such model", "404 Not Found")))
    net.tell("start", url=server.url, heard=True)
    done = net.next()
    assert (done["event"], done["text"]) == ("done", "no such model")


def test_a_stream_that_breaks_is_heard_up_to_there(net, serve):
    server = serve(says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"))
    done = net.get(server.url, heard=True)
    assert [event["text"] for event in net.kept] == ["abc"]
    assert (done["err"], done["status"]) == ("transient", 200)


# Files that are sent.

def test_forms_carry_fields_and_files(net, serve, tmp_path):
    requests = []
    server = serve(keep(requests, answer()))
    (tmp_path / "local.png").write_bytes(b"\x89PNG\r\n--")
    (tmp_path / "text").write_text("from a file")
    (tmp_path / "big.bin").write_bytes(b"b" * (9 << 20))
    net.get(server.url, method="POST", parts=[
        {"name": "type", "text": "input"},
        {"name": "image", "path": str(tmp_path / "local.png"), "filename": 'di"gest.png', "type": "image/png"},
        {"name": "plain", "path": str(tmp_path / "text")},
        {"name": "voice", "text": "RIFF", "filename": "voice.wav", "type": "audio/wav"},
        {"name": "big", "path": str(tmp_path / "big.bin"), "filename": "big.bin", "type": "application/octet-stream"},
    ])
    head, body = requests[0]
    assert "Content-Type: multipart/form-data; boundary=" in head and "Expect" not in head
    mark = head.split("boundary=")[1].split("\r\n")[0].encode()
    assert body.split(b"--" + mark) == [
        b"",
        b'\r\nContent-Disposition: form-data; name="type"\r\n\r\ninput\r\n',
        b'\r\nContent-Disposition: form-data; name="image"; filename="di%22gest.png"\r\nContent-Type: image/png\r\n\r\n'
        b"\x89PNG\r\n--\r\n",
        b'\r\nContent-Disposition: form-data; name="plain"\r\n\r\nfrom a file\r\n',
        b'\r\nContent-Disposition: form-data; name="voice"; filename="voice.wav"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n',
        b'\r\nContent-Disposition: form-data; name="big"; filename="big.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + b"b" * (9 << 20) + b"\r\n",
        b"--\r\n",
    ]


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_to_send_that_is_none(net, serve, tmp_path, name):
    server = serve(says(answer()))
    done = net.get(server.url, method="POST", parts=[{"name": "image", "path": str(tmp_path / name)}])
    assert (done["err"], done["status"], server.connections) == ("final", 0, 0)
    assert str(tmp_path) in done["words"]


# Sizes.

@pytest.mark.parametrize("head, body", [
    (b"Content-Length: 1001\r\n\r\n", b"x"),
    (b"Transfer-Encoding: chunked\r\n\r\n", b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n"),
    (b"\r\n", b"x" * 1001),
])
@pytest.mark.parametrize("place", ["memory", "file", "heard"])
def test_no_more_than_allowed(net, serve, tmp_path, head, body, place):
    server = serve(says(b"HTTP/1.1 200 OK\r\n" + head + body))
    about = {"memory": {}, "file": {"to": str(tmp_path / "to")}, "heard": {"heard": True}}[place]
    done = net.get(server.url, most_bytes=1000, **about)
    assert (done["err"], done["status"]) == ("final", 200)
    assert "more than 1000 bytes" in done["words"]
    assert list(tmp_path.iterdir()) == []


def test_as_much_as_allowed(net, serve):
    server = serve(says(answer(b"x" * 1000)))
    assert net.get(server.url, most_bytes=1000)["err"] == "none"


def test_64_mib_where_nobody_says(net, serve, tmp_path):
    server = serve(keep([], answer(b"x" * ((64 << 20) + 1))))
    assert net.get(server.url)["err"] == "final"
    server = serve(keep([], answer(b"x" * ((64 << 20) + 1), "500 Oh")))
    assert net.get(server.url, to=str(tmp_path / "to"), most_bytes=1 << 40)["err"] == "final"
