# SPDX-License-Identifier: MIT
"""The server's side of a WebSocket by hand, so that a test can get every part of it wrong."""
import base64
import hashlib
import struct

from fakes.raw import read_head

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def accept_of(head):
    key = next(line for line in head.decode().split("\r\n") if line.startswith("Sec-WebSocket-Key: ")).split(": ")[1]
    return base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


def welcome(head):
    """The answer that opens it."""
    return (f"HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: upgrade\r\n"
            f"sec-websocket-accept: {accept_of(head)}\r\n\r\n").encode()


def shake(conn):
    head = read_head(conn)
    conn.sendall(welcome(head))
    return head


def frame(payload=b"", opcode=TEXT, last=True, length=None, reserved=0):
    """A frame as a server sends it; length is what it says of itself."""
    length = len(payload) if length is None else length
    first = (0x80 if last else 0) | reserved << 4 | opcode
    if length < 126:
        return struct.pack(">BB", first, length) + payload
    if length < 1 << 16:
        return struct.pack(">BBH", first, 126, length) + payload
    return struct.pack(">BBQ", first, 127, length) + payload


def read_exactly(conn, n):
    got = b""
    while len(got) < n:
        more = conn.recv(n - len(got))
        if not more:
            raise OSError("the client went away")
        got += more
    return got


def read_frame(conn):
    """(opcode, payload) of the next frame of the client."""
    first, second = read_exactly(conn, 2)
    assert first & 0x80 and second & 0x80, "whole and masked"
    length = second & 0x7f
    if length == 126:
        length, = struct.unpack(">H", read_exactly(conn, 2))
    elif length == 127:
        length, = struct.unpack(">Q", read_exactly(conn, 8))
    mask = read_exactly(conn, 4)
    payload = read_exactly(conn, length)
    if length > 4096:
        wide = int.from_bytes(payload, "big") ^ int.from_bytes((mask * (length // 4 + 1))[:length], "big")
        return first & 0x0f, wide.to_bytes(length, "big")
    return first & 0x0f, bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload))
