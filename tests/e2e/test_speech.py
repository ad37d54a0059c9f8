# SPDX-License-Identifier: MIT
"""Films whose voices come from speech servers: every dialect's requests as they arrive there, and what becomes of the
sound. How a server that does not behave ends is in test_speech_trouble.py."""
import struct

import pytest

import speech_films as films
from fakes.speech import chunk, open_ended, read_wav, seconds_of, wav
from speech_films import server, speak  # noqa: F401

WORDS = "Don't wait for me."
MLX = "mlx-community/Qwen3-TTS-12Hz-1.7B-"
CLONE = "{clone: cast/ann.wav, text: I told you once already.}"
STEP = "one/talk/voice/ann-don-t-wait"


def test_two_speakers(make_project, server):
    server.answers["/v1/audio/voices"] = {"voices": ["ryan", "serena"], "uploaded_voices": []}
    project = make_project({"film.yaml": """\
c41: 1
title: Two
format: 64x48@24
use: {speak: qwen3-tts}
cast:
  ann: {voice: {name: Serena, language: en}}
  bob: {voice: {name: Ryan, direction: "low, dry"}, pronounce: {Siobhan: shih-VAWN}}
scenes:
  - id: one
    shots:
      - shot: talk
        card: Talk
        say: |
          ANN: Are you coming with us?
          BOB: Siobhan is not, and I am not.
"""})
    (project.folder.parent / "studio.yaml").write_text(films.studio(server, "vllm-omni"))
    build = project.build("film.yaml", "--studio", "../studio.yaml")
    speakers = {e["id"]: e for e in build.of("step-done") if e["kind"] == "speak"}
    assert speakers.keys() == {"one/talk/voice/ann-are-you", "one/talk/voice/bob-siobhan-is"}
    bodies = sorted((r["json"] for r in server.speech), key=lambda b: b["voice"])
    assert bodies == [
        {"input": "shih-VAWN is not, and I am not.", "voice": "ryan", "instructions": "low, dry", "language": "Auto",
         "response_format": "wav"},
        {"input": "Are you coming with us?", "voice": "serena", "language": "English", "response_format": "wav"}]
    assert len(server.of("/v1/audio/voices")) == 1, "the list is asked for once"
    assert server.requests[0]["path"] == "/v1/audio/voices", "and before the first line"
    facts = speakers["one/talk/voice/ann-are-you"]["outputs"][0]["facts"]
    assert facts["seconds"] == pytest.approx(seconds_of("Are you coming with us?"), abs=0.001)
    assert {e["machine"] for e in build.of("step-start") if e["kind"] == "speak"} == {"mac"}
    assert project.check_store()
    assert not project.build("film.yaml", "--studio", "../studio.yaml").ran


