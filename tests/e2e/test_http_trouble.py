# SPDX-License-Identifier: MIT
"""Requests of the network module against servers, lines and proxies that misbehave: what is told of each."""
import contextlib
import os
import queue
import socket
import threading
import time

import pytest

from fakes.raw import answer, read_head, read_request

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n0123456789"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"


def cut(whole, at):
    def serve(conn):
        read_request(conn)
        conn.sendall(whole[:at])
    return serve


# Connections that break.

@pytest.mark.parametrize("whole, needed", [
    (PLAIN, len(PLAIN)),
    (CHUNKED, len(CHUNKED) - 2),  # behind the empty chunk there is nothing more to lose
    (b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN, 25 + len(PLAIN)),
], ids=["length", "chunked", "continued"])
def test_cut_at_every_byte(net, serve, tmp_path, whole, needed):
    """An answer that ends early is never taken for a whole one, wherever that is."""
    server = serve(lambda conn: cut(whole, at)(conn))
    for at in range(needed):
        to = tmp_path / f"{at}"
        done = net.get(server.url, to=str(to))
        assert done["err"] == "transient", (at, done)
        assert f"127.0.0.1:{server.port}" in done["words"]
    assert list(tmp_path.iterdir()) == []
    server = serve(cut(whole, len(whole)))
    assert net.get(server.url, to=str(tmp_path / "whole"))["err"] == "none"
    assert (tmp_path / "whole").read_bytes() == b"0123456789"


@pytest.mark.parametrize("lie", [
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n0123456789",
    b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n0123456789",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"<html>no head at all</html>",
    b"\0" * 1000,
    b"HTTP/1.1 2",
    b"HTTP/9.9 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: " + b"x" * (1 << 20),
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * (1 << 18),
    b"",
], ids=lambda lie: repr(lie[:70].decode()).replace("HTTP/1.1 200 OK\\r\\n", ""))
def test_lies(net, serve, tmp_path, lie):
    server = serve(cut(lie, len(lie)))
    done = net.get(server.url, to=str(tmp_path / "to"))
    assert done["err"] == "transient", done
    assert list(tmp_path.iterdir()) == []


def test_more_than_told_is_not_taken(net, serve):
    server = serve(cut(PLAIN + b"and more", 1000))
    done = net.get(server.url)
    assert (done["err"], done["text"]) == ("none", "0123456789")
    assert net.get(server.url)["text"] == "0123456789"
    assert server.connections == 2


def test_reset_in_the_middle(net, serve):
    def reset(conn):
        read_request(conn)
        conn.sendall(PLAIN[:-5])
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        conn.close()
    assert net.get(serve(reset).url)["err"] == "transient"


def test_a_kept_connection_that_has_died_is_made_anew(net, serve):
    closed = threading.Semaphore(0)

    def once(conn):
        read_request(conn)
        conn.sendall(answer(b"ok"))
        conn.shutdown(socket.SHUT_RDWR)
        closed.release()
    server = serve(once)
    for n in range(5):
        done = net.get(server.url, method="POST", body="x")
        assert (done["err"], done["text"]) == ("none", "ok")
        closed.acquire()
    assert server.connections == 5


def test_an_answer_before_the_whole_request_came(net, serve):
    """As a proxy does that finds the body too large: what it says is told."""
    def early(conn):
        read_head(conn)
        conn.sendall(answer(b"too large", "413 Payload Too Large", "Connection: close"))
        with contextlib.suppress(OSError):
            while conn.recv(1 << 16):
                pass
    done = net.get(serve(early).url, method="POST", body=8 << 20)
    assert (done["status"], done["text"], done["err"]) == (413, "too large", "none")


# Silence.

def test_silence_before_the_answer(net, serve):
    server = serve(lambda conn: server.wait())
    done = net.get(server.url, quiet_ms=300)
    assert (done["err"], done["words"]) == ("transient", f"127.0.0.1:{server.port} was silent for 0.3 s")


@pytest.mark.parametrize("at", [10, 30, len(PLAIN) - 1])
def test_silence_in_the_answer(net, serve, tmp_path, at):
    def stall(conn):
        cut(PLAIN, at)(conn)
        server.wait()
    server = serve(stall)
    done = net.get(server.url, quiet_ms=300, to=str(tmp_path / "to"))
    assert done["err"] == "transient" and "silent for 0.3 s" in done["words"]
    assert list(tmp_path.iterdir()) == []


