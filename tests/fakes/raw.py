# SPDX-License-Identifier: MIT
"""A server that does with a connection exactly what a test says: by the byte, wrong where it is to be wrong."""
import contextlib
import socket
import ssl
import threading


def read_head(conn):
    """The head of a request, as it came; what comes after it is left unread."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = conn.recv(1)
        if not byte:
            return head
        head += byte
    return head


def read_request(conn):
    """(head, body) of a request with a Content-Length; ("", b"") at the end of the connection."""
    head = read_head(conn).decode("latin-1")
    length = 0
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            length = int(value)
    body = b""
    while len(body) < length:
        more = conn.recv(length - len(body))
        if not more:
            break
        body += more
    return head, body


def answer(body=b"", status="200 OK", *headers):
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class RawServer:
    """Calls serve(conn) on a thread of its own for each connection, and closes it afterwards."""

    def __init__(self, serve, context=None, receive_bytes=None):
        self.serve, self.context = serve, context
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(128)
        self.port = self.socket.getsockname()[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        self.connections = 0
        self.stopped = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                conn, _ = self.socket.accept()
                self.connections += 1
                threading.Thread(target=self.run, args=(conn,), daemon=True).start()

    def run(self, conn):
        with contextlib.suppress(OSError):
            if self.context:
                conn = self.context.wrap_socket(conn, server_side=True)
            self.serve(conn)
        with contextlib.suppress(OSError, ssl.SSLError):
            conn.shutdown(socket.SHUT_RDWR)
        conn.close()

    def wait(self):
        """Keeps a connection open and says nothing until the test is over."""
        self.stopped.wait()

    def close(self):
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
