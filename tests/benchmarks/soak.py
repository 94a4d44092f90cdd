"""Whether the server's memory stays flat while people come, draw and go for an hour.

    python -m tests.benchmarks.soak [--minutes 60] [--people 10]

Every minute everybody leaves and others come: each opens the page, takes the networks it reads with
and keeps its socket. Somebody trains a small network meanwhile, fetches it again and again as a
page does, and leaves; a program asks ``/predict`` about a picture it uploads, a digit goes on the
wall and off again, a network is brought along, and what else is asked seldom is asked once. Then
the resident memory of the server and of the process that reads files is printed. The last has to be
at most 1.1 times that after the first minute, and no answer an error.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import sys
import time
from collections.abc import Awaitable

import httpx
import numpy as np
import psutil
from PIL import Image
from websockets.asyncio.client import connect

from mnist_cnn.network.keras_file import DEFAULT
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
    chosen = options.parse_args()
    print(f"{'minute':>6}{'networks':>10}{'resident MiB':>14}", flush=True)
    with serve_process() as (address, process):
        resident = asyncio.run(soak(address, psutil.Process(process.pid), chosen))
    ratio = resident[-1] / resident[0]
    missed = ratio > LIMIT
    print(f"\nmemory, last minute / first: {ratio:.3f}  limit {LIMIT}  ", end="")
    print("missed" if missed else "kept")
    return int(missed)


async def soak(address: str, server: psutil.Process, chosen: argparse.Namespace) -> list[int]:
    """Return the bytes of resident memory after each minute; an answer that is an error raises."""
    resident, fetched = [], 0
    news = f"{address.replace('http', 'ws')}/mnist_cnn/news"
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE) as client:
        for minute in range(1, chosen.minutes + 1):
            end = time.monotonic() + chosen.minute
            client.headers[SESSION] = f"soak-{minute:016}"
            sockets = [await connect(news, origin=address) for _ in range(chosen.people)]
            for _ in range(chosen.people):
                await open_page(client)
            run = await asked(client.post("/mnist_cnn/trainings", json=TRAINING))
            fetched += await watch_training(client, run["id"])
            await ask_the_rest(client)
            await put_up_and_take_off(client)
            await ask_as_a_program(client)
            await asyncio.sleep(max(0, end - time.monotonic()))
            for socket in sockets:
                await socket.close()
            processes = [server, *server.children(recursive=True)]  # of those that read files
            resident.append(sum(process.memory_info().rss for process in processes))
            print(f"{minute:6}{fetched:10,}{resident[-1] / MEBIBYTE:14.1f}", flush=True)
    return resident


async def open_page(client: httpx.AsyncClient) -> None:
    """The page, and the files it names."""
    page = (await client.get("/")).raise_for_status().text
    for path in set(re.findall(r'href="(mnist_cnn/files/[^"]+)"', page)):
        (await client.get(f"/{path}")).raise_for_status()


async def ask_the_rest(client: httpx.AsyncClient) -> None:
    """Ask for a file's ink and TensorFlow's reading, and bring a network along."""
    answers = [
        await client.post("/mnist_cnn/ink", content=PHOTO),
        await client.post(f"/mnist_cnn/check?{SIZE}", content=INK),
        await client.post("/mnist_cnn/file", content=DEFAULT.read_bytes()),
    ]
    for answer in answers:
        answer.raise_for_status()


async def watch_training(client: httpx.AsyncClient, run: str) -> int:
    """Follow a training to its end, fetch its network meanwhile, leave it; return how often."""
    query, state, fetched = {}, "", 0
    while state != "done":
        told = await asked(client.get(f"/mnist_cnn/trainings/{run}", params=query))
        state, query["after"] = told["state"], told["sequence"]
        assert state not in ("stopped", "failed"), state
        if told["step"] is not None:
            (await client.get(f"/mnist_cnn/network/{run}")).raise_for_status()
            fetched += 1
    await asked(client.post(f"/mnist_cnn/trainings/{run}?verb=leave"))
    return fetched


async def put_up_and_take_off(client: httpx.AsyncClient) -> None:
    """A digit on the wall, and its end."""
    digit = await asked(client.post("/mnist_cnn/wall?meant=1", content=DIGIT))
    await asked(client.delete("/mnist_cnn/wall", params=digit))


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
_INK = np.pad(np.full((16, 4), 255, np.uint8), ((2, 2), (8, 8)))
INK = _INK.tobytes()
# What a page puts on the wall: the 28×28 picture, and its ten probabilities.
DIGIT = np.pad(_INK, 4).tobytes() + np.eye(10, dtype="<f4")[1].tobytes()
PHOTO = photo()


if __name__ == "__main__":
    sys.exit(main())
