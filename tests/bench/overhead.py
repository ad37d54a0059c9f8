# SPDX-License-Identifier: MIT
"""overhead.py BUILD FOLDER PORT STEPS JOBS: a film of STEPS texts that a service writes, built from nothing; then the
same requests by a bare client. Prints both."""
import json
import os
import pathlib
import subprocess
import sys
import time

build, folder, port, steps, jobs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), *map(int, sys.argv[3:])

PRESET = """\
preset: words
kind: write
driver: openai
model: words
params: {brief: {required: true}, seed: {}}
request: {model: "${model}", messages: [{role: user, content: "${brief}"}], seed: "${seed}"}
"""


def write_film():
    (folder / "presets").mkdir()
    (folder / "presets/words.yaml").write_text(PRESET)
    (folder / "studio.yaml").write_text(
        f'c41: 1\nmachines: {{mac: {{services: {{llm: {{driver: openai, url: "http://127.0.0.1:{port}", jobs: {jobs}}}}}}}}}\n'
        f'use: {{write: words}}\npresets: [presets]\n')
    (folder / "film").mkdir()
    lines = ["c41: 1", "title: Overhead", "scenes:"]
    for i in range(steps):
        if i % 10 == 0:
            lines += [f"  - id: s{i // 10}", "    shots:"]
        lines.append(f'      - {{shot: a{i}, image: {{prompt: {{write: "words for picture {i}"}}}}}}')
    (folder / "film/film.yaml").write_text("\n".join(lines) + "\n")


def spend(*words):
    told = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config")}
    done = subprocess.run([build / "tests/bench/spend", build / "c41", *words], capture_output=True, text=True, env=told)
    if done.returncode:
        sys.exit(done.stderr)
    wall, cpu, kib = map(float, done.stdout.split()[:3])
    return wall / 1000, cpu / 1000, kib / 1024


def bare_client():
    """curl, as many transfers at once; seconds."""
    out = folder / "answers"
    out.mkdir()
    with open(folder / "requests", "w", encoding="utf-8") as requests:
        for i in range(steps):
            body = json.dumps({"model": "words", "messages": [{"role": "user", "content": f"words for picture {i}"}]})
            requests.write(f'url = "http://127.0.0.1:{port}/v1/chat/completions"\n'
                           f"data = {json.dumps(body)}\noutput = \"{out}/{i}.txt\"\n" + ("next\n" if i + 1 < steps else ""))
    begun = time.monotonic()
    subprocess.run(["curl", "--silent", "--no-progress-meter", "--parallel", "--parallel-max", str(jobs), "--config", folder / "requests"], check=True)
    return time.monotonic() - begun


def main():
    write_film()
    film, studio = folder / "film/film.yaml", folder / "studio.yaml"
    wall, cpu, mib = spend("build", str(film), "--studio", str(studio), "--to", "write", "-q")
    compiled, _, _ = spend("check", str(film), "--draft")
    print(f"c41: {steps} steps by a service that answers at once, {jobs} at a time: {wall:.2f} s, {steps / wall:.0f} steps a second "
          f"(at least 2000); {cpu:.2f} s of CPU, {mib:.0f} MiB; compiling alone takes {compiled:.2f} s of it")
    took = bare_client()
    print(f"curl, which writes each answer to a file, nothing hashed, recorded or synced: {took:.2f} s, {steps / took:.0f} a second")


main()
