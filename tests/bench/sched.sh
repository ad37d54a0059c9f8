#!/bin/sh
# SPDX-License-Identifier: MIT
# sched.sh: films on studios of one, two and four GPUs, through the scheduler on a simulated clock,
# beside the lower bound and beside first in, first out, which is what sending shot by shot gives.
# Then a thousand services and a million steps: what the scheduler itself takes.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
"$root/c41" --version >/dev/null # builds the program, and the bench beside it
exec python3 "$root/tests/bench/sched.py" "$root/build/tests/bench/sched_bench"
