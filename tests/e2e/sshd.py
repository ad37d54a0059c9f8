# SPDX-License-Identifier: MIT
"""A real OpenSSH server on loopback, with keys and settings of its own and no rights of root."""
import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

PROGRAM = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile {folder}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
LogLevel VERBOSE
SetEnv HOME={folder}/home {environment}
"""

CLIENT = """\
Host box
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/{key}
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking {strict}
  HostKeyAlias box
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def children_of(pid):
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


class Cutter:
    """Stands before a server and cuts connections: plan has {number of the connection from 0: (way, bytes)}, where way is
    "up" for what the client sends and "down" for what it gets."""

    def __init__(self, port, plan):
        self.to, self.plan, self.seen, self.cut = port, plan, 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            way, left = self.plan.get(self.seen, (None, 0))
            self.seen += 1
            server = socket.create_connection(("127.0.0.1", self.to))
            for name, source, sink in (("up", client, server), ("down", server, client)):
                threading.Thread(target=self.carry, args=(source, sink, left if way == name else None), daemon=True).start()

    def carry(self, source, sink, left):
        try:
            while left != 0 and (data := source.recv(min(left or 1 << 16, 1 << 16))):
                sink.sendall(data)
                left = None if left is None else left - len(data)
            self.cut += left == 0
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Sshd:
    """A host called `box` in its own configuration of ssh, which `config` names."""

    def __init__(self, folder, prefix=()):
        self.folder, self.prefix, self.environment = folder, list(prefix), ""
        self.port, self.running = free_port(), None
        (folder / "home").mkdir(parents=True)
        for key in ("host", "user", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key], check=True)
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        self.know((folder / "host.pub").read_text())
        self.config = self.write_config()
        if os.geteuid() == 0:  # where the processes without rights stay
            os.makedirs("/run/sshd", exist_ok=True)

    def know(self, key):
        """What the client thinks that the host's key is."""
        (self.folder / "known").write_text(f"box {key}")

    def write_config(self, name="config", key="user", strict="yes", port=None):
        path = self.folder / name
        path.write_text(CLIENT.format(port=port or self.port, user=getpass.getuser(), folder=self.folder, key=key, strict=strict))
        return path

    def start(self):
        settings = self.folder / "sshd_config"
        settings.write_text(SERVER.format(port=self.port, folder=self.folder, environment=self.environment))
        self.log = open(self.folder / "log", "ab")
        self.running = subprocess.Popen([*self.prefix, PROGRAM, "-D", "-e", "-f", settings], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, start_new_session=True)
        for _ in range(500):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            assert self.running.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)
        raise AssertionError("sshd does not listen")

    def sessions(self):
        """The server's processes for connections that are open."""
        return children_of(self.running.pid)

    def drop(self):
        """Every connection breaks; what runs behind it is left alone. Returns how many of the server's processes fell."""
        dropped = 0
        for pid in self.sessions():
            for process in (*children_of(pid), pid):
                name = subprocess.run(["ps", "-o", "comm=", "-p", str(process)], capture_output=True, text=True).stdout
                if name.strip().startswith("sshd"):
                    with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                        os.kill(process, signal.SIGKILL)
                        dropped += 1
        return dropped

    def stop(self):
        if self.running:
            self.drop()
            self.running.kill()
            self.running.wait()
            self.log.close()
            self.running = None
