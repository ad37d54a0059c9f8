# SPDX-License-Identifier: MIT
"""Shots for the bench of conforming: clips of four seconds with motion and sound, each unlike the others, made once."""
import pathlib
import subprocess

SECONDS, RATE = 4, 24


def make(folder, number, size="1280x720"):
    """Clip number n, made unless it is there. Returns its path."""
    path = pathlib.Path(folder) / f"{size}-{number:04}.mp4"
    if path.exists():
        return path
    temp = path.with_suffix(".part.mp4")
    hue, zoom = number * 37 % 360, 1 + number % 7
    picture = f"testsrc2=size={size}:rate={RATE}:duration={SECONDS},hue=h={hue}:s=1,noise=alls={zoom}:allf=t:all_seed={number}"
    sound = f"sine=frequency={200 + number % 400}:sample_rate=48000:duration={SECONDS}"
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-shortest",
               "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-colorspace", "bt709",
               "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-c:a", "aac", "-b:a", "128k", str(temp)]
    subprocess.run(command, check=True)
    temp.rename(path)
    return path


def make_all(folder, count, size="1280x720"):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    return [make(folder, number, size) for number in range(count)]
