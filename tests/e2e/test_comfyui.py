# SPDX-License-Identifier: MIT
"""Films on a ComfyUI server: what is sent to it and what comes back, when all is well."""
import json
import os
import re
import time
import uuid

import pytest

import media
from comfy import VERSIONS, ComfyUI, film, prompts_of, studio, wait_for
from project import finish

CLIP = "      - {shot: walk, image: a keeper, video: she walks to the lamp, seconds: 1}\n"
FACES = "loras:\n  mara: {images: faces, captions: files, trigger: m4ra, base: small}\n"
WITH_LORA = ("c41: 1\ntitle: Mara\nformat: 256x144@24\ncast:\n  mara: {looks: a keeper, loras: [mara]}\n" + FACES
             + "scenes:\n  - {id: a, shots: [{shot: b, image: Mara at the lamp, seconds: 1}]}\n")
FACE_FILES = {"faces/one.png": media.png(40), "faces/one.txt": "m4ra at a window", "faces/two.png": media.png(90),
              "faces/two.txt": "m4ra outside"}


@pytest.fixture(params=VERSIONS)
def server(request, tmp_path):
    fake = ComfyUI(tmp_path / "server", request.param).start()
    yield fake
    fake.stop()


@pytest.fixture
def project(make_project, server):
    return make_project({"film.yaml": film(), "studio.yaml": studio(server.url)})


def build(project, **more):
    return project.build("film.yaml", "--studio", "studio.yaml", **more)


def test_still(project, server):
    done = build(project)
    made = done.output("a/s0/image")
    media.decode(made)
    assert b"CheckpointLoaderSimple" not in made.read_bytes(), "the graph is still in the file"
    [sent] = server.accepted
    assert sent["prompt"]["2"]["inputs"]["text"].startswith("a lamp number 0")
    assert sent["prompt"]["9"]["inputs"]["filename_prefix"] == f"c41/{sent['prompt_id']}"
    assert str(uuid.UUID(sent["prompt_id"])) == sent["prompt_id"] and sent["client_id"]
    assert set(sent) == {"prompt", "prompt_id", "client_id"}
    assert server.paths()[0] == "/system_stats"
    assert project.check_store() > 0
    assert build(project).ran == set() and len(server.accepted) == 1


def test_nothing_that_browsers_send(project, server):
    build(project)
    for request in server.requests:
        assert not {h.lower() for h in request["headers"]} & {"origin", "sec-fetch-site", "sec-fetch-mode"}


def test_a_pool_of_two_takes_turns(make_project, server, tmp_path):
    other = ComfyUI(tmp_path / "other", server.version, step_seconds=0.1).start()
    server.step_seconds = 0.1
    both = {"one": f'{{driver: comfyui, url: "{server.url}"}}', "two": f'{{driver: comfyui, url: "{other.url}"}}'}
    project = make_project({"film.yaml": film(8), "studio.yaml": studio("", services=both)})
    build(project)
    other.stop()
    assert len(server.accepted) + len(other.accepted) == 8, "each is sent once"
    assert server.accepted and other.accepted


def test_one_runs_and_one_waits(project, server):
    project.write("film.yaml", film(4))
    server.hold()
    running = project.start("build", "film.yaml", "--studio", "studio.yaml")
    wait_for(lambda: len(server.accepted) == 2)
    time.sleep(1)  # a third would be there by now
    assert len(server.accepted) == 2
    server.go_on()
    _, err = finish(running)
    assert running.returncode == 0 and len(server.accepted) == 4, err


def test_clip_from_an_uploaded_still(project, server):
    project.write("film.yaml", film(shots=CLIP))
    done = build(project)
    still, clip = done.output("a/walk/image"), done.output("a/walk/video")
    [up] = server.uploads
    assert up["subfolder"] == "c41" and up["bytes"] == still.read_bytes()
    assert prompts_of(server)[1]["1"]["inputs"]["image"] == f"c41/{up['name']}"
    assert re.fullmatch("[0-9a-f]{64}[.]png", up["name"])
    assert clip.suffix == ".mp4" and media.File(clip).frames == 33  # 1 s and half a second at both ends, at 16 fps
    assert b"CheckpointLoaderSimple" not in clip.read_bytes()
    media.decode(clip)


