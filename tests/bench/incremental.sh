#!/bin/sh
# SPDX-License-Identifier: MIT
# incremental.sh [SHOTS…]: what finding out costs, in the reference film of 100, 1,000 and 10,000 shots: a build from
# nothing, one with nothing to do, one after an edit of one line, and compiling alone; beside each what ninja, make and
# (at 1,000 shots) Snakemake need for the same graph, in the same run. Asked for 100,000, builds and compiles that too,
# without peers. "10000-whole" is the film with one file of all its shots: there an edit alone is measured. One line a figure, with its limit. The media work costs nothing: a module of the tests stands in.
# C41_BENCH_FOLDER, if set, is a folder on a disk where all this is kept, and used again the next time.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
missing=
for peer in ninja make snakemake; do
    command -v $peer >/dev/null || missing="$missing $peer"
done
if [ -n "$missing" ]; then
    echo "there is no$missing here to measure beside c41: apt-get install ninja-build make snakemake" >&2
    exit 69
fi
"$root/c41" --version >/dev/null # builds the program, its stand-ins and the bench
build=${C41_BUILD:-$root/build}
if [ -n "${C41_BENCH_FOLDER:-}" ]; then
    work=$C41_BENCH_FOLDER
else
    work=$(mktemp -d "$build/incremental-XXXXXX")
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work/program"
# The program looks for its modules beside itself.
for part in c41 tests/standin/c41-media.so tests/standin/c41-net.so; do
    cmp -s "$build/$part" "$work/program/${part##*/}" || cp "$build/$part" "$work/program/"
done
unset C41_STUDIO
export C41_DATA="$root" XDG_CONFIG_HOME="$work/config"
[ $# -gt 0 ] || set -- 100 1000 10000
python3 "$root/tests/bench/incremental.py" "$build/tests/bench/spend" "$work" "$@"