# By dialect: what the film says, what the service has more, and what arrives there: path, then JSON or the fields of
# a form, "@NAME" being a file with the bytes of cast/NAME.
ARRIVES = {
    "openai": ({"ann": "{name: coral, direction: Quiet}", "use": "plain"}, "/v1/audio/speech",
               {"model": "gpt-4o-mini-tts", "input": WORDS, "voice": "coral", "instructions": "Quiet", "speed": 1.0,
                "response_format": "wav"}),
    "mlx-audio": ({"ann": "{name: Serena, direction: Quiet, language: en}"}, "/v1/audio/speech",
                  {"model": MLX + "CustomVoice-bf16", "input": WORDS, "voice": "serena", "instruct": "Quiet",
                   "lang_code": "english", "response_format": "wav", "max_tokens": 1200}),
    "mlx-audio design": ({"ann": "{design: A woman of sixty.}"}, "/v1/audio/speech",
                         {"model": MLX + "VoiceDesign-bf16", "input": WORDS, "instruct": "A woman of sixty.",
                          "lang_code": "auto", "response_format": "wav"}),
    "mlx-audio clone": ({"ann": CLONE, "service": ", paths: {{PROJECT}: /srv/film}"}, "/v1/audio/speech",
                        {"model": MLX + "Base-bf16", "input": WORDS, "ref_audio": "/srv/film/cast/ann.wav",
                         "ref_text": "I told you once already.", "lang_code": "auto", "response_format": "wav"}),
    "vllm-omni": ({"ann": "Vivian"}, "/v1/audio/speech",
                  {"input": WORDS, "voice": "vivian", "language": "Auto", "response_format": "wav"}),
    "vllm-omni clone": ({"ann": CLONE}, "/v1/audio/speech",
                        {"input": WORDS, "task_type": "Base", "ref_audio": "data:audio/wav;base64,BASE64",
                         "ref_text": "I told you once already.", "language": "Auto", "response_format": "wav"}),
    "qwen3-tts-openai-fastapi": ({"ann": "{name: Vivian, direction: Quiet}"}, "/v1/audio/speech",
                                 {"model": "qwen3-tts", "input": WORDS, "voice": "Vivian", "instruct": "Quiet",
                                  "language": "Auto", "response_format": "wav", "speed": 1.0}),
    "qwen3-tts-openai-fastapi clone": ({"ann": CLONE}, "/v1/audio/voice-clone",
                                       {"input": WORDS, "ref_audio": "BASE64", "ref_text": "I told you once already.",
                                        "x_vector_only_mode": False, "language": "Auto", "response_format": "wav",
                                        "speed": 1.0}),
    "qwen3_tts_api": ({"ann": "{name: vivian, direction: Quiet}"}, "/v1/audio/speech",
                      {"model": "qwen3-tts", "input": WORDS, "voice": "Vivian", "instructions": "Quiet",
                       "language": "Auto", "response_format": "wav"}),
    "qwen3_tts_api clone": ({"ann": CLONE}, "/v1/audio/speech",
                            {"model": "qwen3-tts", "input": WORDS, "audio_sample": "@ann.wav",
                             "audio_sample_text": "I told you once already.", "language": "Auto",
                             "response_format": "wav"}),
    "faster-qwen3-tts": ({"ann": "Ryan"}, "/v1/audio/speech", {"input": WORDS, "voice": "Ryan", "response_format": "wav"}),
    "index-tts-vllm vector": ({"ann": "{clone: cast/ann.wav, emotion: {sad: 0.5, melancholic: 0.2, calm: 0.1}}",
                               "use": "indextts2"}, "/tts_url",
                              {"text": WORDS, "spk_audio_path": "PROJECT/cast/ann.wav", "emo_control_method": 2,
                               "emo_vec": [0, 0, 0.5, 0, 0, 0.2, 0, 0.1], "emo_random": False,
                               "max_text_tokens_per_sentence": 120}),
    "index-tts-vllm audio": ({"ann": "{clone: cast/ann.wav, emotion: cast/cry.wav}", "use": "indextts2"}, "/tts_url",
                             {"text": WORDS, "spk_audio_path": "PROJECT/cast/ann.wav", "emo_control_method": 1,
                              "emo_ref_path": "PROJECT/cast/cry.wav"}),
    "index-tts-vllm text": ({"ann": "{clone: cast/ann.wav, direction: resigned}", "use": "indextts2"}, "/tts_url",
                            {"text": WORDS, "spk_audio_path": "PROJECT/cast/ann.wav", "emo_control_method": 3,
                             "emo_text": "resigned", "emo_weight": 0.6}),
    "index-tts-vllm-v1": ({"ann": "{clone: cast/ann.wav}", "use": "indextts2"}, "/tts_url",
                          {"text": WORDS, "audio_paths": ["PROJECT/cast/ann.wav"], "seed": "SEED"}),
    "indextts-openai": ({"ann": "{clone: cast/ann.wav, name: mara, emotion: {calm: 0.3}}", "use": "indextts2"},
                        "/v1/audio/speech",
                        {"model": "IndexTTS-2", "input": WORDS, "voice": "mara", "emo_control_method": 2,
                         "emo_vec": [0, 0, 0, 0, 0, 0, 0, 0.3], "emo_random": False, "response_format": "wav"}),
    "indextts-api": ({"ann": "{clone: cast/ann.wav, emotion: cast/cry.wav}", "use": "indextts2"}, "/api/tts",
                     {"text": WORDS, "speaker_audio": "@ann.wav", "emotion_mode": "1", "emotion_audio": "@cry.wav"}),
    "chatterbox-server": ({"ann": "Abigail", "use": "chatterbox"}, "/tts",
                          {"text": WORDS, "voice_mode": "predefined", "predefined_voice_id": "Abigail.wav",
                           "output_format": "wav", "split_text": True, "chunk_size": 120, "temperature": 0.8,
                           "exaggeration": 0.5, "cfg_weight": 0.5, "seed": "SEED"}),
    "chatterbox-api": ({"ann": "mara", "use": "chatterbox"}, "/v1/audio/speech",
                       {"input": WORDS, "voice": "mara", "temperature": 0.8, "exaggeration": 0.5, "cfg_weight": 0.5}),
    "chatterbox-api clone": ({"ann": "{clone: cast/ann.wav}", "use": "chatterbox"}, "/v1/audio/speech/upload",
                             {"input": WORDS, "voice_file": "@ann.wav", "temperature": "0.8", "exaggeration": "0.5",
                              "cfg_weight": "0.5"}),
}