def test_clip_of_vhs_is_not_its_picture(project, server):
    project.write("film.yaml", film(shots=CLIP))
    project.write("studio.yaml", studio(server.url, {"animate": "small-vhs"}))
    clip = build(project).output("a/walk/video")
    assert clip.suffix == ".mp4" and media.File(clip).frames == 33


def test_the_same_bytes_go_up_once(project, server):
    project.write("film.yaml", film(shots=CLIP + CLIP.replace("walk", "turn").replace("she walks", "she turns").replace(
        "image: a keeper", "image: {from: walk}")))
    build(project)
    assert len(server.uploads) == 1 and len(server.accepted) == 3
    project.change("film.yaml", "she turns", "she looks up")
    build(project)  # another session: what is there is looked at, and not sent
    assert len(server.uploads) == 1 and len(server.accepted) == 4


def test_a_file_that_was_cut_short_is_not_trusted(project, server):
    project.write("film.yaml", film(shots=CLIP))
    build(project)
    [up] = server.uploads
    (server.folder / "input/c41" / up["name"]).write_bytes(up["bytes"][:100])
    project.change("film.yaml", "she walks", "she runs")
    build(project)
    again = server.uploads[1]
    assert again["bytes"] == up["bytes"] and again["name"] != up["name"]
    assert prompts_of(server)[2]["1"]["inputs"]["image"] == f"c41/{again['name']}", "the server's own name is used"


def test_sound(project, server):
    project.write("film.yaml", film(shots="      - {shot: s, image: a lamp, sound: wind, seconds: 2}\n"))
    done = build(project)
    [sound] = [e for e in done.of("step-done") if e["kind"] == "ambience"]
    made = project.folder / sound["outputs"][0]["path"]
    assert made.suffix == ".flac" and media.File(made).seconds > 1


def test_what_the_server_is_stands_beside_what_it_made(project, server):
    build(project)
    shown = project.run("show", "film.yaml", "a/s0/image")
    assert shown.returncode == 0 and server.version in shown.stdout + (project.folder / ".c41/ledger.db").read_bytes().decode("latin-1")


def test_lora(project, server, tmp_path):
    loras = tmp_path / "loras"
    loras.mkdir()
    for name, text in FACE_FILES.items():
        project.write(name, text)
    project.write("film.yaml", WITH_LORA)
    project.write("studio.yaml", studio(server.url, {"image": "small-lora", "train": "small-train"}, f', loras: "{loras}"'))
    done = build(project)
    trained = done.output("lora/mara")
    folder = prompts_of(server)[0]["1"]["inputs"]["folder"]
    assert sorted(u["name"] for u in server.uploads) == ["0001.png", "0001.txt", "0002.png", "0002.txt"]
    assert {u["subfolder"] for u in server.uploads} == {folder} and "/" not in folder
    [copied] = loras.iterdir()
    assert copied.read_bytes() == trained.read_bytes()
    assert prompts_of(server)[1]["7"]["inputs"]["lora_name"] == copied.name


def test_lora_without_a_folder_for_it(project, server):
    for name, text in FACE_FILES.items():
        project.write(name, text)
    project.write("film.yaml", WITH_LORA)
    project.write("studio.yaml", studio(server.url, {"image": "small-lora", "train": "small-train"}))
    failed = build(project, code=2)
    assert "loras: FOLDER" in failed.err and len(server.accepted) == 1, failed.err


def test_caption(project, server):
    project.write("faces/one.png", media.png(40))
    project.write("film.yaml", WITH_LORA.replace("captions: files", "captions: auto"))
    project.write("studio.yaml", studio(server.url, {"image": "small-lora", "train": "small-train", "caption": "small-caption"},
                                        f', loras: "{project.folder}"'))
    done = build(project)
    [caption] = [e for e in done.of("step-done") if e["kind"] == "caption"]
    assert "storm light" in (project.folder / caption["outputs"][0]["path"]).read_text()


