# SPDX-License-Identifier: MIT
"""Fingerprints of services: kept with what they make, told when they change, part of keys where the studio asks for it."""
import pytest

from chats import WORDS, Chats
from comfy import ComfyUI, film, studio

from ollama import Ollama


class Machine:
    """A ComfyUI server that is replaced by another version under the same address."""

    def __init__(self, folder):
        self.folder, self.port, self.server = folder, 0, None

    def be(self, version):
        self.rest()
        self.server = ComfyUI(self.folder / version, version, port=self.port).start()
        self.port = self.server.port
        return self.server

    def rest(self):
        if self.server:
            self.server.stop()
        self.server = None


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path / "servers")
    yield machine
    machine.rest()


def project_of(make_project, machine, policy):
    server = machine.be("0.3.64")
    return make_project({"film.yaml": film(1), "studio.yaml": studio(server.url) + f"fingerprint: {policy}\n"})


def build(project):
    return project.build("film.yaml", "--studio", "studio.yaml")


def test_a_change_is_told_once_and_what_was_made_stands(make_project, machine):
    project = project_of(make_project, machine, "warn")
    first = build(project)
    assert "replaced" not in first.err
    machine.be("0.21.0")
    assert build(project).ran == set(), "what was made before stands"
    project.write("film.yaml", film(2))
    second = build(project)
    assert second.err.count("gpu/comfy: replaced: version 0.3.64 -> 0.21.0") == 1
    assert second.ran_models == {"a/s1/image"}
    project.write("film.yaml", film(3))
    assert "replaced" not in build(project).err


def test_nothing_is_told_where_nobody_asks(make_project, machine):
    project = project_of(make_project, machine, "ignore")
    build(project)
    machine.be("0.21.0")
    project.write("film.yaml", film(2))
    assert "replaced" not in build(project).err


def test_strict_makes_it_again(make_project, machine):
    project = project_of(make_project, machine, "strict")
    assert build(project).ran_models == {"a/s0/image"}
    assert build(project).ran == set()
    machine.be("0.21.0")
    assert build(project).ran_models == {"a/s0/image"}
    assert build(project).ran == set()
    machine.be("0.3.64")
    assert build(project).ran == set(), "what the other version made is kept under its own key"


def test_a_service_that_is_away_changes_nothing(make_project, machine):
    project = project_of(make_project, machine, "strict")
    build(project)
    machine.rest()
    again = build(project)
    assert again.ran == set() and again.end["status"] == "built"


def test_only_the_models_of_a_preset_count(make_project, tmp_path):
    with Ollama() as server:
        server.add("writer:latest", digest="1" * 64)
        server.add("other:latest", digest="2" * 64)
        room = Chats(make_project, tmp_path, server, model="writer:latest")
        room.studio.write_text(room.studio.read_text() + "fingerprint: strict\n")
        assert room.build().ran_models == {WORDS}
        server.add("other:latest", digest="3" * 64)
        assert room.build().ran_models == set()
        server.add("writer:latest", digest="4" * 64)
        assert room.build().ran_models == {WORDS}
