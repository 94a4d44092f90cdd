"""How long others wait while one address holds thousands of half-sent requests open.

    python -m tests.benchmarks.half_open [--count 5000] [--again 200] [--seconds 20]

Linux only. A process of its own opens so many connections from 127.0.0.2 as fast as it can, sends
half a request on each, and opens those anew that the server ends, so many a second. From 127.0.0.3
somebody asks for ``/health`` and the page, and lets a drawing be checked, over a connection of its
own each time, as a browser that comes anew. Beside it the same with an idle server, and with a
server that has no bounds of connections, and the 4,096 files that many systems allow.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from http.client import HTTPConnection

import numpy as np
import psutil

from tests.half_sent import Flood
from tests.serving import ROOT, free_port
from tests.waiting import until

LIMIT = 2  # times as long as with an idle server
SETTLED = 1  # second, until what a flood held has ended
PATIENCE = 10  # seconds for an answer, which then counts as so long
CHECK = ("POST", "/mnist_cnn/check?width=28&height=28", bytes(784))
ASKED = (("GET", "/health", None), ("GET", "/", None), CHECK)
WITHOUT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
from mnist_cnn.server.http import gradio_internals
gradio_internals.limit_connections = lambda *_: None
sys.argv[0] = "app.py"
from app import main
main()
"""


def main() -> int:
    """Measure and print the table; return whether the limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=5000, help="connections held")
    options.add_argument("--again", type=int, default=200, help="a second")
    options.add_argument("--seconds", type=float, default=20, help="of each measurement")
    chosen = options.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    print(
        f"{'p95, ms':28}{'health':>8}{'page':>8}{'check':>8}{'longest':>9}{'core':>8}", flush=True
    )
    with Server("app.py") as ours:
        before = waits(ours, chosen.seconds / 2)
        with Flood(ours.port, chosen.count, chosen.again):
            during = waits(ours, chosen.seconds)
        time.sleep(SETTLED)
        idle = p95("idle, before and after", before + waits(ours, chosen.seconds / 2))
        flooded = p95(f"{chosen.count} half-sent requests", during)
    with Server("-c", WITHOUT) as unbounded, Flood(unbounded.port, chosen.count, chosen.again):
        p95("the same without bounds", waits(unbounded, chosen.seconds))
    ratio = max(while_flooded / alone for while_flooded, alone in zip(flooded, idle, strict=True))
    print(f"at most {ratio:.2f} times idle  limit {LIMIT}  {'missed' if ratio > LIMIT else 'kept'}")
    return int(ratio > LIMIT)


class Server:
    """The app in another process, and its port."""

    def __init__(self, *command: str):
        self.port, self._command = free_port(), command

    def __enter__(self) -> Server:
        command = [sys.executable, *self._command, "--port", str(self.port)]
        null = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=null, stderr=null)
        until(self._answers, patience=60)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        return ask(self.port, *CHECK) < 1000 * PATIENCE


def waits(server: Server, seconds: float) -> list[list[float]]:
    """Ask again and again; return the milliseconds of each answer, and the share of a core."""
    process, end, found = psutil.Process(server.process.pid), time.monotonic() + seconds, []
    while time.monotonic() < end:
        before, began = process.cpu_times(), time.monotonic()
        milliseconds = [ask(server.port, *what) for what in ASKED]
        time.sleep(0.05)
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        found.append([*milliseconds, busy / (time.monotonic() - began)])
    return found


def p95(name: str, waited: list[list[float]]) -> list[float]:
    """Print and return the 95th percentiles in milliseconds: health, page, check."""
    milliseconds = np.array(waited)[:, :-1]
    found = [float(value) for value in np.percentile(milliseconds, 95, axis=0)]
    print(f"{name:28}{''.join(f'{value:8.1f}' for value in found)}", end="")
    print(f"{milliseconds.max():9.0f}{np.mean(waited, axis=0)[-1]:8.2f}", flush=True)
    return found


def ask(port: int, method: str, path: str, body: bytes | None) -> float:
    """Connect from 127.0.0.3 and ask; return how many milliseconds it took."""
    began = time.monotonic()
    there = HTTPConnection("127.0.0.1", port, PATIENCE, source_address=("127.0.0.3", 0))
    try:
        there.request(method, path, body)
        assert there.getresponse().read()
    except (TimeoutError, ConnectionError):
        return 1000 * PATIENCE
    finally:
        there.close()
    return 1000 * (time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
