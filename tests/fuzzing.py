"""Send malformed requests to every endpoint of the running app, Gradio's included.

    python -m tests.fuzzing [--requests 20000] [--seed 0]

No answer may be a server error or show a traceback, the server's memory may not grow, and drawings
must still be read afterwards. Prints what was answered; exits with 1 if one of these does not hold.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import socket
import sys
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
import hypothesis
import numpy as np
import psutil

from tests.malformed_requests import Malformed, requests
from tests.serving import as_teacher, serve_process

LIMIT = 1.1  # times the memory after the first tenth of the requests, at least ``FIRST``
FIRST = 1000  # requests: by then everything that loads lazily is loaded
PATIENCE = 0.3  # seconds of silence after which a streamed answer is closed
MAX_READ = 200_000  # bytes of an answer
LEAKS = re.compile(rb"Traceback|site-packages|File \"/|/mnist_cnn/[\w/]+\.py")


@dataclass
class Outcome:
    """The answers so far."""

    statuses: Counter = field(default_factory=Counter)
    endpoints: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)  # forbidden answers, each with its request
    early: float = 0.0  # bytes of memory after the first requests
    late: float = 0.0

    @property
    def sent(self) -> int:
        """The number of requests."""
        return self.statuses.total()


def main() -> int:
    """Send, print, and return the exit status."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--requests", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    from tests.endpoints import every_endpoint

    endpoints = every_endpoint()
    with serve_process() as (address, process):
        token = process.stdout.readline().strip().partition("#teacher=")[2]
        cookie = as_teacher(address, token)["Cookie"]
        outcome = fuzz(address, psutil.Process(process.pid), endpoints, chosen, cookie)
        reads = still_reads(address)
    growth = outcome.late / outcome.early
    answered = ", ".join(f"{status}: {n:,}" for status, n in sorted(outcome.statuses.items()))
    print(f"{outcome.sent:,} requests to {len(outcome.endpoints)} endpoints; {answered}")
    print(f"memory, last / after the first {FIRST:,}: {growth:.3f}  limit {LIMIT}")
    print(f"reading afterwards: {'works' if reads else 'does not work'}")
    print(f"answered wrongly: {len(outcome.wrong)}", *outcome.wrong[:20], sep="\n")
    return int(bool(outcome.wrong) or not reads or growth > LIMIT)


def fuzz(
    address: str,
    server: psutil.Process,
    endpoints: list[tuple[str, str]],
    chosen,
    cookie: str = "",
) -> Outcome:
    """Send ``chosen.requests`` requests, one after another, and gather what is answered."""
    outcome, parts = Outcome(), urlsplit(address)

    @hypothesis.seed(chosen.seed)
    @hypothesis.settings(
        max_examples=chosen.requests,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(requests(endpoints, cookie))
    def send(request: Malformed) -> None:
        answer = ask((parts.hostname, parts.port), request)
        outcome.endpoints.add(request.endpoint)
        outcome.statuses[status_of(answer)] += 1
        why = objection(request, answer)
        if why:
            outcome.wrong.append(f"{why}: {request.sent[:600]!r} → {answer[:300]!r}")
        if outcome.sent == FIRST:
            outcome.early = server.memory_info().rss

    send()
    outcome.late = server.memory_info().rss
    outcome.early = outcome.early or outcome.late
    return outcome


def ask(address: tuple[str, int], request: Malformed) -> bytes:
    """Return what the server answers to a request; a stream is left when it falls silent."""
    answer = bytearray()
    with socket.create_connection(address) as line, contextlib.suppress(OSError):
        line.settimeout(30 if request.complete else PATIENCE)
        line.sendall(request.sent)
        while len(answer) < MAX_READ and (part := line.recv(65536)):
            answer += part
            line.settimeout(PATIENCE)
    return bytes(answer)


def status_of(answer: bytes) -> str:
    """Return the status of an answer as text."""
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return found[1].decode() if found else "none"


def objection(request: Malformed, answer: bytes) -> str | None:
    """Return why this may not be the answer, or None."""
    status = status_of(answer)
    if status >= "500" and status != "none":
        return f"status {status}"
    if status == "none" and request.complete:
        return "no answer"
    if LEAKS.search(answer):
        return "tells of the server's inside"
    return None


def still_reads(address: str) -> bool:
    """Whether TensorFlow still reads a vertical stroke as a 1."""
    ink = np.pad(np.full((40, 6), 255, np.uint8), ((10, 10), (27, 27)))
    path = f"{address}/mnist_cnn/check?width=60&height=60"
    answer = httpx.post(path, content=ink.tobytes(), timeout=60)
    softmax = np.frombuffer(answer.content[-40:], "<f4")
    return answer.status_code == 200 and softmax.argmax() == 1


if __name__ == "__main__":
    sys.exit(main())
