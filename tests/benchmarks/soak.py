"""Whether the server's memory stays flat while people come, draw and go for an hour.

    python -m tests.benchmarks.soak [--minutes 60] [--people 10] [--rate 5]

Every minute everybody leaves and others come, somebody trains a small network while the others
draw, looks at it and leaves; a program asks ``/predict`` about a picture it uploads, a digit goes
on the wall and off again, and what else is asked seldom is asked once. Then the server's resident
memory is printed. The last has to be at most 1.1 times that after the first minute, and no answer
an error.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
from collections.abc import Awaitable

import httpx
import numpy as np
import psutil
from PIL import Image

from tests.benchmarks.people import Counts, draw_together, gather, messages
from tests.serving import serve_process

LIMIT = 1.1  # times the memory after the first minute
MEBIBYTE = 2**20
PATIENCE = 60  # seconds: a busy machine takes long over what is asked seldom


def main() -> int:
    """Draw, print a line a minute; return whether the limit was missed or there were errors."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--minute", type=float, default=60, help="seconds a minute has")
    options.add_argument("--people", type=int, default=10, help="at a time")
    options.add_argument("--rate", type=float, default=5, help="drawings a second and person")
    chosen = options.parse_args()
    print(f"{'minute':>6}{'answers':>10}{'p95 ms':>9}{'errors':>8}{'resident MiB':>14}", flush=True)
    with serve_process() as (address, process):
        resident, errors = asyncio.run(soak(address, psutil.Process(process.pid), chosen))
    ratio = resident[-1] / resident[0]
    missed = ratio > LIMIT
    print(f"\nmemory, last minute / first: {ratio:.3f}  limit {LIMIT}  ", end="")
    print("missed" if missed else "kept")
    print(f"errors: {errors}  limit 0  {'missed' if errors else 'kept'}")
    return int(missed or errors > 0)


async def soak(
    address: str, server: psutil.Process, chosen: argparse.Namespace
) -> tuple[list[int], int]:
    """Return the bytes of resident memory after each minute, and how many errors there were."""
    frames, resident, answers, errors = messages(), [], 0, 0
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        for minute in range(1, chosen.minutes + 1):
            counts = Counts()
            client.headers[SESSION] = f"soak-{minute:016}"
            people = await gather(address, chosen.people, counts, frames)
            run = await asked(client.post("/mnist_cnn/train/start", json=TRAINING))
            await asyncio.gather(
                draw_together(people, chosen.rate, chosen.minute), end_training(client, run["id"])
            )
            for person in people:
                person.close()
            await ask_the_rest(client)
            await put_up_and_take_off(client)
            await ask_as_a_program(client)
            answers += len(counts.milliseconds)
            errors += len(counts.errors)
            resident.append(server.memory_info().rss)
            p95 = np.percentile(counts.milliseconds, 95)
            print(f"{minute:6}{answers:10,}{p95:9.1f}{len(counts.errors):8}", end="")
            print(f"{resident[-1] / MEBIBYTE:14.1f}", flush=True)
    return resident, errors


async def ask_the_rest(client: httpx.AsyncClient) -> None:
    """Ask for the page, a file's ink, a number, evidence, and all numbers."""
    answers = [
        await client.get("/"),
        await client.post("/mnist_cnn/ink", content=PHOTO),
        await client.post(f"/mnist_cnn/explain?layer=conv2&cell=3,4,17&{SIZE}", content=INK),
        await client.post(f"/mnist_cnn/evidence?{SIZE}", content=INK),
        await client.post(f"/mnist_cnn/activations?{SIZE}", content=INK),
    ]
    for answer in answers:
        answer.raise_for_status()


async def end_training(client: httpx.AsyncClient, run: str) -> None:
    """Follow a training to its end, let its network read, and leave it."""
    query, state = {"run": run}, ""
    while state != "done":
        state = (await asked(client.get("/mnist_cnn/train/events?calm", params=query)))["state"]
        assert state not in ("stopped", "failed"), state
    reading = await client.post(f"/mnist_cnn/read?{SIZE}&network={run}", content=INK)
    reading.raise_for_status()
    await asked(client.post("/mnist_cnn/train/steer/leave", params=query))


async def put_up_and_take_off(client: httpx.AsyncClient) -> None:
    """A digit on the wall, and its end."""
    digit = await asked(client.post(f"/mnist_cnn/class/wall?meant=1&{SIZE}", content=INK))
    await asked(client.delete("/mnist_cnn/class/wall", params=digit))


async def ask_as_a_program(client: httpx.AsyncClient) -> None:
    """Ask ``/predict``, as ``gradio_client`` does, about a file that is uploaded."""
    (path,) = await asked(client.post("/gradio_api/upload", files={"files": ("one.png", PHOTO)}))
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    call = await asked(client.post("/gradio_api/call/predict", json={"data": [file]}))
    answer = await client.get(f"/gradio_api/call/predict/{call['event_id']}")
    assert "event: complete" in answer.text, answer.text


async def asked(request: Awaitable[httpx.Response]) -> dict | list:
    """Return the JSON of an answer; raises ``httpx.HTTPStatusError`` when it is a refusal."""
    return (await request).raise_for_status().json()


def photo() -> bytes:
    """Return a dark stroke on light paper, a PNG file."""
    paper = np.full((500, 400), 240, np.uint8)
    paper[100:400, 180:220] = 20
    file = io.BytesIO()
    Image.fromarray(paper).save(file, "PNG")
    return file.getvalue()


SESSION = "X-Mnist-Cnn-Session"
TRAINING = {"data": "generated", "digits": 200, "epochs": 2}
SIZE = "width=20&height=20"
INK = np.pad(np.full((16, 4), 255, np.uint8), ((2, 2), (8, 8))).tobytes()
PHOTO = photo()


if __name__ == "__main__":
    sys.exit(main())