def as_expected(value, project, asked):
    """What stands for something of the run is put in."""
    if isinstance(value, list):
        return [as_expected(v, project, asked) for v in value]
    if value == "SEED":
        return asked if isinstance(asked, int) else "a whole number"
    if not isinstance(value, str):
        return value
    if value.startswith("@"):
        return {"filename": value[1:], "type": "audio/wav", "bytes": (project.folder / "cast" / value[1:]).read_bytes()}
    return value.replace("PROJECT", str(project.folder)).replace("BASE64", films.base64_of(project.folder / "cast/ann.wav"))


@pytest.mark.parametrize("name", ARRIVES)
def test_arrives_as_the_dialect_has_it(speak, server, name):
    told, path, body = ARRIVES[name]
    server.answers["/get_predefined_voices"] = [{"display_name": "Abigail", "filename": "Abigail.wav"}]
    project, build = speak(name.split()[0], **told)
    assert [r["path"] for r in server.speech] == [path]
    asked = server.speech[0]
    came = asked["form"] if asked["form"] is not None else asked["json"]
    assert came == {k: as_expected(v, project, came.get(k)) for k, v in body.items()}
    multipart = any(isinstance(v, str) and v.startswith("@") for v in body.values())
    assert asked["headers"]["Content-Type"].startswith("multipart/form-data" if multipart else "application/json")
    assert "Expect" not in asked["headers"], "servers of Python wait a second over it"
    assert STEP in build.ran


@pytest.mark.parametrize("dialect, kept, upload, use", [
    ("chatterbox-server", "/get_reference_files", "/upload_reference", "chatterbox"),
    ("faster-qwen3-tts", "/v1/audio/voices", "/v1/audio/voices", "qwen3-tts")])
