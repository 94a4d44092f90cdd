"""Send mutated networks or pictures to the running app, as a visitor may.

    python -m tests.mutating networks [--files 20000] [--seed 0]
    python -m tests.mutating pictures [--files 5000]

No file may end the server, cause a server error or a late answer, and the server's memory may not
grow. Prints what was answered, and the files that would have ended the server if it had read them
in its own process; exits with 1 if one of these does not hold.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import numpy as np
import psutil

from tests.malformed_requests import SESSION
from tests.mutated_files import networks, pictures
from tests.serving import serve_process

LIMIT = 1.1  # times the memory after the first tenth
LATE = 3.0  # seconds
KINDS = {"networks": (networks, "/mnist_cnn/file", 20_000)}
KINDS |= {"pictures": (pictures, "/mnist_cnn/ink", 5_000)}
BREAKS = "breaks what reads it"


@dataclass
class Outcome:
    """The answers so far."""

    statuses: Counter = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    broke: int = 0  # what read them
    wrong: list[str] = field(default_factory=list)
    early: int = 0  # bytes of memory after the first tenth, of the server and what reads for it
    late: int = 0


def main() -> int:
    """Send, print, and return the exit status."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("kind", choices=KINDS)
    options.add_argument("--files", type=int)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    count = chosen.files or KINDS[chosen.kind][2]
    with serve_process() as (address, process):
        outcome = send(address, psutil.Process(process.pid), chosen.kind, count, chosen.seed)
        ended = process.poll()
    growth = outcome.late / outcome.early
    answered = ", ".join(f"{status}: {n:,}" for status, n in sorted(outcome.statuses.items()))
    slowest, usual = max(outcome.seconds), np.median(outcome.seconds)
    print(f"{count:,} mutated {chosen.kind}; {answered}")
    print(f"broke what reads them: {outcome.broke:,}; the server ended: {ended is not None}")
    print(f"answered in {1000 * usual:.0f} ms, at the latest {slowest:.2f} s  limit {LATE:.0f} s")
    print(f"memory, last / after the first tenth: {growth:.3f}  limit {LIMIT}")
    print(f"answered wrongly: {len(outcome.wrong)}", *outcome.wrong[:20], sep="\n")
    return int(bool(outcome.wrong) or ended is not None or slowest > LATE or growth > LIMIT)


def send(address: str, server: psutil.Process, kind: str, count: int, seed: int) -> Outcome:
    """Send so many files, each from another address, and gather the answers."""
    make, path, _ = KINDS[kind]
    outcome, files = Outcome(), make(np.random.default_rng(seed))
    with httpx.Client(base_url=address, timeout=60) as client:
        for number, content in enumerate(itertools.islice(files, count)):
            who = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            headers = {"X-Forwarded-For": who, SESSION: f"mutated-{number:010}"}
            begun = time.monotonic()
            answer = client.post(path, content=content, headers=headers)
            outcome.seconds.append(time.monotonic() - begun)
            outcome.statuses[str(answer.status_code)] += 1
            outcome.broke += BREAKS in answer.text
            if answer.status_code not in (200, 400):
                outcome.wrong.append(f"{answer.status_code}: {answer.text[:200]}")
            if number == count // 10:
                outcome.early = _memory(server)
        outcome.late = _memory(server)
    return outcome


def _memory(server: psutil.Process) -> int:
    processes = [server, *server.children(recursive=True)]
    return sum(process.memory_info().rss for process in processes)


if __name__ == "__main__":
    sys.exit(main())
