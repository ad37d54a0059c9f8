# SPDX-License-Identifier: MIT
"""The keeper on two machines: words and voices by one, pictures, clips and sounds by the other, both at once."""
import json
import re
import subprocess

import pytest

import media
from comfy import ComfyUI
from ollama import Ollama
from speech import Speech

STUDIO = """\
c41: 1
machines:
  mac:
    services:
      llm:    {{driver: ollama, url: "{llm}"}}
      voices: {{driver: speech, url: "{voices}", dialect: mlx-audio}}
  gpu:
    gpus: 1
    services:
      comfy: {{driver: comfyui, url: "{comfy}"}}
use:
  write: gpt-oss-20b
  image: z-image
  edit: flux-2-dev
  animate: wan-2.2-i2v
  lipsync: infinitetalk-wrapper
  speak: qwen3-tts
  ambience: mmaudio
"""
MODELS = {"write", "image", "edit", "animate", "lipsync", "speak", "ambience"}


def small(text):
    """At a size that is made in seconds, and one picture's words are written by a model."""
    text = re.sub(r"pixels: \d+x\d+", "pixels: 256x144", text)
    return text.replace("image: Mara's eyes", 'image: {prompt: {write: "Mara\'s eyes, in ten words"}}')


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studio")
    comfy = ComfyUI(folder / "server", "0.21.0", step_seconds=0.02).start()
    voices = Speech()
    with Ollama() as llm:
        llm.add("gpt-oss:20b", ["completion", "thinking"])
        yield {"comfy": comfy, "voices": voices, "llm": llm}
    comfy.stop()
    voices.close()


@pytest.fixture(scope="module")
def keeper(copy_example, studio):
    project = copy_example("keeper")
    project.write("film.yaml", small(project.read("film.yaml")))
    (project.folder.parent / "studio.yaml").write_text(STUDIO.format(**{name: fake.url for name, fake in studio.items()}))
    return project, project.build("film.yaml", "--studio", "../studio.yaml")


def test_models_make_everything_that_models_can(keeper):
    _, build = keeper
    makers = {(e["kind"], e["machine"]) for e in build.of("step-start") if e["kind"] in MODELS}
    assert makers == {("write", "mac"), ("speak", "mac"), ("image", "gpu"), ("edit", "gpu"), ("animate", "gpu"),
                      ("lipsync", "gpu"), ("ambience", "gpu")}
    assert build.end["status"] == "built" and build.end["failed"] == 0
    assert "draft" not in build.out + build.err


def spans_of(build, machine):
    """When each step on the machine began and ended."""
    begun = {e["id"]: e["t"] for e in build.of("step-start") if e["machine"] == machine}
    return [(begun[e["id"]], e["t"]) for e in build.of("step-done") if e["id"] in begun]


def test_both_are_busy_at_the_same_time(keeper):
    mac, gpu = spans_of(keeper[1], "mac"), spans_of(keeper[1], "gpu")
    assert mac and gpu
    assert any(a[0] < b[1] and b[0] < a[1] for a in mac for b in gpu)


def test_deliverables_are_sound(keeper):
    project, build = keeper
    paths = [project.folder / d["path"] for d in build.end["deliverables"]]
    assert [p.name for p in paths] == ["the-keeper.mp4", "the-keeper.srt", "the-keeper.vtt"]
    film = media.File(paths[0])
    video = film.stream("video")
    assert (video["width"], video["height"], video["avg_frame_rate"]) == (256, 144, "24/1")
    assert film.seconds > 40
    done = subprocess.run(["ffmpeg", "-v", "error", "-xerror", "-i", paths[0], "-f", "null", "-"], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == ""


def test_nothing_is_made_twice(keeper, studio):
    project, build = keeper
    sent = len(studio["comfy"].accepted)
    assert len({json.dumps(p["prompt"], sort_keys=True) for p in studio["comfy"].accepted}) == sent
    again = project.build("film.yaml", "--studio", "../studio.yaml")
    assert again.ran == set() and len(studio["comfy"].accepted) == sent


def test_who_made_it_is_kept(keeper):
    project, build = keeper
    said = project.run("show", "film.yaml", "lamp/eyes/image", "--studio", "../studio.yaml").stdout
    assert "gpu/comfy" in said and "0.21.0" in said