def test_recording_is_sent_once(speak, server, dialect, kept, upload, use):
    server.answers[kept] = [] if dialect == "chatterbox-server" else {"voices": ["alloy"], "uploaded_voices": []}
    lines = {"line": ', line: a}, {ann: "And don\'t call."'}
    project, build = speak(dialect, ann=CLONE, use=use, **lines)
    assert [r["path"] for r in server.requests if r["method"] == "POST"] == [upload, *["/v1/audio/speech" if use == "qwen3-tts" else "/tts"] * 2]
    form = server.uploads[0]
    if dialect == "chatterbox-server":
        name = form["files"]["filename"]
        assert form == {"files": {"filename": name, "type": "audio/wav", "bytes": (project.folder / "cast/ann.wav").read_bytes()}}
        assert {r["json"]["reference_audio_filename"] for r in server.speech} == {name}
        assert {r["json"]["voice_mode"] for r in server.speech} == {"clone"}
    else:
        name = form["name"]
        assert form == {"name": name, "ref_text": "I told you once already.", "audio_sample":
                        {"filename": "ann.wav", "type": "audio/wav", "bytes": (project.folder / "cast/ann.wav").read_bytes()}}
        assert {r["json"]["voice"] for r in server.speech} == {name}
    # What the server still has is not sent again.
    server.answers[kept] = [name] if dialect == "chatterbox-server" else {"voices": [name]}
    project.change("film.yaml", "And don't call.", "And don't call again.")
    project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak")
    assert len(server.uploads) == 1 and len(server.speech) == 3


FORMS = {
    "plain": wav(1.2), "22.05 kHz": wav(1.2, rate=22050), "open-ended": open_ended(1.2),
    "open-ended, 0": open_ended(1.2, size=0), "open-ended, 7fffffff": open_ended(1.2, size=0x7FFFFFFF),
    "float": wav(1.2, real=True, before=chunk(b"fact", struct.pack("<I", 28800))), "24 bits": wav(1.2, bits=24),
    "48 kHz with LIST": wav(1.2, rate=48000, before=chunk(b"LIST", b"INFOISFT\x05\0\0\0Lavf\0\0")),
    "LIST behind": wav(1.2, behind=chunk(b"LIST", b"INFO")), "8 bits": wav(1.2, bits=8, rate=22050)}


@pytest.mark.parametrize("form", FORMS)
def test_sound_is_kept_to_the_sample(speak, server, form):
    """The head is written anew, whatever it said; no sample is touched."""
    sent = FORMS[form]
    server.say = lambda text: sent
    _, build = speak("vllm-omni")
    rate, channels, bits, real, body = read_wav(build.output(STEP).read_bytes())
    assert (rate, channels) == (struct.unpack("<I", sent[24:28])[0], 1)
    assert (bits, real) == ({"24 bits": 24, "float": 32, "8 bits": 8}.get(form, 16), form == "float")
    assert body in sent and len(body) == int(1.2 * rate) * bits // 8


LONG = ("The lamp has not been lit since the winter of the great storm. Nobody goes up there now, and nobody asks why. "
        "I went once; I was nine, and it was raining so hard that the stairs ran like a brook! Do you want to know what I saw? ") * 3


def test_long_text_is_spoken_in_pieces(speak, server):
    _, build = speak("mlx-audio", text=LONG.strip())
    pieces = [r["json"]["input"] for r in server.speech]
    assert len(pieces) > 2 and all(len(p) <= 300 for p in pieces)
    assert all(p[-1] in ".!?" for p in pieces), "cut behind sentences"
    assert " ".join(pieces) == LONG.strip()
    rate, _, _, _, body = read_wav(next(build.output(e["id"]) for e in build.of("step-done") if e["kind"] == "speak").read_bytes())
    expected = sum(int(seconds_of(p) * rate) for p in pieces)
    gap = len(body) // 2 - expected
    assert 0 < gap <= (len(pieces) - 1) * 0.12 * rate + 1
    progress = [(e["done"], e["total"]) for e in build.of("step-progress") if "done" in e]
    assert all(total == len(pieces) and done <= total for done, total in progress)


def test_voice_of_the_preset_where_there_is_none(speak, server):
    speak("mlx-audio", ann="{direction: Quiet}")
    assert server.speech[0]["json"]["voice"] == "ryan"


def test_direction_that_cannot_be_given_is_told(speak, server):
    _, build = speak("faster-qwen3-tts", ann="{name: Ryan, direction: almost a whisper}")
    notes = [e["note"] for e in build.of("step-progress") if e.get("note")]
    assert any("faster-qwen3-tts takes no direction" in n and "almost a whisper" in n for n in notes), notes