def test_silence_is_the_clock_s(net, serve):
    """Half an hour of silence is long only where somebody says so."""
    server = serve(lambda conn: (read_head(conn), arrived.release(), server.wait()))
    arrived = threading.Semaphore(0)
    patient, limited = net.tell("start", url=server.url), net.tell("start", url=server.url, quiet_ms=1800000)
    arrived.acquire(), arrived.acquire()
    net.tell("skip", ms=1799000)
    assert net.get(serve(cut(PLAIN, 1000)).url)["err"] == "none"
    assert not [e for e in net.kept if e["event"] == "done"]
    net.tell("skip", ms=2000)
    assert net.wait(limited, "done")["words"].endswith("was silent for 1800 s")
    net.tell("cancel", id=patient)


def test_a_drip_is_no_silence(net, serve):
    """Ten bytes, one every half hour."""
    heard, other = queue.Queue(), serve(cut(PLAIN, 1000))

    def drip(conn):
        read_request(conn)
        conn.sendall(PLAIN[:-10])
        for n in range(len(PLAIN) - 10, len(PLAIN)):
            conn.sendall(PLAIN[n:n + 1])
            heard.get(timeout=30)
    id = net.tell("start", url=serve(drip).url, heard=True, quiet_ms=1860000)
    for byte in "0123456789":
        assert net.wait(id, "heard")["text"] == byte
        net.tell("skip", ms=1800000)
        net.get(other.url)  # by then it has
        heard.put(True)
    assert net.wait(id, "done")["err"] == "none"


def test_a_slow_upload_is_no_silence(net, serve):
    """The other side takes in 2 MiB in more than a second, bit by bit: more than the system itself would hold."""
    def sip(conn):
        read_head(conn)
        left = 2 << 20
        while left:
            time.sleep(0.025)  # what is tested is time
            left -= len(conn.recv(min(left, 1 << 15)))
        conn.sendall(answer(b"ok"))
    server = serve(sip, receive_bytes=1 << 14)
    done = net.get(server.url, method="POST", body=2 << 20, quiet_ms=1500)
    assert (done["err"], done["text"]) == ("none", "ok")


def test_an_upload_that_nobody_takes_is_silence(net, serve):
    server = serve(lambda conn: server.wait(), receive_bytes=1 << 14)
    done = net.get(server.url, method="POST", body=32 << 20, quiet_ms=400)
    assert done["err"] == "transient" and "silent for 0.4 s" in done["words"]


# Nobody there.

