#!/bin/sh
# SPDX-License-Identifier: MIT
# ledger.sh [FOLDER [RESULTS]]: records 10,000 results through the store and the ledger, each committed
# before the next; beside it what the same disk takes for SQLite alone (one transaction a row, in WAL)
# and for as many files, each synced. FOLDER must lie on a disk, not in memory; beside this clone if
# none is given.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
results=${2:-10000}
"$root/c41" --version >/dev/null # builds the program, and the bench beside it
work=$(mktemp -d "${1:-$root/build}/ledger-XXXXXX")
trap 'rm -rf "$work"' EXIT
case $(stat -f -c %T "$work" 2>/dev/null || echo disk) in
tmpfs | ramfs)
    echo "$work is in memory: give a folder on a disk" >&2
    exit 64
    ;;
esac

for round in 1 2 3; do
    mkdir "$work/$round"
    "$root/build/tests/bench/ledger_bench" "$work/$round" "$results" | tr '\n' ' '
    echo
done >"$work/ours"
python3 - "$work" "$results" <<'END'
import os
import sqlite3
import sys
import time

work, results = sys.argv[1], int(sys.argv[2])
rounds = [dict(zip(words[::2], map(float, words[1::2]))) for words in map(str.split, open(f"{work}/ours"))]
best = min(rounds, key=lambda r: r["recorded"])
print(f"c41: {results} results recorded in {best['recorded']:.2f} s (under 5; {best['cpu']:.2f} s of CPU), all synced after {best['synced']:.2f} s, "
      f"none recorded and unsynced for longer than {1000 * best['longest']:.0f} ms (at most 200)")

db = sqlite3.connect(f"{work}/alone.db", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = NORMAL")
db.execute("CREATE TABLE rows (key TEXT PRIMARY KEY, preimage TEXT) WITHOUT ROWID")
begun = time.monotonic()
for i in range(results):
    db.execute("INSERT INTO rows VALUES (?, ?)", (f"{i * 2654435761 % 2**32:064x}", "-" * 999))
print(f"SQLite alone, a transaction a row, nothing synced: {time.monotonic() - begun:.2f} s")

begun = time.monotonic()
some = results // 10
for i in range(some):
    fd = os.open(f"{work}/file-{i}", os.O_WRONLY | os.O_CREAT)
    os.write(fd, b"x" * 4000)
    os.fsync(fd)
    os.close(fd)
print(f"files of 4000 bytes, each synced: {10 * (time.monotonic() - begun):.2f} s (ten times what {some} took)")
END
