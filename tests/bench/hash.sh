#!/bin/sh
# SPDX-License-Identifier: MIT
# hash.sh [MIB]: how fast a source or an artifact is hashed, beside `openssl dgst -sha256` on the same
# file (1 GiB) in the same run; several files on several cores; and a file hashed while it is copied,
# beside `cp` followed by openssl.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
mib=${1:-1024}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench=$root/build/tests/bench/hash_bench

timed() {
    python3 "$root/tests/bench/timed.py" "$@" | cut -d' ' -f1
}

"$root/c41" --version >/dev/null # builds the program, and the bench beside it
dd if=/dev/urandom of="$work/one" bs=1M count="$mib" 2>/dev/null
cat "$work/one" "$work/one" >/dev/null # into memory: the disk is not what is measured

# Best of five rounds, the two in turn: what else runs here disturbs both alike.
round=0
while [ $round -lt 5 ]; do
    timed openssl dgst -sha256 "$work/one" >>"$work/theirs"
    "$bench" "$work/one" >>"$work/ours"
    rm -f "$work/one.copy"
    round=$((round + 1))
done
ours_digest=$(awk '/^one/ { print $3; exit }' "$work/ours")
their_digest=$(openssl dgst -sha256 -r "$work/one" | cut -d' ' -f1)
[ "$ours_digest" = "$their_digest" ] || { echo 'the digests differ' >&2; exit 1; }
cp "$work/one" "$work/two" # the same bytes twice: two files at once, on two cores
together=$("$bench" "$work/one" "$work/two" | awk '/^together/ { print $2 }')
rm -f "$work/one.copy"
apart=$(timed sh -c "cp '$work/one' '$work/three' && sync '$work/three' && openssl dgst -sha256 '$work/three'")
python3 - "$mib" "$work/theirs" "$work/ours" "$together" "$apart" <<'END'
import sys
mib = int(sys.argv[1])
theirs = min(float(line) for line in open(sys.argv[2]))
words = [line.split() for line in open(sys.argv[3])]
best = {name: min(float(w[1]) for w in words if w[0] == name) for name in ("one", "copied")}
print(f"openssl: {mib / theirs:.0f} MiB/s; c41: {mib / best['one']:.0f} MiB/s, "
      f"{100 * theirs / best['one']:.0f} % of it (at least 90)")
print(f"two files at once: {2 * mib / float(sys.argv[4]):.0f} MiB/s")
print(f"hashed while copied, synced: {best['copied']:.2f} s; cp, sync, openssl: {float(sys.argv[5]):.2f} s")
END
