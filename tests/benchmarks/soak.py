"""Whether the server's memory stays flat while people come, draw and go for an hour.

    python -m tests.benchmarks.soak [--minutes 60] [--people 10] [--rate 5]

Every minute everybody leaves and others come, one picture file is uploaded, read by ``/predict``'s
path, and one number is explained; then the server's resident memory is printed. The last has to be
at most 1.1 times that after the first minute.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys

import httpx
import numpy as np
import psutil
from PIL import Image

from tests.benchmarks.people import Counts, draw_together, gather, messages
from tests.serving import serve_process

LIMIT = 1.1  # times the memory after the first minute
MEBIBYTE = 2**20


def main() -> int:
    """Draw, print a line a minute; return whether the limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--minute", type=float, default=60, help="seconds a minute has")
    options.add_argument("--people", type=int, default=10, help="at a time")
    options.add_argument("--rate", type=float, default=5, help="drawings a second and person")
    chosen = options.parse_args()
    print(f"{'minute':>6}{'answers':>10}{'p95 ms':>9}{'errors':>8}{'resident MiB':>14}", flush=True)
    with serve_process() as (address, process):
        resident = asyncio.run(soak(address, psutil.Process(process.pid), chosen))
    ratio = resident[-1] / resident[0]
    missed = ratio > LIMIT
    print(f"\nmemory, last minute / first: {ratio:.3f}  limit {LIMIT}  ", end="")
    print("missed" if missed else "kept")
    return int(missed)


async def soak(address: str, server: psutil.Process, chosen: argparse.Namespace) -> list[int]:
    """Return the bytes of resident memory after each minute."""
    frames, resident, answers = messages(), [], 0
    async with httpx.AsyncClient(base_url=address) as client:
        for minute in range(1, chosen.minutes + 1):
            counts = Counts()
            people = await gather(address, chosen.people, counts, frames)
            await draw_together(people, chosen.rate, chosen.minute)
            for person in people:
                person.close()
            await ask_the_rest(client)
            answers += len(counts.milliseconds)
            resident.append(server.memory_info().rss)
            p95 = np.percentile(counts.milliseconds, 95)
            print(f"{minute:6}{answers:10,}{p95:9.1f}{len(counts.errors):8}", end="")
            print(f"{resident[-1] / MEBIBYTE:14.1f}", flush=True)
    return resident


async def ask_the_rest(client: httpx.AsyncClient) -> None:
    """Ask for what is asked seldom: the page, a file's ink, a number, evidence, the numbers."""
    paper = np.full((500, 400), 240, np.uint8)
    paper[100:400, 180:220] = 20
    file = io.BytesIO()
    Image.fromarray(paper).save(file, "PNG")
    size = "width=20&height=20"
    ink = np.pad(np.full((16, 4), 255, np.uint8), ((2, 2), (8, 8))).tobytes()
    answers = [
        await client.get("/"),
        await client.post("/mnist_cnn/ink", content=file.getvalue()),
        await client.post(f"/mnist_cnn/explain?layer=conv2&cell=3,4,17&{size}", content=ink),
        await client.post(f"/mnist_cnn/evidence?{size}", content=ink),
        await client.post(f"/mnist_cnn/activations?{size}", content=ink),
        await client.post("/gradio_api/upload", files={"files": ("one.png", file.getvalue())}),
    ]
    for answer in answers:
        answer.raise_for_status()


if __name__ == "__main__":
    sys.exit(main())
