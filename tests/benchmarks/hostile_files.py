"""What hostile pictures and networks cost the server, and who waits for them.

    python -m tests.benchmarks.hostile_files [--files 200]

So many plain files are sent in a row, then as many hostile ones, of ``tests.hostile_files``, each
from another address. Resident memory of the server and of what reads files for it has to be back
within 1.1 times of what it was after the plain ones, and every answer a picture, a network or a
refusal. Then one address sends hostile pictures all the time, eight at a time, while another opens
a plain one again and again: how long that takes is printed beside what it takes alone.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
from PIL import Image

from mnist_cnn.network.keras_file import DEFAULT
from tests.drawings import DRAWINGS
from tests.hostile_files import NETWORKS, PICTURES, Maker
from tests.malformed_requests import SESSION
from tests.serving import serve_process

LIMIT = 1.1  # times the memory after the plain files
PLAIN = 10  # pictures opened alone, and besides a flood
FLOOD = "gif of comments", 8  # at a time
MEBIBYTE = 2**20


def main() -> int:
    """Send, print, and return whether a limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--files", type=int, default=200)
    chosen = options.parse_args()
    plain = {"picture": ("/ink", png), "network": ("/file", DEFAULT.read_bytes)}
    hostile = {name: ("/ink", make) for name, make in PICTURES.items()}
    hostile |= {name: ("/file", make) for name, make in NETWORKS.items()}
    with serve_process() as (address, process), httpx.Client(base_url=address) as client:
        server, numbers = psutil.Process(process.pid), itertools.count()
        first = send(client, plain, chosen.files, numbers, server)
        print(f"{chosen.files} plain files: {first}", flush=True)
        then = send(client, hostile, chosen.files, numbers, server)
        print(f"{chosen.files} hostile files: {then}", flush=True)
        growth = then.resident / first.resident
        print(f"memory: {growth:.3f} times that after the plain ones  limit {LIMIT}")
        alone, beside, files = wait(client)
    print(
        f"a plain picture: {1000 * alone:.0f} ms alone, at the latest {beside:.1f} s while ", end=""
    )
    print(f"another address has {FLOOD[1]} in line, {files} of which are read meanwhile")
    wrong = first.wrong + then.wrong
    print(f"answered wrongly: {len(wrong)}", *wrong[:20], sep="\n")
    return int(bool(wrong) or growth > LIMIT)


class Sent:
    """What was answered to many files."""

    def __init__(self) -> None:
        self.seconds: list[tuple[float, str]] = []
        self.wrong: list[str] = []
        self.resident = self.peak = 0  # bytes

    def __str__(self) -> str:
        usual, (slowest, name) = sorted(self.seconds)[len(self.seconds) // 2][0], max(self.seconds)
        memory = f"{self.resident / MEBIBYTE:.0f} MiB, at most {self.peak / MEBIBYTE:.0f} at a time"
        return f"{1000 * usual:.0f} ms, the last in {slowest:.2f} s ({name}); {memory}"


def send(
    client: httpx.Client,
    files: dict[str, tuple[str, Maker]],
    count: int,
    numbers: Iterator[int],
    server: psutil.Process,
) -> Sent:
    """Send ``count`` of ``files``, one after another and all in turn."""
    sent, made = Sent(), {name: (path, make()) for name, (path, make) in files.items()}
    with _watched(server) as peak:
        for name in itertools.islice(itertools.cycle(made), count):
            path, content = made[name]
            begun = time.monotonic()
            answer = client.post(
                f"/mnist_cnn{path}", content=content, headers=_from(next(numbers)), timeout=120
            )
            sent.seconds.append((time.monotonic() - begun, name))
            if answer.status_code not in (200, 400):
                sent.wrong.append(f"{name}: {answer.status_code} {answer.text[:100]}")
    time.sleep(2)  # what is read no more has ended
    sent.resident, sent.peak = _resident(server), peak()
    return sent


def wait(client: httpx.Client) -> tuple[float, float, int]:
    """Return how long a plain picture takes alone, and besides a flood, and the flood's files."""
    content, over, read = PICTURES[FLOOD[0]](), threading.Event(), itertools.count()

    def flood() -> None:
        while not over.is_set():
            answer = client.post("/mnist_cnn/ink", content=content, headers=_from(9), timeout=600)
            if answer.status_code == 400:
                next(read)

    def plain(number: int) -> float:
        begun = time.monotonic()
        headers = _from(10**6 + number)
        client.post(
            "/mnist_cnn/ink", content=png(), headers=headers, timeout=600
        ).raise_for_status()
        return time.monotonic() - begun

    alone = min(plain(number) for number in range(PLAIN))
    with ThreadPoolExecutor(FLOOD[1]) as pool:
        for _ in range(FLOOD[1]):
            pool.submit(flood)
        time.sleep(3)
        beside = max(plain(PLAIN + number) for number in range(PLAIN))
        over.set()
    return alone, beside, next(read)


def png() -> bytes:
    """Return a drawing as a picture file."""
    file = io.BytesIO()
    Image.fromarray(255 - DRAWINGS["crossed 7"]).save(file, "PNG")
    return file.getvalue()


def _from(number: int) -> dict[str, str]:
    """Return the headers of a visitor."""
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return {"X-Forwarded-For": address, SESSION: f"hostile-{number:010}"}


def _resident(server: psutil.Process) -> int:
    found = 0
    for process in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += process.memory_info().rss
    return found


@contextlib.contextmanager
def _watched(server: psutil.Process) -> Iterator[Callable[[], int]]:
    """Yield a function that returns the most bytes that were resident so far."""
    found, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            found[0] = max(found[0], _resident(server))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: found[0]
    finally:
        over.set()
        watching.join()


if __name__ == "__main__":
    sys.exit(main())