@pytest.fixture
def nobody():
    """A port that refuses connections."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def full_house():
    """A port whose queue is full, so that nobody there says anything to a new connection."""
    with socket.socket() as listener, contextlib.ExitStack() as guests:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            guest = guests.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_refused(net, nobody):
    done = net.get(f"http://127.0.0.1:{nobody}/")
    assert (done["err"], done["words"]) == ("away", f"127.0.0.1:{nobody} cannot be reached: Connection refused")


def test_no_such_host(net):
    done = net.get("http://no-such-host.invalid:8188/")
    assert (done["err"], done["words"]) == ("away", "no-such-host.invalid:8188 is not found under that name")


def test_no_answer_to_a_connection(net, full_house):
    done = net.get(f"http://127.0.0.1:{full_house}/", connect_ms=300)
    assert (done["err"], done["words"]) == ("away", f"127.0.0.1:{full_house} does not answer within 0.3 s")
    done = net.get(f"http://127.0.0.1:{full_house}/", quiet_ms=300)
    assert done["err"] == "away" and "silent" in done["words"]


@pytest.mark.parametrize("url", ["", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://", "http://a b/", "gpu:8188",
                                 "http://127.0.0.1:99999/", "http://user:s3cret@/"])
def test_addresses_that_are_none(net, url):
    done = net.get(url)
    assert (done["err"], done["status"]) == ("final", 0)
    assert "s3cret" not in done["words"]


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="slow name servers are loaded before the program")
@pytest.mark.parametrize("do, drop", [("start", "cancel"), ("open", "close")])
def test_names_that_take_their_time(start_net, net_program, serve, do, drop):
    """Nothing waits until a name is found: not the time that a connection has, nor who drops it or closes the loop."""
    shim = net_program.parent.parent / "slow_names.so"
    net = start_net(LD_PRELOAD=str(shim),  # ASan wants to come first, and need not
                    ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0")
    server = serve(cut(PLAIN, 1000))
    begun = time.monotonic()
    dropped = net.tell(do, url="http://gpu.slow/")
    assert net.get(server.url)["err"] == "none"
    net.tell(drop, id=dropped)
    done = net.get("http://gpu.slow/", connect_ms=500)
    assert (done["err"], done["words"]) == ("away", "gpu.slow:80 does not answer within 0.5 s")
    net.tell(do, url="http://gpu.slow/")
    assert net.get(server.url)["err"] == "none"
    assert net.close() == 0
    assert time.monotonic() - begun < 30


# TLS.

def test_an_authority_of_our_own(net, serve, authority):
    server = serve(cut(PLAIN, 1000), authority.server())
    done = net.get(server.url, ca=str(authority.ca))
    assert (done["err"], done["text"]) == ("none", "0123456789")


def test_who_is_not_trusted(net, serve, authority, other_authority):
    server = serve(cut(PLAIN, 1000), authority.server())
    for about in ({}, {"ca": str(other_authority.ca)}):
        done = net.get(server.url, **about)
        assert (done["err"], done["status"]) == ("final", 0)
        assert f"127.0.0.1:{server.port} is not trusted" in done["words"] and "`ca:`" in done["words"]


def test_trust_is_not_kept_with_the_connection(net, serve, authority, other_authority):
    def twice(conn):
        for _ in range(2):
            read_request(conn)
            conn.sendall(answer(b"ok"))
    server = serve(twice, authority.server())
    assert net.get(server.url, ca=str(authority.ca))["err"] == "none"
    assert net.get(server.url, ca=str(other_authority.ca))["err"] == "final"
    assert net.get(server.url, ca=str(authority.ca))["err"] == "none"


def test_another_name(net, serve, authority):
    server = serve(cut(PLAIN, 1000), authority.server("DNS:gpu.example"))
    done = net.get(server.url, ca=str(authority.ca))
    assert done["err"] == "final" and "is not trusted" in done["words"]


def test_certificates_that_cannot_be_read(net, serve, authority, tmp_path):
    server = serve(cut(PLAIN, 1000), authority.server())
    (tmp_path / "junk.pem").write_text("junk")
    for name in ("junk.pem", "missing.pem"):
        done = net.get(server.url, ca=str(tmp_path / name))
        assert done["err"] == "final" and name in done["words"]


def test_no_tls_there(net, serve):
    server = serve(lambda conn: (conn.recv(1000), conn.sendall(PLAIN)))
    done = net.get(server.url.replace("http:", "https:"))
    assert done["err"] == "final" and "TLS" in done["words"]


def test_cut_in_tls(net, serve, authority):
    """Before anything, and in the handshake: as a server does that starts again."""
    for bytes_taken in (0, 1, 100):
        server = serve(lambda conn: bytes_taken and conn.recv(bytes_taken))
        done = net.get(server.url.replace("http:", "https:"), ca=str(authority.ca))
        assert done["err"] == "transient", (bytes_taken, done)


# Passwords.

def test_passwords_are_not_told(net, serve, nobody):
    server = serve(cut(b"", 0))
    for where in (f"127.0.0.1:{nobody}", f"127.0.0.1:{server.port}", "no-such-host.invalid"):
        done = net.get(f"http://mara:s3cret@{where}/x")
        assert done["err"] != "none" and "s3cret" not in str(done) and "mara" not in str(done)


@pytest.mark.parametrize("proxy", ["http://mara:s3cret@no-such-proxy.invalid:3128", "http://mara:s3cret@127.0.0.1:1",
                                   "bogus://mara:s3cret@127.0.0.1:1", "http://mara:s3cret@:x:", "mara:s3cret"])
def test_passwords_of_proxies_are_not_told(start_net, proxy):
    net = start_net(http_proxy=proxy, https_proxy=proxy)
    for url in ("http://gpu.example/", "https://gpu.example/"):
        done = net.get(url)
        assert done["err"] in ("away", "final") and "s3cret" not in str(done) and "mara" not in str(done)


# Proxies.

def test_proxies_of_the_environment(start_net, serve):
    requests = []

    def proxy(conn):
        requests.append(read_request(conn)[0].split("\r\n")[0])
        conn.sendall(answer(b"by proxy"))
    relay, server = serve(proxy), serve(cut(PLAIN, 1000))
    net = start_net(http_proxy=relay.url, no_proxy="other.example")
    assert net.get("http://gpu.example/x")["text"] == "by proxy"
    assert requests == ["GET http://gpu.example/x HTTP/1.1"]
    assert net.get("http://other.example/x")["err"] == "away"
    for host in ("127.0.0.1", "localhost"):
        assert net.get(f"http://{host}:{server.port}/")["text"] == "0123456789"
    assert len(requests) == 1


@pytest.mark.parametrize("status, err", [("403 Forbidden", "final"), ("407 Proxy Authentication Required", "final"),
                                         ("502 Bad Gateway", "away"), ("504 Gateway Timeout", "away")])
def test_a_proxy_that_refuses(start_net, serve, status, err):
    relay = serve(cut(answer(b"", status), 1000))
    done = start_net(https_proxy=relay.url).get("https://gpu.example/")
    assert done["err"] == err and f"the proxy answers {status[:3]}" in done["words"]
