# SPDX-License-Identifier: MIT
"""The program that is tested, and projects to try it in."""
import json
import os
import pathlib
import shutil

import pytest

from certificates import Authority
from comfy import ComfyUI
from fakes.raw import RawServer
from net import Net
from project import Project

ROOT = pathlib.Path(__file__).resolve().parents[2]

@pytest.fixture(scope="session")
def program():
    """$C41_PROGRAM, else what is built beside the sources."""
    path = pathlib.Path(os.environ.get("C41_PROGRAM", ROOT / "build/c41")).resolve()
    if not path.is_file():
        pytest.exit(f"there is no {path}: build first", 2)
    return path


@pytest.fixture(scope="session")
def environment(tmp_path_factory):
    """A person without any settings of their own."""
    home = tmp_path_factory.mktemp("home")
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(("C41_", "XDG_", "LC_")) and k not in ("LANG", "LANGUAGE", "NO_COLOR", "HOME")}
    if "C41_DATA" in os.environ:
        kept["C41_DATA"] = os.environ["C41_DATA"]
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8"}


@pytest.fixture
def make_project(program, environment, tmp_path):
    """A function that makes a project of {name: text}."""
    def make(files={}, folder="project"):
        return Project(program, tmp_path / folder, environment, files)
    return make


@pytest.fixture(scope="session")
def make_shared(program, environment, tmp_path_factory):
    """The same for what several tests begin with a copy of."""
    def make(files):
        return Project(program, tmp_path_factory.mktemp("shared") / "project", environment, files)
    return make


@pytest.fixture
def server(tmp_path):
    """A ComfyUI server, where a file of tests has none of its own."""
    fake = ComfyUI(tmp_path / "server").start()
    yield fake
    fake.stop()


@pytest.fixture
def parts(built, tmp_path):
    """A copy of what the tests' file has built, which knows its parts by now: two builds tell them."""
    project = built.copy(tmp_path / "parts")
    project.build()
    project.build()
    return project


@pytest.fixture(scope="session")
def copy_example(program, environment, tmp_path_factory):
    """A function that copies a folder of examples/ as it is in the repository."""
    def copy(name):
        folder = tmp_path_factory.mktemp(name) / name
        shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns(".c41", "out"))
        return Project(program, folder, environment)
    return copy


@pytest.fixture(scope="session")
def model_data(tmp_path_factory):
    """Our data with the presets of tests/fixtures/models, and a schema that knows their driver."""
    data = tmp_path_factory.mktemp("data")
    for name in ("stdlib", "presets"):
        shutil.copytree(ROOT / name, data / name)
    shutil.copytree(ROOT / "tests/fixtures/models", data / "presets", dirs_exist_ok=True)
    path = data / "stdlib/schema/preset.json"
    schema = json.loads(path.read_text())
    schema["$defs"]["driver"]["enum"].append("model")
    path.write_text(json.dumps(schema))
    return data


@pytest.fixture(scope="session")
def model_program(program):
    """The program with the driver that stands in for models (tests/standin/model)."""
    path = program.parent / "tests/standin/model/c41-model"
    if not path.is_file():
        pytest.exit(f"there is no {path}: build first", 2)
    return path


@pytest.fixture
def make_studio_project(model_program, model_data, environment, tmp_path):
    """As make_project, where models make what `use:` gives to the preset stand-in."""
    def make(files={}, folder="project"):
        told = {**environment, "C41_DATA": str(model_data), "C41_MODEL_COUNTER": str(tmp_path / "renders")}
        return Project(model_program, tmp_path / folder, told, files)
    return make


@pytest.fixture(scope="session")
def net_program(program):
    """The network module as a program (tests/standin/net)."""
    path = program.parent / "tests/standin/net/c41-net-told"
    if not path.is_file():
        pytest.exit(f"there is no {path}: build first", 2)
    return path


@pytest.fixture
def start_net(net_program, environment):
    """A function that starts the network module with further environment variables."""
    started = []

    def start(**variables):
        plain = {k: v for k, v in environment.items() if not k.lower().endswith("_proxy")}
        started.append(Net(net_program, {**plain, **variables}))
        return started[-1]
    yield start
    assert [net.close() for net in started] == [0] * len(started)


@pytest.fixture
def net(start_net):
    return start_net()


@pytest.fixture
def serve():
    """A function that starts a RawServer."""
    started = []

    def start(*args, **options):
        started.append(RawServer(*args, **options))
        return started[-1]
    yield start
    for server in started:
        server.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"), "ours")


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("other"), "theirs")
