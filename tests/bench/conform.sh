#!/bin/sh
# SPDX-License-Identifier: MIT
# conform.sh [FOLDER [60] [600] [long]]: what films of shots of four seconds at 1280x720 cost beside ffmpeg and cp, in the same
# run: the first export, one after a change of one shot, joining alone; and the memory of a film of two hours. FOLDER must lie
# on a disk and keeps the shots for the next time; beside this clone if none is given. On a machine with other work the clock
# tells little: CPU seconds stand beside it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v ffmpeg >/dev/null || {
    echo "there is no ffmpeg here to measure beside c41: apt-get install ffmpeg" >&2
    exit 69
}
"$root/c41" --version >/dev/null # builds the program
build=${C41_BUILD:-$root/build}
work=${1:-$root/build/conform}
[ $# -eq 0 ] || shift
mkdir -p "$work/program"
# The program looks for its modules beside itself, and a build meanwhile is not to change it.
for part in c41 c41-media.so c41-net.so; do
    cmp -s "$build/$part" "$work/program/$part" || cp "$build/$part" "$work/program/"
done
unset C41_STUDIO
export C41_DATA="$root" XDG_CONFIG_HOME="$work/config"
exec python3 "$root/tests/bench/conform.py" "$work/program/c41" "$work" "$@"
