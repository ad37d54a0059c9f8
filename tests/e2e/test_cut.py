# SPDX-License-Identifier: MIT
"""The network is cut between c41 and its ComfyUI servers: c41 runs in a network of its own (Linux, root), each server at
the end of a cable, which is pulled and put back."""
import json
import os
import shutil
import subprocess
import time

import pytest

from comfy import PRESETS, ComfyUI, film, wait_for
from project import Project, finish, read_until

STUDIO = ("film.yaml", "--studio", "studio.yaml")


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True)


def can_cut():
    """Whether this system lets us make networks."""
    if not shutil.which("ip") or os.geteuid() != 0:
        return False
    name = f"c41-try-{os.getpid()}"
    made = ip("netns", "add", name).returncode == 0
    cable = ip("link", "add", f"c41t{os.getpid() % 10**6}", "netns", name, "type", "veth", "peer", "name", "c41t").returncode == 0
    ip("netns", "del", name)
    return made and cable


pytestmark = pytest.mark.skipif(not can_cut(), reason="networks of one's own need root, ip and network namespaces")


class Cable:
    """From c41's network to a server; n tells cables apart."""

    def __init__(self, network, n):
        self.name = f"c41x{os.getpid() % 10**5}{n}"
        self.address = f"10.213.{os.getpid() % 250}.{4 * n + 1}"
        inner = f"10.213.{os.getpid() % 250}.{4 * n + 2}"
        for words in (["link", "add", self.name, "type", "veth", "peer", "name", f"eth{n}", "netns", network],
                      ["addr", "add", f"{self.address}/30", "dev", self.name], ["link", "set", self.name, "up"],
                      ["-n", network, "addr", "add", f"{inner}/30", "dev", f"eth{n}"], ["-n", network, "link", "set", f"eth{n}", "up"]):
            done = ip(*words)
            assert done.returncode == 0, done.stderr

    def pull(self):
        assert ip("link", "set", self.name, "down").returncode == 0

    def put_back(self):
        assert ip("link", "set", self.name, "up").returncode == 0

    def remove(self):
        """Now: with its network it would go some time later, and the next test takes its name."""
        assert ip("link", "del", self.name).returncode == 0


class Cut(Project):
    """A project whose programs run in c41's network."""
    network = ""

    def command(self, *args):
        return ["ip", "netns", "exec", self.network, *super().command(*args)]


@pytest.fixture
def network():
    name = f"c41-{os.getpid()}"
    assert ip("netns", "add", name).returncode == 0
    ip("-n", name, "link", "set", "lo", "up")
    yield name
    ip("netns", "del", name)


@pytest.fixture
def ends(network, tmp_path):
    """Two servers with their cables."""
    cables = [Cable(network, n) for n in range(2)]
    servers = [ComfyUI(tmp_path / f"server-{n}", host=cable.address).start() for n, cable in enumerate(cables)]
    yield list(zip(servers, cables))
    for server, cable in zip(servers, cables):
        cable.put_back()
        server.stop()
        cable.remove()


@pytest.fixture
def project(network, ends, program, environment, tmp_path):
    machines = {name: {"services": {"comfy": {"driver": "comfyui", "url": server.url}}}
                for name, (server, _) in zip(("one", "two"), ends)}
    text = {"c41": 1, "machines": machines, "use": {"image": "small"}, "presets": [str(PRESETS)], "patience": "10 s"}
    project = Cut(program, tmp_path / "project", environment, {"film.yaml": film(), "studio.yaml": json.dumps(text)})
    project.network = network
    return project


def begin(project, ends):
    """A build whose prompt is at work on a server: that and its cable, and the other server."""
    for server, _ in ends:
        server.hold()
    running = project.start("build", *STUDIO, "--events", "-")
    wait_for(lambda: any(server.engine.running for server, _ in ends))
    ends.sort(key=lambda end: not end[0].accepted)
    (server, cable), (peer, _) = ends
    peer.go_on()
    return running, server, cable, peer


def check(project, running, ends, *sent):
    _, err = finish(running)
    assert running.returncode == 0, err
    assert tuple(len(server.accepted) for server, _ in ends) == sent, err
    assert project.run("verify").returncode == 0


def test_for_less_than_the_patience(project, ends):
    """The server renders all the while; what it made is fetched."""
    running, server, cable, _ = begin(project, ends)
    cable.pull()
    server.go_on()
    wait_for(lambda: server.engine.history)
    time.sleep(5)  # of ten
    cable.put_back()
    check(project, running, ends, 1, 0)


def test_while_c41_is_killed_for_less_than_the_patience(project, ends):
    running, server, cable, _ = begin(project, ends)
    cable.pull()
    running.kill()
    finish(running)
    server.go_on()
    running = project.start("build", *STUDIO, "--events", "-")
    read_until(running, "service")
    cable.put_back()
    check(project, running, ends, 1, 0)


@pytest.mark.long
def test_while_c41_is_killed_for_longer(project, ends):
    """The peer makes it, once; the server is told when it is there again."""
    running, server, cable, peer = begin(project, ends)
    cable.pull()
    running.kill()
    finish(running)
    peer.hold()
    began = time.monotonic()
    running = project.start("build", *STUDIO, "--events", "-")
    wait_for(lambda: peer.engine.running, 60)
    assert time.monotonic() - began > 10
    cable.put_back()
    wait_for(lambda: server.engine.interrupted, 60)
    server.go_on()
    peer.go_on()
    check(project, running, ends, 1, 1)


@pytest.mark.long
def test_for_longer_than_the_patience(project, ends):
    """No kill: a line on which nobody acknowledges anything is given up after twenty seconds."""
    running, server, cable, peer = begin(project, ends)
    cable.pull()
    server.go_on()
    wait_for(lambda: peer.accepted, 150)
    cable.put_back()
    check(project, running, ends, 1, 1)