@pytest.mark.parametrize("dialect, route, answer", [
    ("vllm-omni", "/v1/audio/voices", {"voices": ["vivian", "serena"], "uploaded_voices": []}),
    ("qwen3-tts-openai-fastapi", "/v1/voices", {"voices": [{"id": "Serena", "name": "Serena", "language": None}], "languages": []}),
    ("mlx-audio", "/v1/audio/voices", {"object": "list", "model": "m", "data": []}),
    ("qwen3_tts_api", None, None)])
def test_unknown_voice_is_told_before_a_line_is_sent(speak, server, dialect, route, answer):
    if route:
        server.answers[route] = answer
    _, build = speak(dialect, ann="Serina", code=2)
    assert not server.speech
    assert 'no voice "Serina"' in build.err and 'did you mean "' in build.err and "serena" in build.err.lower()
    if dialect == "mlx-audio":
        assert server.of(route)[0]["query"] == "model=" + MLX + "CustomVoice-bf16" # as it is decoded


def test_voice_that_only_the_server_knows(speak, server):
    server.answers["/v1/audio/voices"] = {"voices": ["ryan", "mara"], "uploaded_voices": [{"name": "mara"}]}
    speak("vllm-omni", ann="Mara")
    assert server.speech[0]["json"]["voice"] == "mara"


def test_unknown_dialect(speak, server):
    _, build = speak("kokoro", code=2)
    assert 'unknown dialect "kokoro"' in build.err
    for name in ARRIVES:
        assert name.split()[0] in build.err
    assert not server.requests


def test_recording_that_is_out_of_reach(make_project, server):
    """A server elsewhere that reads recordings by itself: nothing is sent, and the remedy is told."""
    project = make_project({"film.yaml": films.film(ann=CLONE), "cast/ann.wav": wav(4)})
    (project.folder.parent / "studio.yaml").write_text(
        films.studio(server, "mlx-audio").replace("127.0.0.1", "127.0.0.2"))
    build = project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak", code=2)
    assert "paths: {FOLDER HERE: FOLDER THERE}" in build.err and not server.requests


def test_token_is_sent_and_told_nobody(make_project, server):
    server.script = [films.Answer({"detail": "not for s3cr3t-token"}, status=500), None]
    project = make_project({"film.yaml": films.film()})
    (project.folder.parent / "studio.yaml").write_text(
        films.studio(server, "mlx-audio", ", token: {env: VOICE_TOKEN}"))
    build = project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak",
                          environment={"VOICE_TOKEN": "s3cr3t-token"})
    assert {r["headers"]["Authorization"] for r in server.requests} == {"Bearer s3cr3t-token"}
    said = build.out + build.err + str(build.events)
    assert "s3cr3t" not in said
    for path in project.folder.rglob("*"):
        assert not path.is_file() or b"s3cr3t" not in path.read_bytes(), path


def test_address_as_clients_of_openai_take_it(make_project, server):
    project = make_project({"film.yaml": films.film()})
    (project.folder.parent / "studio.yaml").write_text(
        films.studio(server, "mlx-audio").replace(server.url, server.url + "/v1"))
    project.build("film.yaml", "--studio", "../studio.yaml", "--to", "speak")
    assert [r["path"] for r in server.speech] == ["/v1/audio/speech"]


def test_jobs_at_once(speak, server):
    server.say = lambda text: films.Answer(wav(seconds_of(text)), wait=0.3)
    lines = ', line: a}, {ann: "And two.", line: b}, {ann: "And three.", line: c'
    speak("mlx-audio", line=lines)
    assert server.most_at_once == 1
    server.most_at_once = 0
    speak("mlx-audio", line=lines, service=", jobs: 3", folder="other")
    assert server.most_at_once == 3
