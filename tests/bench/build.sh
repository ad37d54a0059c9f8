#!/bin/sh
# SPDX-License-Identifier: MIT
# How long the keeper takes from an empty store, beside what ffmpeg takes to encode the same seconds of
# picture with the same settings; a second build; and the compilation of a very long film.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME="$work/config"
unset C41_STUDIO

timed() {
    python3 "$root/tests/bench/timed.py" "$@"
}

# The encoder settings of the film's own cuts, as ffmpeg's options.
encoder_options() {
    "$root/c41" graph "$film" | python3 -c '
import json, sys
cut = next(s for s in json.load(sys.stdin)["steps"] if s["kind"] == "cut")
encode = cut["params"]["encode"]
encode["codec"] = {"h264": "libx264"}.get(encode["codec"], encode["codec"])
names = {"codec": "-c:v", "preset": "-preset", "crf": "-crf", "pixel-format": "-pix_fmt",
         "profile": "-profile:v", "tune": "-tune"}
print(*[word for key, name in names.items() if key in encode for word in (name, str(encode[key]))])'
}

"$root/c41" --version >/dev/null # builds the program
cp -R "$root/examples/keeper" "$work/keeper"
rm -rf "$work/keeper/.c41" "$work/keeper/out"
film=$work/keeper/film.yaml
made=$work/keeper/out/draft/the-keeper.mp4

set -- $(timed "$root/c41" build "$film")
ours=$1
echo "keeper from an empty store: $1 s, most memory of a process $2 MiB"

options=$(encoder_options)
set -- $(timed ffmpeg -v error -i "$made" -an $options -y "$work/again.mp4")
theirs=$1
echo "ffmpeg $options, the same pictures: $1 s"
python3 -c "print(f'ratio: {$ours / $theirs:.2f} (at most 1.5)')"

least=9999
for _ in 1 2 3 4 5 6 7 8 9 10; do
    set -- $(timed "$root/c41" build "$film")
    least=$(python3 -c "print(min($least, round(1000 * $1, 1)))")
done
echo "a build with nothing to do, script and all, best of ten: $least ms (under 50)"

mkdir "$work/long"
python3 "$root/tests/bench/big_film.py" 10000 >"$work/long/film.yaml"
set -- $(timed "$root/c41" check "$work/long/film.yaml")
echo "10,000 shots compiled: $1 s (under 3), $2 MiB (under 1024)"