def test_behind_a_proxy_with_a_path_and_a_token(make_project, tmp_path, monkeypatch):
    fake = ComfyUI(tmp_path / "server", under="/gpu/comfy", headers={"Authorization": "Bearer s3cret-token", "X-Key": "k3y-of-ours"}).start()
    more = ", token: {env: COMFY_TOKEN}, headers: {X-Key: {env: COMFY_KEY}}"
    project = make_project({"film.yaml": film(shots=CLIP), "studio.yaml": studio(fake.url, more=more)})
    secrets = {"COMFY_TOKEN": "s3cret-token", "COMFY_KEY": "k3y-of-ours"}
    build(project, environment=secrets)
    wrong = project.run("build", "film.yaml", "--studio", "studio.yaml", environment={**secrets, "COMFY_KEY": "an0ther-key"})
    assert wrong.returncode == 0  # nothing to do
    project.change("film.yaml", "she walks", "she runs")
    wrong = project.build("film.yaml", "--studio", "studio.yaml", environment={**secrets, "COMFY_KEY": "an0ther-key"}, code=2)
    fake.stop()
    assert "401" in wrong.err and "not accepted" in wrong.err
    for path in [p for p in project.folder.parent.rglob("*") if p.is_file() and "server" not in p.parts]:
        for secret in (b"s3cret-token", b"k3y-of-ours", b"an0ther-key"):
            assert secret not in path.read_bytes(), path
    assert "an0ther-key" not in wrong.err + wrong.out


def test_studio_shows_the_server(project, server):
    server.models["checkpoints"] = ["sub\\small.safetensors"]
    shown = project.run("studio", "--studio", "studio.yaml", "--json")
    assert shown.returncode == 0, shown.stderr
    assert server.version in shown.stdout and "RTX 4090" in shown.stdout, shown.stdout
    json.loads(shown.stdout)


def test_check_names_what_is_missing(project, server):
    server.classes.missing.add("KSampler")
    server.classes.forget("small.safetensors")
    done = project.run("check", "film.yaml", "--studio", "studio.yaml")
    assert 'KSampler' in done.stderr and "small.safetensors" in done.stderr, done.stderr
    assert "models/checkpoints" in done.stderr
    assert server.accepted == []


@pytest.mark.parametrize("use", [{"image": "z-image", "animate": "wan-2.2-i2v", "ambience": "mmaudio"},
                                 {"image": "flux-2-dev", "animate": "framepack", "upscale": "seedvr2"},
                                 {"image": "z-image-turbo", "animate": "wan-2.2-i2v-fast", "ambience": "mmaudio"}], ids=lambda u: u["image"])
def test_presets_of_ours(make_project, tmp_path, use):
    fake = ComfyUI(tmp_path / "server").start()
    shots = ("      - {shot: walk, image: a keeper, video: she walks to the lamp, seconds: 1}\n"
             "      - {shot: sit, image: a chair, sound: wind, seconds: 1}\n")
    project = make_project({"film.yaml": film(shots=shots), "studio.yaml": studio(fake.url, use)})
    done = build(project)
    fake.stop()
    kinds = {e["kind"] for e in done.of("step-done") if e["kind"] in use}
    assert {"image", "animate"} <= kinds
    media.decode(project.folder / done.end["deliverables"][0]["path"])


def test_what_it_has_is_asked_once_a_day(project, server):
    def asked():
        return server.paths().count("/object_info")
    build(project)
    assert asked() == 1
    project.write("film.yaml", film(2))
    build(project)
    assert asked() == 1, "it is kept between runs"
    [kept] = (project.folder / ".c41/servers").iterdir()
    old = time.time() - 25 * 3600
    os.utime(kept, (old, old))
    project.write("film.yaml", film(3))
    build(project)
    assert asked() == 2
    kept.write_text("not what c41 has written")
    project.write("film.yaml", film(4))
    build(project)
    assert asked() == 3


def test_what_was_kept_and_is_no_more_true(project, server):
    build(project)
    server.classes.missing.add("KSampler")
    project.write("film.yaml", film(2))
    done = build(project, code=1)
    assert "KSampler" in done.err and server.paths().count("/object_info") == 2
    assert len(server.accepted) == 1, "nothing was queued"
    server.classes.missing.clear()
    assert build(project).ran_models == {"a/s1/image"}
