# SPDX-License-Identifier: MIT
"""What a running c41 takes of the machine, second by second, and whether that stays flat."""
import os
import pathlib
import threading
import time

WARM = 0.25  # of a run, before it counts


class Sample:
    def __init__(self, t, pid, project):
        proc = pathlib.Path(f"/proc/{pid}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines() if ":" in line)
        self.t = t
        self.kib, self.threads = int(status["VmRSS"].split()[0]), int(status["Threads"])
        links = [os.readlink(fd) for fd in (proc / "fd").iterdir()]
        self.fds, self.sockets = len(links), sum(link.startswith("socket:") for link in links)
        self.files = sorted(link for link in links if link.startswith("/"))
        ledger = project / ".c41/ledger.db"
        self.ledger_kib = sum(p.stat().st_size for p in ledger.parent.glob("ledger.db*")) // 1024 if ledger.exists() else 0


def slope(points):
    """By least squares, per minute."""
    n = len(points)
    if n < 2 or points[-1][0] == points[0][0]:
        return 0.0
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    return 60 * sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)


class Watch:
    """Of one process, from now until it has ended."""

    def __init__(self, process, project):
        self.process, self.project, self.samples = process, project, []
        self.begun = time.monotonic()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.process.poll() is None:
            try:
                self.samples.append(Sample(time.monotonic() - self.begun, self.process.pid, self.project))
            except (OSError, KeyError):  # it ended just now
                pass
            time.sleep(1)

    @property
    def seconds(self):
        return self.samples[-1].t if self.samples else 0

    @property
    def warm(self):
        return self.samples[int(len(self.samples) * WARM):] or self.samples

    def slope(self, what):
        return slope([(s.t, getattr(s, what)) for s in self.warm])

    def range(self, what):
        values = [getattr(s, what) for s in self.warm]
        return (min(values), max(values)) if values else (0, 0)

    def leaks(self):
        """What grew in the second half over the first, once warm: more than a film's own books explain. Nothing is said of
        a short run."""
        half = len(self.warm) // 2
        if half < 60:
            return []
        first, second = self.warm[:half], self.warm[half:]

        def mean(samples, what):
            return sum(getattr(s, what) for s in samples) / len(samples)
        return [what for what, more in (("kib", max(4096, 0.1 * mean(first, "kib"))), ("fds", 3), ("threads", 0.5))
                if mean(second, what) - mean(first, what) > more]
