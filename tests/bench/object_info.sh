#!/bin/sh
# SPDX-License-Identifier: MIT
# object_info.sh [CLASSES]: how long it takes to read what a ComfyUI server says of its node classes
# (2000), and to read the form in which that is kept between runs, beside what jansson takes to load the
# same document, who does nothing with it yet.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench=$root/build/tests/bench/object_info_bench

"$root/c41" --version >/dev/null # builds the program, and the bench beside it
"$bench" make "$root/tests/fixtures/comfyui/newest.json" "${1:-2000}" "$work/document"
for what in 'read document kept' 'load kept' 'jansson document'; do
    set -- $what
    (cd "$work" && "$bench" "$@") | awk -v what="$1" '{ printf "%-8s %5.1f MB %7.2f ms\n", what, $1 / 1e6, $2 }'
done
