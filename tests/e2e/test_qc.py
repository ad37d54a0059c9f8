# SPDX-License-Identifier: MIT
"""`c41 qc`: each file has one planted fault; it is found where it is, and nothing else is."""
import json
import re
import subprocess

import pytest

from media import loudness, tool

FPS = 24
FRAME = 1 / FPS
TAGS = ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv")
PICTURE = f"testsrc2=s=320x180:r={FPS}:d=8"
SOUND = "sine=440:r=48000:d=8,volume=2,aformat=channel_layouts=stereo"


def encode(path, *more, picture=PICTURE, sound=SOUND, tags=TAGS, codec="libx264", aac="aac"):
    inputs = ["-f", "lavfi", "-i", picture] + (["-f", "lavfi", "-i", sound] if sound else [])
    tool("ffmpeg", "-v", "error", *inputs, "-pix_fmt", "yuv420p", "-c:v", codec, "-preset", "ultrafast", *tags,
         *(["-c:a", aac] if sound else []), *more, path)
    return path


@pytest.fixture(scope="session")
def qc(program, environment):
    """A function that judges files: (exit code, the JSON of all, stderr)."""
    def run(*args):
        done = subprocess.run([program, "qc", "--json", *map(str, args)], env=environment, capture_output=True,
                              text=True, timeout=120)
        return done.returncode, json.loads(done.stdout or "[]"), done.stderr
    return run


@pytest.fixture(scope="session")
def clean(tmp_path_factory):
    return encode(tmp_path_factory.mktemp("clean") / "clean.mp4")


@pytest.fixture
def found(qc):
    """A function that judges one file and returns what was found, which --strict must agree with."""
    def judge(path, *args):
        code, files, err = qc(path, "--strict", *args)
        assert err == "" and len(files) == 1
        assert code == (4 if files[0]["findings"] else 0)
        return files[0]["findings"]
    return judge


def alone(findings, check, start=None, end=None, within=FRAME):
    """The one finding, which is of that check and lies there."""
    assert [f["check"] for f in findings] == [check], findings
    if start is None:
        assert "start" not in findings[0]
    else:
        assert findings[0]["start"] == pytest.approx(start, abs=within + 0.001)
        assert findings[0]["end"] == pytest.approx(end, abs=within + 0.001)
    return findings[0]


def test_a_clean_file_has_no_findings(qc, clean):
    code, [file], err = qc(clean, "--strict")
    assert (code, err, file["findings"]) == (0, "", [])
    assert file["facts"]["picture"] | {"codec": "h264", "width": 320, "height": 180, "fps": "24/1", "frames": 192} \
        == file["facts"]["picture"]
    assert file["facts"]["seconds"] == pytest.approx(8, abs=0.05)


@pytest.mark.parametrize("name", ["film.mov", "film.mkv"])
def test_other_containers_are_clean_too(found, tmp_path, name):
    path = encode(tmp_path / name, aac="pcm_s24le" if name.endswith("mov") else "flac")
    assert found(path) == []


def test_black(found, tmp_path):
    path = encode(tmp_path / "black.mp4", picture=f"{PICTURE},drawbox=c=black:t=fill:enable='between(n,72,119)'")
    finding = alone(found(path), "black", 72 * FRAME, 120 * FRAME)
    assert finding["timecode"] == "00:00:03:00"


def test_a_short_black_is_none(found, tmp_path):
    path = encode(tmp_path / "short.mp4", picture=f"{PICTURE},drawbox=c=black:t=fill:enable='between(n,72,94)'")
    assert found(path) == []


def test_a_title_on_black_is_not_black(found, tmp_path):
    path = encode(tmp_path / "dot.mp4", picture=f"color=black:s=320x180:r={FPS}:d=4[b];color=white:s=12x8:r={FPS}:d=4[w];"
                  "[b][w]overlay=x='mod(n*3,300)':y=80", sound=SOUND.replace("d=8", "d=4"))
    assert found(path) == []


def test_frozen(found, tmp_path):
    path = encode(tmp_path / "frozen.mp4", picture=f"{PICTURE},loop=loop=71:size=1:start=48,trim=end_frame=192,setpts=N/{FPS}/TB")
    finding = alone(found(path), "frozen", 48 * FRAME, 120 * FRAME)
    assert finding["severity"] == "warning"


