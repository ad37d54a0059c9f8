# SPDX-License-Identifier: MIT
"""timed.py COMMAND…: runs it with its output thrown away and prints the seconds that it took and the
most memory, in MiB, of it and its children. Fails as it fails."""
import resource
import subprocess
import sys
import time


def main(command):
    begun = time.monotonic()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    seconds = time.monotonic() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    print(f"{seconds:.3f} {peak / 1024:.0f}")


main(sys.argv[1:])