def test_silent(found, tmp_path):
    path = encode(tmp_path / "silent.mp4", sound=f"{SOUND},volume=0:enable='between(t,2,5)'")
    alone(found(path), "silent", 2, 5, within=0.1)


def test_a_gap_in_the_pictures(found, tmp_path):
    path = encode(tmp_path / "gap.mkv", "-vsync", "vfr", picture=f"{PICTURE},select='not(between(n,96,107))'", aac="flac")
    finding = alone(found(path), "timestamps", 96 * FRAME, 108 * FRAME)
    assert finding["severity"] == "error"


def test_a_file_that_is_cut_short(found, clean, tmp_path):
    whole = tmp_path / "whole.mp4"
    tool("ffmpeg", "-v", "error", "-i", clean, "-c", "copy", "-movflags", "+faststart", whole)
    cut = tmp_path / "cut.mp4"
    data = whole.read_bytes()
    cut.write_bytes(data[:len(data) * 2 // 3])
    findings = found(cut)
    checks = {f["check"] for f in findings}
    assert {"frames", "length"} <= checks and checks <= {"frames", "length", "damaged", "ends"}, findings


def test_packets_that_cannot_be_decoded(found, clean, tmp_path):
    path = tmp_path / "torn.mp4"
    tool("ffmpeg", "-v", "error", "-i", clean, "-c", "copy", "-bsf:v", "noise=amount='if(eq(n,100),1,0)'", path)
    findings = [f for f in found(path) if f["check"] == "damaged"]
    assert findings and findings[0]["start"] == pytest.approx(100 * FRAME, abs=0.25)


@pytest.mark.parametrize("late", [0.25, -0.25])
def test_sound_that_does_not_begin_with_the_picture(found, clean, tmp_path, late):
    path = tmp_path / "late.mkv"
    encode(tmp_path / "flac.mkv", aac="flac")
    tool("ffmpeg", "-v", "error", "-i", tmp_path / "flac.mkv", "-itsoffset", late, "-i", tmp_path / "flac.mkv",
         "-map", "0:v", "-map", "1:a", "-c", "copy", path)
    finding = alone(found(path), "sync", 0, 0.25, within=0.005)
    assert f"0.250 s {'after' if late > 0 else 'before'} the picture" in finding["text"]


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
def test_loudness_agrees_with_ffmpeg(qc, tmp_path, layout):
    path = tmp_path / "sound.wav"
    tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i",
         f"anoisesrc=c=pink:r=48000:d=20:a=0.5:seed=7,volume='0.2+0.8*mod(floor(t/4),2)':eval=frame,aformat=channel_layouts={layout}",
         path)
    _, [file], _ = qc(path)
    lufs, range_lu, peak = loudness(path)
    [sound] = file["facts"]["sounds"]
    assert sound["lufs"] == pytest.approx(lufs, abs=0.1)
    assert sound["range_lu"] == pytest.approx(range_lu, abs=0.15)
    assert sound["true_peak_db"] == pytest.approx(peak, abs=0.1)


def test_peaks_between_samples_are_read(qc, tmp_path):
    """Of white noise they stand 2 dB above the samples, and some meters read them 1 dB too low."""
    path = tmp_path / "white.wav"
    tool("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=c=white:r=48000:d=5:a=0.5:seed=7", path)
    _, [file], _ = qc(path)
    assert file["facts"]["sounds"][0]["true_peak_db"] == pytest.approx(loudness(path).peak, abs=0.1)


def test_a_target_of_loudness(found, qc, clean):
    _, [file], _ = qc(clean)
    [sound] = file["facts"]["sounds"]
    lufs, peak = sound["lufs"], sound["true_peak_db"]
    assert found(clean, f"--loudness={lufs + 0.4}", "--true-peak", peak + 0.1) == []
    alone(found(clean, "--loudness", lufs - 0.7), "loudness")
    alone(found(clean, "--true-peak", peak - 0.5), "true-peak")


def test_tags(found, tmp_path):
    finding = alone(found(encode(tmp_path / "no-tags.mp4", tags=())), "colour-tags")
    assert "primaries, transfer, matrix" in finding["text"]


def test_shape(found, tmp_path):
    alone(found(encode(tmp_path / "odd.mp4", "-pix_fmt", "yuv444p", picture=f"{PICTURE},scale=321:181,setsar=1")), "size")
    alone(found(encode(tmp_path / "wide.mp4", "-aspect", "2.35", picture=PICTURE)), "pixels")


def test_interlaced(found, tmp_path):
    path = encode(tmp_path / "interlaced.mp4", "-flags", "+ilme+ildct", "-x264-params", "tff=1", picture=f"{PICTURE},setfield=tff")
    alone(found(path), "interlaced")


def test_size_of_the_file(found, clean):
    size = clean.stat().st_size
    assert found(clean, "--max-bytes", size) == []
    alone(found(clean, "--max-bytes", size - 1), "bytes")


CUES = {
    "clean": ([("00:00:01,000", "00:00:03,000", "Who is there?"), ("00:00:03,100", "00:00:05,000", "The <i>postman</i>,\nwith a letter.")], None),
    "subtitle-overlap": ([("00:00:01,000", "00:00:03,000", "One here."), ("00:00:02,000", "00:00:04,000", "Two there.")], (2, 3)),
    "subtitle-empty": ([("00:00:01,000", "00:00:02,000", "")], (1, 2)),
    "subtitle-short": ([("00:00:01,000", "00:00:01,500", "Yes.")], (1, 1.5)),
    "subtitle-speed": ([("00:00:01,000", "00:00:02,000", "Twenty-one characters")], (1, 2)),
    "subtitle-end": ([("00:00:07,000", "00:00:09,000", "Too late.")], (7, 9)),
    "subtitle-times": ([("00:00:03,000", "00:00:02,000", "Backwards.")], (3, 3)),
}


def srt(cues):
    return "".join(f"{n}\n{a} --> {b}\n{text}\n\n" for n, (a, b, text) in enumerate(cues, 1))


def vtt(cues):
    return "\ufeffWEBVTT\r\n\r\n" + "".join(f"{a} --> {b} align:start\r\n{text}\r\n\r\n".replace(",", ".", 2) for a, b, text in cues)


@pytest.mark.parametrize("ending,write", [("srt", srt), ("vtt", vtt)])
@pytest.mark.parametrize("check", CUES)
def test_subtitles_beside_the_file(found, clean, tmp_path, check, ending, write):
    film = tmp_path / "film.mp4"
    film.symlink_to(clean)
    cues, where = CUES[check]
    (tmp_path / f"film.{ending}").write_bytes(write(cues).encode())
    findings = found(film)
    if where:
        alone(findings, check, *where, within=0)
    else:
        assert findings == []


@pytest.mark.parametrize("check,codec,name", [
    (check, codec, name)
    for check in ("clean", "subtitle-overlap", "subtitle-short", "subtitle-speed")
    for codec, name in (("mov_text", "film.mp4"), ("subrip", "film.mkv"), ("webvtt", "film.mkv"))
    if (codec, check) != ("mov_text", "subtitle-overlap")  # its cues follow each other
])
def test_subtitles_in_the_file(found, tmp_path, check, codec, name):
    cues, where = CUES[check]
    (tmp_path / "in.srt").write_text(srt(cues))
    plain = encode(tmp_path / "plain.mkv", aac="flac")
    path = tmp_path / name
    tool("ffmpeg", "-v", "error", "-i", plain, "-i", tmp_path / "in.srt", "-map", "0", "-map", "1", "-c:v", "copy",
         "-c:a", "aac" if name.endswith("mp4") else "copy", "-c:s", codec, path)
    findings = found(path)
    if where:
        alone(findings, check, *where, within=0.01)
    else:
        assert findings == []


def test_subtitles_alone(found, tmp_path):
    path = tmp_path / "alone.srt"
    path.write_text(srt(CUES["subtitle-overlap"][0]))
    alone(found(path), "subtitle-overlap", 2, 3, within=0)


@pytest.mark.parametrize("change,check,where", [
    (("--> 00:00:04", "-> 00:00:04"), "subtitle-times", (2, 2)),
    (("\n\n2\n", "\n2\n"), "subtitle-overlap", (2, 3)),
    (("\n", "\r"), "subtitle-overlap", (2, 3)),
    (("\n", "\r\n"), "subtitle-overlap", (2, 3)),
])
def test_subtitles_that_are_written_badly(found, tmp_path, change, check, where):
    path = tmp_path / "alone.srt"
    path.write_bytes(srt(CUES["subtitle-overlap"][0]).replace(*change).encode())
    alone(found(path), check, *where, within=0)


def encrypted(clean, path):
    tool("ffmpeg", "-v", "error", "-i", clean, "-c", "copy", "-encryption_scheme", "cenc-aes-ctr", "-encryption_key",
         "76a6c65c5ea762046bd749a2e632ccbb", "-encryption_kid", "a7e61c373e219033c21091fa607bf3b8", path)


@pytest.mark.parametrize("name,content,words", [
    ("missing.mp4", None, "missing.mp4: No such file"),
    ("empty.mp4", b"", "empty.mp4 is empty"),
    ("noise.mp4", bytes(range(256)) * 64, "noise.mp4 is no picture, video or sound"),
    ("list.mp4", b"#EXTM3U\nother.ts\n", "list.mp4 is a playlist"),
    ("list.mov", b"ffconcat version 1.0\nfile other.mp4\n", "list.mov is a list of files"),
    ("stream.mp4", b"v=0\no=- 0 0 IN IP4 127.0.0.1\n", "stream.mp4 is the description of a stream"),
    ("film.srt", b"no cues here\n", "film.srt has no subtitles in it"),
])
def test_what_cannot_be_judged(qc, clean, tmp_path, name, content, words):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, files, err = qc(path, clean)
    assert code == 1 and words in err and err.count("\n") == 1
    assert [f["findings"] for f in files] == [[]]  # the other one is judged all the same


def test_encrypted(qc, clean, tmp_path):
    encrypted(clean, tmp_path / "locked.mp4")
    code, files, err = qc(tmp_path / "locked.mp4")
    assert (code, files) == (1, []) and "locked.mp4: it is encrypted" in err


def test_a_picture_that_lasts_is_no_fault_of_the_clock(qc, tmp_path):
    path = encode(tmp_path / "slow.mkv", picture="testsrc2=s=64x48:r=1/4:d=12", sound=None)
    code, [file], err = qc(path)
    assert (code, err) == (0, "") and file["facts"]["picture"]["frames"] == 3
    assert not any("timecode" in f for f in file["findings"])


def test_a_wrong_name(found, clean, tmp_path):
    path = tmp_path / "film.mkv"
    path.write_bytes(clean.read_bytes())
    assert "named like mkv" in alone(found(path), "container")["text"]


@pytest.mark.parametrize("name", ["hello", pytest.param("keeper", marks=pytest.mark.long)])
def test_drafts_of_ours_have_no_fault(qc, copy_example, name):
    project = copy_example(name)
    project.write("film.yaml", re.sub(r"pixels: \d+x\d+", "pixels: 256x144", project.read("film.yaml")))
    project.build()
    paths = sorted((project.folder / "out/draft").glob("*.mp4"))
    assert paths
    code, files, err = qc(*paths)
    assert (code, err) == (0, "")
    # What is still or silent for two seconds, or said in a hurry, is what the film asks for.
    asked = {"black", "frozen", "silent", "subtitle-speed"}
    assert [f for file in files for f in file["findings"] if f["check"] not in asked] == []


def test_what_people_read(program, environment, tmp_path):
    path = encode(tmp_path / "black.mp4", picture=f"{PICTURE},drawbox=c=black:t=fill:enable='between(n,72,119)'")
    done = subprocess.run([program, "qc", path], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert re.search(r"320x180 h264, 192 frames at 24$", done.stdout, re.M)
    assert re.search(r"warning +00:00:03:00  3.000 s +the picture is black for 2.00 s", done.stdout)


@pytest.mark.parametrize("args", [[], ["--loudness", "loud", "x.mp4"], ["--max-bytes", "-3", "x.mp4"]])
def test_wrong_use(qc, args):
    assert qc(*args)[0] == 64
